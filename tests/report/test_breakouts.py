"""A corpus of texts that try to break out, in every place and every format."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from reconciler.model import (
    Action,
    Blocked,
    Change,
    Ending,
    Outcome,
    PassReport,
    Place,
    Plan,
    Status,
    Unhealthy,
    Warned,
)
from reconciler.report import (
    OUTCOME_FORMATS,
    PASS_FORMATS,
    PLAN_FORMATS,
    VALIDATION_FORMATS,
    PassView,
)
from reconciler.report.escape import terminal
from reconciler.report.markdown import MOST
from reconciler.report.news import Told, news
from tests.report.samples import (
    diagnostic,
    diagnostics_as,
    live,
    operation,
    outcome_as,
    plan,
    plan_as,
    result,
)

CORPUS = (
    "</code><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "--><h1>approved</h1><!--",
    "</details></summary><details open>",
    "`code` ``` \n```\n# Approved",
    "| a | b |\n| --- | --- |",
    "[approved](https://evil.example.com)",
    "![pixel](https://evil.example.com/p.png)",
    "<https://evil.example.com> https://evil.example.com www.evil.example.com",
    "@octocat please merge #1 GH-1 octo/repo#2 0123456789abcdef0123456789abcdef01234567",
    "**bold** _it_ ~~gone~~ :rocket: $\\alpha$",
    "&lt;b&gt; &#64;octocat &amp;",
    "::error::forged\n::set-output name=a::b",
    "##[group]forged %0A::error::x",
    "ok\n::add-mask::x",
    "  \u3000\t::stop-commands::x",
    "####[error]forged ##vso[task.setvariable variable=a]b",
    "\x1b[2J\x1b]8;;https://evil.example.com\x07click\x1b]8;;\x07",
    "\u202eevil\u2066\u200b\ufeff",
    "\x00\x08\x7f",
    "</style></script><!-- <![CDATA[",
    "{{ constructor.constructor('alert(1)')() }}",
    "'; DROP TABLE numbers; --",
    "a" * 5000,
)
HARMLESS = "harmless"
# What our own Markdown is made of, once it is HTML.
OURS = {
    *("code", "details", "em", "h3", "li", "p", "pre", "strong", "summary"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}


def hostile(text: str) -> Plan:
    """A plan with the text wherever foreign text may stand."""
    return plan(
        operation(
            Action.PATCH,
            text,
            Change(text, text, [text], note=text),
            Change("name", text, {text: text}, before_name=text),
            source=Place(text, 1, 1),
            label=text,
        ),
        operation(Action.DELETE, text, Change("number", text, None, note=text), id="op-2"),
        target=text,
        base_url=text,
        blocked=(Blocked(text, text, text, text),),
        warnings=(Warned(text, text),),
        health=(Unhealthy(text, text),),  # type: ignore[arg-type]
        unmanaged=(live(text, text, text),),
    )


class Tags(HTMLParser):
    """The tags and attributes of a page, in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("text", CORPUS)
def test_no_text_adds_a_tag_to_the_page(text: str) -> None:
    assert (
        Tags(plan_as("html", hostile(text))).seen == Tags(plan_as("html", hostile(HARMLESS))).seen
    )


@pytest.mark.parametrize("text", CORPUS)
def test_no_text_is_syntax_in_markdown(text: str) -> None:
    shown = plan_as("markdown", hostile(text))
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(shown)
    found = Tags(rendered)
    assert {tag for tag, _ in found.seen} <= OURS
    assert {attribute for _, names in found.seen for attribute in names} <= {"class"}
    bare = _without_fences(shown)
    assert bare.count("<!--") == bare.count("-->") == 1


@pytest.mark.parametrize("text", CORPUS)
def test_no_text_mentions_refers_or_links_outside_of_code(text: str) -> None:
    shown = plan_as("markdown", hostile(text))
    assert not re.search(r"@\w|#\d|https?:|www\.", "".join(_outside_of_code(shown)))


