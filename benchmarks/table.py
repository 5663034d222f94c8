"""The figures of a run -> their Markdown: what commands cost, and how far each reach was met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def table(document: Mapping[str, Any]) -> Iterator[str]:
    """The lines of both tables; `document` is what a run writes as JSON."""
    about = document["about"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    yield f"{about['date']}, {about['processors']} processors, {versions}."
    yield ""
    yield "| command | wall s | CPU s | peak MiB | requests | rounds |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for group in document["groups"]:
        for each in group["trials"]:
            figures = f"{each['wall']:.3f} | {each['cpu']:.3f} | {each['peak']:.0f}"
            asked = f"{each['requests']:.0f}" if each["requests"] else ""
            yield f"| {each['name']} | {figures} | {asked} | {group['rounds']} |"
    yield ""
    yield "| reach | at most | measured | from, to | |"
    yield "| --- | ---: | ---: | --- | --- |"
    for group in document["groups"]:
        for each in group["reaches"]:
            spread = f"{each['least']:.3g}, {each['most']:.3g}"
            verdict = "met" if each["met"] else "**missed**"
            bound = f"{each['atMost']:g} | {each['measured']:.3g}"
            yield f"| {each['text']} | {bound} | {spread} | {verdict} |"
