"""YAML 1.2 with places: the traps of YAML, each of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.documents import MAX_DEPTH, find_place, read_documents, read_plain
from reconciler.errors import InputError
from reconciler.model import Json, Layer, Path, Place


def value(text: str) -> Json:
    """The value of a text that holds one document without a fault."""
    parsed = read_documents(text.encode(), "a.yaml")
    assert parsed.diagnostics == ()
    (document,) = parsed.documents
    return document.value


def faults(text: str | bytes) -> list[tuple[str, int, int]]:
    """Code, line and column of each fault."""
    data = text if isinstance(text, bytes) else text.encode()
    found = read_documents(data, "a.yaml").diagnostics
    return [(each.code, each.place.line, each.place.column) for each in found]


def place(text: str, path: Path) -> tuple[int, int]:
    parsed = read_documents(text.encode(), "a.yaml")
    found = find_place([Layer("a.yaml", parsed.documents[0].spot)], path)
    return found.line, found.column


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "n", "On", "NO", "Yes", "OFF"])
def test_words_that_yaml_1_1_reads_as_truth_are_text(word: str) -> None:
    assert value(f"{word}: {word}") == {word: word}


@pytest.mark.parametrize(
    "text",
    ["12:30:45", "190:20:30", "1_000", "2026-08-20", "0b11", "+0x1F", "<<", "=", "1e", "+", "."],
)
def test_what_yaml_1_1_reads_as_something_else_is_text(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("010", 10),
        ("0o10", 8),
        ("0x1f", 31),
        ("+14155550100", 14155550100),
        ("415", 415),
        ("-1", -1),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("'415'", "415"),
        ('"true"', "true"),
        ("tRue", "tRue"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, expected: Json) -> None:
    read = value(f"a: {text}")
    assert read == {"a": expected}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(expected)


def test_merge_keys_are_no_part_of_yaml_1_2() -> None:
    assert value("a: &a {b: 1}\nc: {<<: *a}") == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


def test_a_duplicate_key_is_told_with_the_first_and_the_rest_is_read() -> None:
    parsed = read_documents(b"a: 1\nb: 2\na: 3\n", "a.yaml")
    (fault,) = parsed.diagnostics
    assert (fault.code, fault.place) == ("R003", Place("a.yaml", 3, 1))
    assert fault.related == (Place("a.yaml", 1, 1),)
    assert parsed.documents[0].value == {"a": 1, "b": 2}


@pytest.mark.parametrize("tag", ["!!str", "!!python/object/apply:os.system", "!secret", "!"])
def test_a_tag_is_told_and_never_obeyed(tag: str) -> None:
    assert faults(f"a: {tag} x") == [("R004", 1, 4)]


@pytest.mark.parametrize("text", ["a: !hunter2", "a: *hunter2", "a: 12345678e9012345"])
def test_no_fault_shows_what_may_be_an_unquoted_secret(text: str) -> None:
    (fault,) = read_documents(text.encode(), "a.yaml").diagnostics
    shown = fault.message + fault.help
    assert "hunter2" not in shown
    assert "12345678" not in shown


def test_an_alias_has_the_value_and_the_place_of_its_anchor() -> None:
    text = "a: &x {b: [1]}\nc: *x\n"
    assert value(text) == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert place(text, ("c",)) == (2, 1)
    assert place(text, ("c", "b", 0)) == (1, 12)


@pytest.mark.parametrize("text", ["a: *x", "a: &x [*x]", "a: &x 1\n---\nb: *x"])
def test_an_alias_without_a_finished_anchor_in_its_document_is_told(text: str) -> None:
    assert [code for code, _, _ in faults(text)] == ["R005"]


def test_aliases_that_multiply_are_stopped() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for index in range(20):
        name, before = chr(98 + index), chr(97 + index)
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    parsed = read_documents("\n".join(lines).encode(), "a.yaml")
    assert parsed.documents == ()
    assert [each.code for each in parsed.diagnostics] == ["R005"]


def test_a_bomb_cannot_be_spread_over_many_documents() -> None:
    document = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(3)
    )
    parsed = read_documents("---\n".join([document] * 100).encode(), "a.yaml")
    assert [each.code for each in parsed.diagnostics] == ["R005"]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    within = opening * MAX_DEPTH + closing * MAX_DEPTH
    beyond = opening * (MAX_DEPTH + 1) + closing * (MAX_DEPTH + 1)
    assert faults(within) == []
    assert [code for code, _, _ in faults(beyond)] == ["R006"]


def test_nesting_of_any_depth_is_told_and_not_suffered() -> None:
    assert [code for code, _, _ in faults("[" * 4_000_000)] == ["R006"]


def test_nesting_by_aliases_is_bounded_too() -> None:
    half = "[" * 60 + "1" + "]" * 60
    deep = "a: &a " + half + "\nb: " + "[" * 60 + "*a" + "]" * 60
    assert [code for code, _, _ in faults(deep)] == ["R006"]


def test_a_document_with_a_value_that_cannot_be_read_is_left_out() -> None:
    parsed = read_documents(b"a: .inf\n---\nb: 1\n", "a.yaml")
    assert [each.value for each in parsed.documents] == [{"b": 1}]


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999", "9" * 301, "0x" + "f" * 5000])
def test_a_number_that_json_cannot_carry_is_told(text: str) -> None:
    assert faults(f"a: {text}") == [("R009", 1, 4)]


@pytest.mark.parametrize("key", ["415", "true", "null", "1.5", "[a]", "{a: b}"])
def test_a_key_is_text(key: str) -> None:
    assert [code for code, _, _ in faults(f"? {key}\n: x\n")] == ["R008"]


def test_a_file_beyond_the_limit_is_not_parsed() -> None:
    (fault,) = read_documents(b"a: 1", "a.yaml", max_bytes=3).diagnostics
    assert (fault.code, fault.place) == ("R001", Place("a.yaml", 1, 1))


def test_a_path_that_leads_nowhere_ends_at_the_deepest_part_there_is() -> None:
    assert place("a: 1", (0, "b")) == (1, 1)
    assert place("a: [x]", ("a", 7)) == (1, 1)
    assert place("x:\n  - y", ("x", "y")) == (1, 1)


def test_a_place_is_told_however_long_its_line_is() -> None:
    text = b'{"a": "' + b"x" * 17_000_000 + b'", a: 1}'
    assert faults(text) == [("R003", 1, 17_000_011)]


def test_bytes_that_are_not_utf_8_are_told_at_their_place() -> None:
    assert faults("a: ü\nb: ".encode() + b"\xff") == [("R001", 2, 4)]


def test_a_byte_order_mark_changes_nothing() -> None:
    parsed = read_documents(b"\xef\xbb\xbfa: 1\n", "a.yaml")
    assert parsed.documents[0].value == {"a": 1}
    assert find_place([Layer("a.yaml", parsed.documents[0].spot)], ("a",)).column == 1


def test_an_escape_that_only_json_has_is_told_with_what_to_write() -> None:
    (fault,) = read_documents(rb'a: "\ud83d\ude00"', "a.yaml").diagnostics
    assert (fault.code, fault.message) == ("R002", "this escape is no character in YAML")
    assert "\\U" in fault.help
    assert value(r'a: "\U0001F600"') == {"a": "😀"}


def test_a_tab_that_indents_is_told_by_its_name() -> None:
    (fault,) = read_documents(b"a:\n\tb: 1\n", "a.yaml").diagnostics
    assert (fault.code, fault.message, fault.place.line) == ("R002", "a tab cannot indent", 2)


@pytest.mark.parametrize(
    ("text", "at"),
    [("a: [1, 2", (1, 4)), ("a: 'x\n", (1, 4)), ("a: b: c", (1, 5)), ("a: \x01", (1, 4))],
)
def test_a_syntax_error_is_told_where_it_begins(text: str, at: tuple[int, int]) -> None:
    assert faults(text) == [("R002", *at)]


def test_documents_before_a_syntax_error_are_kept() -> None:
    parsed = read_documents(b"a: 1\n---\nb: [\n", "a.yaml")
    assert [each.value for each in parsed.documents] == [{"a": 1}]


@pytest.mark.parametrize("text", ["", "# c\n", "---\n", "---\n...\n---\n", "~\n", "---\nnull\n"])
def test_empty_documents_are_left_out(text: str) -> None:
    parsed = read_documents(text.encode(), "a.yaml")
    assert (parsed.documents, parsed.diagnostics) == ((), ())


def test_all_faults_of_a_file_are_told_at_once() -> None:
    assert faults("a: !x 1\na: 2\n---\nb: *c\n") == [("R004", 1, 4), ("R003", 2, 1), ("R005", 4, 4)]


def test_a_place_is_that_of_the_key_and_columns_count_characters() -> None:
    text = "ä: {ö: 1, b: [x, {c: d}]}\n"
    assert place(text, ("ä", "b")) == (1, 11)
    assert place(text, ("ä", "b", 1, "c")) == (1, 19)


def test_the_place_of_what_is_missing_is_that_of_the_mapping_it_is_missing_in() -> None:
    assert place("a:\n  b: 1\n", ("a", "missing", "deep")) == (1, 1)
    assert place("a:\n  b: 1\n", ("missing",)) == (1, 1)


def test_of_two_layers_the_last_that_reaches_deepest_has_set_the_value() -> None:
    base = read_documents(b"a: {b: 1, c: 2}\n", "base.yaml").documents[0]
    over = read_documents(b"\na: {b: 3}\n", "over.yaml").documents[0]
    layers = [Layer("base.yaml", base.spot), Layer("over.yaml", over.spot)]
    assert find_place(layers, ("a", "b")) == Place("over.yaml", 2, 5)
    assert find_place(layers, ("a", "c")) == Place("base.yaml", 1, 11)


def test_read_plain_raises_the_first_fault_with_its_place() -> None:
    with pytest.raises(InputError, match=r"a\.yaml:2:1: key 'a' stands twice"):
        read_plain(b"a: 1\na: 2\n", "a.yaml")


def test_read_plain_refuses_a_second_document() -> None:
    with pytest.raises(InputError, match="one document is expected, 2 were found"):
        read_plain(b"a: 1\n---\nb: 2\n", "a.yaml")


def test_json_is_yaml() -> None:
    assert read_plain(b'{"a": [1, "\\u00fc\\n", null, true]}', "a.json") == {
        "a": [1, "ü\n", None, True]
    }


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text("{}[]-:,&*!|>'\"%@#?\n \ta1~.\x85", max_size=80).map(str.encode)
)
def test_no_bytes_raise(data: bytes) -> None:
    read_documents(data, "a.yaml")


def test_a_whole_number_may_be_a_key_where_a_caller_takes_its_text() -> None:
    text = b"responses: {200: a, 0x1: b}"
    assert read_plain(text, "a.yaml", text_keys=True) == {"responses": {"200": "a", "0x1": "b"}}
    for other in (b"1.5: a", b"true: a", b"[1]: a"):
        with pytest.raises(InputError, match="a key must be text"):
            read_plain(other, "a.yaml", text_keys=True)
    with pytest.raises(InputError, match="a key must be text"):
        read_plain(text, "a.yaml")