def _outside_of_code(markdown: str) -> Iterator[str]:
    """The text that GitHub looks for mentions and links in: none in code, no entity decoded."""
    bare = _without_fences(markdown)
    yield re.sub(r"<code>.*?</code>|<!--.*?-->|&#\d+;", "", bare, flags=re.DOTALL)


def _without_fences(markdown: str) -> str:
    return re.sub(r"^(`{3,})diff\n.*?^\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("name", ["json", "terraform-json"])
def test_json_stays_json(name: str, text: str) -> None:
    json.loads(plan_as(name, hostile(text)))


@pytest.mark.parametrize("text", CORPUS)
def test_an_annotation_is_one_command_whatever_it_says(text: str) -> None:
    found = diagnostic(text, place=Place(text, 1, 1), path=text, help=text)
    lines = diagnostics_as("github", found).splitlines()
    assert [each.startswith("::") for each in lines].count(True) == 1
    json.loads(diagnostics_as("sarif", found))
    json.loads(diagnostics_as("json", found))


@pytest.mark.parametrize("text", CORPUS)
def test_no_format_lets_a_control_character_through(text: str) -> None:
    found = diagnostic(text, place=Place(text, 1, 1), help=text)
    shown = [plan_as(name, hostile(text), verbose=True) for name in PLAN_FORMATS]
    shown += [diagnostics_as(name, found) for name in VALIDATION_FORMATS]
    for each in shown:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202e\u2066\ufeff]", each)


# A line that the log of a CI job may take for a command: after blanks at its start, or anywhere.
COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)


@pytest.mark.parametrize("text", CORPUS)
def test_no_text_is_a_command_in_the_log_of_a_job(text: str) -> None:
    made = hostile(text)
    found = diagnostic(text, place=Place("a.yaml", 1, 2), path=text, help=text)
    elsewhere = replace(found, place=Place(text, 1, 1))
    results = [
        result(status, key=text, error_kind=text, error_message=text, help=text, not_taken=(text,))
        for status in Status
    ]
    report = PassReport(
        "prod",
        "2026-08-20T09:30:00.000Z",
        1.0,
        Ending.PARTIAL,
        text,
        plan=made,
        held=made.operations,
        outcome=Outcome("prod", tuple(results)),
    )
    lines, _ = news(Told(), report, 0.0)
    shown = [
        *(plan_as(name, made, verbose=True) for name in PLAN_FORMATS),
        *(diagnostics_as(name, found, elsewhere, text=text) for name in ("text", "json", "sarif")),
        *(outcome_as(name, *results) for name in OUTCOME_FORMATS),
        *(PASS_FORMATS[name](PassView(report, lines)) for name in PASS_FORMATS),
    ]
    assert [each for each in shown if COMMAND.search(each)] == []


@pytest.mark.parametrize("column", range(1, 6))
def test_no_line_of_a_file_is_a_command_wherever_a_fault_points(column: int) -> None:
    shown = diagnostics_as("text", diagnostic(column=column), text="a##[error]b")
    assert not COMMAND.search(shown)


@pytest.mark.parametrize(
    "name", ["Support #1 [US]", "a ## b", "https://[::1]:8080/", "std::vector", "c# [x]", "12:30"]
)
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert terminal(name) == name


@pytest.mark.parametrize("length", [1, 40, 100, 300, 5000])
@pytest.mark.parametrize("sign", ["y", "<", "`"])
def test_a_comment_keeps_to_what_github_takes_and_says_what_it_leaves_out(
    length: int, sign: str
) -> None:
    part, times = hostile(sign * length), 20 if length > 1000 else 400
    whole = replace(
        part,
        target="prod",
        operations=part.operations * times,
        blocked=part.blocked * times,
        warnings=part.warnings * times,
        health=part.health * times,
    )
    comment = plan_as("markdown", whole)
    assert len(comment) <= MOST < 65_536
    assert re.search(r"… and \d+ more", comment)
    assert "a comment holds no more" in comment
