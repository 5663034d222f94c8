"""From paths to manifests: which files are found, and what is said of those that are not."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.manifests import Loaded, load

MANIFEST = "metadata: {name: a}\n"


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str, text: str = MANIFEST) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")


def files(loaded: Loaded) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.layers[0].file for each in loaded.manifests))


def codes(loaded: Loaded) -> list[str]:
    return [each.code for each in loaded.diagnostics]


def test_directories_are_searched_throughout_in_the_order_of_names() -> None:
    write("numbers/b.yaml", "numbers/a/z.yml", "numbers/c.yaml")
    assert files(load(["numbers"])) == ("numbers/a/z.yml", "numbers/b.yaml", "numbers/c.yaml")


def test_the_order_of_paths_changes_nothing() -> None:
    write("b/1.yaml", "a/2.yaml")
    assert load(["b", "a"]) == load(["a", "b"])


def test_hidden_names_the_configuration_and_other_files_are_passed_over() -> None:
    write("n/a.yaml", "n/.b.yaml", "n/.c/d.yaml", "n/reconciler.yaml", "n/readme.md", "n/x.json")
    assert files(load(["n"])) == ("n/a.yaml",)


def test_a_file_that_is_named_itself_is_read_whatever_its_name() -> None:
    write(".hidden")
    assert files(load([".hidden"])) == (".hidden",)


def test_a_file_that_is_named_in_several_ways_is_read_once() -> None:
    write("n/a.yaml")
    Path("link.yaml").symlink_to("n/a.yaml")
    loaded = load(["n/a.yaml", "n", "./n/../n/a.yaml", os.path.realpath("n/a.yaml"), "link.yaml"])
    assert len(files(loaded)) == len(loaded.manifests) == 1
    assert loaded.diagnostics == ()


def test_directories_may_lie_in_each_other_as_deep_as_a_system_can_hold() -> None:
    deep = Path("deep/" + "a/" * 700)
    deep.mkdir(parents=True)
    (deep / "x.yaml").write_text(MANIFEST)
    assert files(load(["deep"])) == (f"{deep.as_posix()}/x.yaml",)


def test_a_chain_of_links_that_no_system_follows_cannot_be_read() -> None:
    Path("0").mkdir()
    for index in range(1200):
        Path(f"{index + 1}").symlink_to(f"{index}")
    assert codes(load(["1200"])) == ["R012"]


def test_names_are_relative_to_the_working_directory() -> None:
    write("n/a.yaml", text="- no mapping")
    (fault,) = load([os.path.realpath("n")]).diagnostics
    assert fault.place.file == "n/a.yaml"


def test_links_that_lead_in_a_circle_are_followed_once() -> None:
    write("n/sub/a.yaml")
    Path("n/sub/up").symlink_to("..")
    Path("n/self").symlink_to(".")
    assert files(load(["n"])) == ("n/sub/a.yaml",)


def test_several_documents_are_several_manifests_with_places() -> None:
    write("a.yaml", text="metadata: {name: a}\n---\n---\nmetadata: {name: b}\n")
    assert [each.value["metadata"] for each in load(["a.yaml"]).manifests] == [
        {"name": "a"},
        {"name": "b"},
    ]


def test_a_path_that_does_not_exist_is_told() -> None:
    loaded = load(["nowhere"])
    assert codes(loaded) == ["R010"]
    assert loaded.diagnostics[0].place.file == "nowhere"


def test_a_path_that_no_system_can_hold_is_told() -> None:
    assert codes(load(["a\0b"])) == ["R012"]


def test_a_directory_without_a_manifest_is_told() -> None:
    write("n/readme.md")
    loaded = load(["n"])
    assert codes(loaded) == ["R011"]


def test_a_directory_within_another_that_is_named_is_not_called_empty() -> None:
    write("n/sub/a.yaml")
    assert load(["n", "n/sub"]).diagnostics == ()


def test_a_link_to_itself_cannot_be_read() -> None:
    write("n/b.yaml")
    Path("n/a.yaml").symlink_to("a.yaml")
    loaded = load(["n"])
    assert codes(loaded) == ["R012"]
    assert files(loaded) == ("n/b.yaml",)


def test_a_link_that_leads_nowhere_cannot_be_read() -> None:
    write("n/b.yaml")
    Path("n/a.yaml").symlink_to("gone.yaml")
    assert codes(load(["n"])) == ["R012"]


@pytest.mark.parametrize(
    "target", ["../keys/v", "/proc/self/environ", "/etc/hostname", "/dev/zero"]
)
def test_a_link_that_leads_out_of_the_directories_given_is_an_error(target: str) -> None:
    write("n/b.yaml", "keys/v")
    Path("n/a.yaml").symlink_to(target)
    loaded = load(["n"])
    (fault,) = loaded.diagnostics
    assert (fault.code, "leads out" in fault.message) == ("R012", True)
    assert "name what the link leads to as well" in fault.help
    assert files(loaded) == ("n/b.yaml",)


def test_a_directory_elsewhere_is_not_entered_by_a_link() -> None:
    write("n/b.yaml", "elsewhere/a.yaml")
    Path("n/sub").symlink_to("../elsewhere")
    loaded = load(["n"])
    assert (codes(loaded), files(loaded)) == (["R012"], ("n/b.yaml",))


def test_a_link_to_what_is_given_too_is_followed() -> None:
    write("n/b.yaml", "shared/a.yaml")
    Path("n/a.yaml").symlink_to("../shared/a.yaml")
    for also in ("shared", "shared/a.yaml"):
        loaded = load(["n", also])
        assert (codes(loaded), files(loaded)) == ([], ("n/a.yaml", "n/b.yaml"))


def test_links_are_followed_as_kubernetes_mounts_a_config_map() -> None:
    write("n/..2026_08_20/a.yaml")
    Path("n/..data").symlink_to("..2026_08_20")
    Path("n/a.yaml").symlink_to("..data/a.yaml")
    assert files(load(["n"])) == ("n/a.yaml",)


def test_a_link_that_is_given_itself_is_followed() -> None:
    write("elsewhere/a.yaml")
    Path("n").symlink_to("elsewhere")
    Path("b.yaml").symlink_to("elsewhere/a.yaml")
    assert files(load(["n"])) == ("n/a.yaml",)
    assert files(load(["b.yaml"])) == ("b.yaml",)


def test_a_link_to_a_pipe_is_told_and_not_waited_for() -> None:
    write("n/b.yaml")
    os.mkfifo("n/pipe")
    Path("n/a.yaml").symlink_to("pipe")
    (fault,) = load(["n"]).diagnostics
    assert (fault.code, fault.message) == ("R012", "the link leads to no regular file")


@pytest.mark.parametrize("given", [["."], ["keys/v"], ["keys"]])
def test_the_file_of_an_api_key_is_never_read(given: list[str]) -> None:
    write("a.yaml", "keys/b.yaml")
    write("keys/v", text="key")
    Path("keys/c.yaml").symlink_to("v")
    loaded = load(given, ["keys/v"])
    assert codes(loaded) == ["R012"]
    assert "holds a secret" in loaded.diagnostics[0].message
    assert not {"keys/v", "keys/c.yaml"} & set(files(loaded))


def test_the_files_of_secrets_are_never_read() -> None:
    write("n/a.yaml", "secrets/token.yaml")
    Path("n/b.yaml").symlink_to("../secrets/token.yaml")
    loaded = load(["."], ["secrets"])
    assert (codes(loaded), files(loaded)) == (["R012", "R012"], ("n/a.yaml",))


def test_a_file_of_secrets_is_not_read_where_it_is_given_either() -> None:
    write("secrets/token", text="token")
    assert codes(load(["secrets/token"], ["secrets"])) == ["R012"]


@pytest.mark.parametrize("place", ["n", "."])
def test_manifests_may_stand_beside_secrets_where_they_are_given(place: str) -> None:
    write("n/a.yaml", "n/token")
    assert files(load(["n"], [place])) == ("n/a.yaml",)
    assert files(load(["n/a.yaml"], [place])) == ("n/a.yaml",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("name", ["n/a.yaml", "n/sub"])
def test_what_permissions_forbid_cannot_be_read(name: str) -> None:
    write("n/a.yaml", "n/sub/b.yaml")
    Path(name).chmod(0)
    loaded = load(["n"])
    Path(name).chmod(0o700)
    assert codes(loaded) == ["R012"]


def test_a_pipe_in_a_directory_is_passed_over() -> None:
    write("n/a.yaml")
    os.mkfifo("n/pipe.yaml")
    assert files(load(["n"])) == ("n/a.yaml",)


def test_a_file_and_a_link_to_it_are_one_file() -> None:
    write("n/b.yaml")
    Path("n/a.yaml").symlink_to("b.yaml")
    assert files(load(["n"])) == ("n/a.yaml",)


def test_a_long_file_is_read_to_its_end() -> None:
    write("a.yaml", text="---\n".join([MANIFEST] * 10_000))
    assert len(load(["a.yaml"]).manifests) == 10_000


def test_a_file_beyond_the_limit_is_not_read_whole() -> None:
    with Path("big.yaml").open("wb") as stream:
        stream.truncate(1 << 40)
    assert codes(load(["big.yaml"])) == ["R001"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n---\n", "null\n"])
def test_a_file_without_a_document_is_a_warning(text: str) -> None:
    write("a.yaml", text=text)
    loaded = load(["a.yaml"])
    assert codes(loaded) == ["R013"]


def test_a_document_that_is_no_mapping_does_not_hide_the_others() -> None:
    write("a.yaml", text="- list\n---\nmetadata: {name: a}\n---\ntext\n")
    loaded = load(["a.yaml"])
    assert codes(loaded) == ["R014", "R014"]
    assert [each.place.line for each in loaded.diagnostics] == [1, 5]
    assert len(loaded.manifests) == 1


def test_one_bad_file_does_not_hide_the_others() -> None:
    write("a.yaml", text="{")
    write("b.yaml")
    loaded = load(["."])
    assert codes(loaded) == ["R002"]
    assert len(loaded.manifests) == 1


def test_a_name_that_is_not_utf_8_can_be_shown() -> None:
    Path(os.fsdecode(b"n\xff.yaml")).write_text("- list", "utf-8")
    (fault,) = load(["."]).diagnostics
    fault.place.file.encode()


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=300) | st.text("{}[]-:,&*!|>'\"%@#?\n \ta1~.", max_size=80).map(str.encode)
)
def test_a_file_of_any_bytes_raises_nothing(data: bytes) -> None:
    Path("any.yaml").write_bytes(data)
    loaded = load(["any.yaml"])
    assert loaded.manifests or loaded.diagnostics
