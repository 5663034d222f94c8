"""The figures of a run -> a chart (SVG): the wall time of one group's commands, as bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

_WIDTH: Final = 760
_BAR: Final = 22
_GAP: Final = 10
_NAMES: Final = 270  # where the bars begin
_FIGURES: Final = 70  # what is kept free behind the longest bar
_OURS: Final = "#1f6feb"
_THEIRS: Final = "#8c959f"


def chart(document: Mapping[str, Any], group: str) -> str:
    """One bar a command of `group`, in seconds; ours are blue, references and peers grey."""
    trials = next(each["trials"] for each in document["groups"] if each["group"] == group)
    height = len(trials) * (_BAR + _GAP) + _GAP
    box = f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="13"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            *_bars(trials),
            "</svg>\n",
        ]
    )


def _bars(trials: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    scale = (_WIDTH - _NAMES - _FIGURES) / max(each["wall"] for each in trials)
    for index, each in enumerate(trials):
        top = _GAP + index * (_BAR + _GAP)
        middle = top + _BAR * 2 // 3
        name, seconds = each["name"], each["wall"]
        colour = _OURS if name.startswith(("plan", "validate")) else _THEIRS
        yield f'<text x="{_NAMES - _GAP}" y="{middle}" text-anchor="end">{escape(name)}</text>'
        length = max(1, round(seconds * scale))
        yield f'<rect x="{_NAMES}" y="{top}" width="{length}" height="{_BAR}" fill="{colour}"/>'
        yield f'<text x="{_NAMES + length + _GAP // 2}" y="{middle}">{seconds:.2f} s</text>'
