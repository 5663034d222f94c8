"""A plan -> one HTML page that needs nothing else: no network, no other file. Pure.

Its policy lets in the style and the script that stand in it, by their digests, and nothing more.
All that the script does is to search and to filter; without it the page shows everything.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from reconciler.model import Plan
from reconciler.report.escape import markup
from reconciler.report.health import MEANING
from reconciler.report.page import SCRIPT, STYLE
from reconciler.report.story import Entry, entries, headline, irreversible, one_line, shown
from reconciler.report.views import PlanView
from reconciler.report.words import count

_KINDS: Final = ("create", "change", "replace", "release", "blocked")


def plan_html(view: PlanView) -> str:
    """The whole page."""
    plan = view.plan
    told = list(entries(plan))
    parts = [
        *_head(plan),
        "<body>",
        "<main>",
        f"<h1>{markup(plan.target)}: {headline(plan)}</h1>",
        f"<p class=dim>{_about(plan)}</p>",
        *_list("Cannot be undone", _lost(plan), "lost"),
        *_list("Blocked: apply would refuse", _blocked(plan), "lost"),
        *_list("Serve no calls", _ill(plan)),
        *_list("Warnings", _warned(plan)),
        *_operations(told),
        *_list("Unmanaged numbers, left alone", _unmanaged(plan)),
        "</main>",
        f"<script>{SCRIPT}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _head(plan: Plan) -> Iterator[str]:
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(STYLE)}'; "
        f"script-src '{_digest(SCRIPT)}'; base-uri 'none'; form-action 'none'"
    )
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<link rel="icon" href="data:,">'
    yield f"<title>Plan for {markup(plan.target)}</title>"
    yield f"<style>{STYLE}</style>"
    yield "</head>"


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _about(plan: Plan) -> str:
    counted = f"{count(plan.manifests, 'manifest')}, {count(plan.live, 'live number')}"
    made = f"<code>{markup(plan.base_url)}</code>, {counted}, planned {markup(plan.created_at)}"
    return f"{made}, {plan.summary.unchanged} unchanged"


def _list(title: str, lines: Iterable[str], style: str = "") -> Iterator[str]:
    items = [f"<li>{each}</li>" for each in lines]
    if items:
        yield f'<section class="{style}"><h2>{title}</h2>'
        yield "<ul>"
        yield from items
        yield "</ul></section>"


def _lost(plan: Plan) -> Iterator[str]:
    for address, what, note in irreversible(plan):
        yield " ".join(part for part in (_code(address), _code(what), markup(note)) if part)


def _blocked(plan: Plan) -> Iterator[str]:
    for each in plan.blocked:
        way_out = f"; to allow it: {_code(each.help)}" if each.help else ""
        message = markup(one_line(each.message))
        yield f"{_code(each.address)} by {_code(each.guard)}: {message}{way_out}"


def _ill(plan: Plan) -> Iterator[str]:
    for each in plan.health:
        yield f"{_code(each.address)} {MEANING.get(each.status) or markup(each.status)}"


def _warned(plan: Plan) -> Iterator[str]:
    for each in plan.warnings:
        yield f"{_code(each.address)}: {markup(one_line(each.message))}"


def _unmanaged(plan: Plan) -> Iterator[str]:
    for each in plan.unmanaged:
        names = (each.id, each.name, each.number or each.sip_uri)
        yield " ".join(_code(name) for name in names if name)


def _operations(told: list[Entry]) -> Iterator[str]:
    if not told:
        return
    yield "<h2>Operations</h2>"
    yield "<form hidden>"
    yield '<label for="search">Search</label> <input type="search" id="search">'
    yield "<fieldset><legend>Show</legend>"
    there = {each.what for each in told}
    for kind in (each for each in _KINDS if each in there):
        yield f'<label><input type="checkbox" name="what" value="{kind}" checked> {kind}</label>'
    yield "</fieldset>"
    yield '<output id="found" for="search" aria-live="polite"></output>'
    yield "</form>"
    for each in told:
        yield from _article(each)


def _article(entry: Entry) -> Iterator[str]:
    yield f'<article class="{entry.what}" data-what="{entry.what}"><details>'
    label = f" {_code(entry.label)}" if entry.label else ""
    why = f' <span class="dim">{entry.why}</span>' if entry.why else ""
    yield f"<summary><b>{entry.what}</b> {_code(entry.address)}{label}{why}</summary>"
    yield '<div class="inside">'
    if entry.place:
        yield f'<p class="dim">{_code(entry.place)}</p>'
    for each in entry.blocked:
        yield f"<p>Blocked by {_code(each.guard)}: {markup(one_line(each.message))}</p>"
    if entry.changes:
        yield "<table><thead><tr><th scope=col>Field</th><th scope=col>Before</th>"
        yield "<th scope=col>After</th></tr></thead><tbody>"
        for change in entry.changes:
            before, after = (_pre(each) for each in shown(change))
            note = f' <span class="dim">{markup(change.note)}</span>' if change.note else ""
            yield f"<tr><th scope=row>{_code(change.path)}{note}</th>"
            yield f'<td data-of="before">{before}</td><td data-of="after">{after}</td></tr>'
        yield "</tbody></table>"
    yield "</div></details></article>"


def _code(text: str) -> str:
    return f"<code>{markup(text)}</code>" if text else ""


def _pre(text: str) -> str:
    """A value of several lines, of our own laying out."""
    lines = "\n".join(markup(line) for line in text.split("\n"))
    return f"<pre>{lines}</pre>" if text else '<span class="dim">nothing</span>'
