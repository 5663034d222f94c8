"""Numbers that serve no call -> lines that say why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model import Unhealthy
from reconciler.report.escape import terminal
from reconciler.report.views import Style

MEANING: Final = {
    "activating": "is not active yet",
    "blocked": "is blocked by the provider",
    "incomplete": "is active, but has no number",
}


def health_lines(health: Sequence[Unhealthy], style: Style) -> Iterator[str]:
    """One line a number; a status of a later format is shown as it is."""
    for each in health:
        meaning = MEANING.get(each.status) or terminal(each.status)
        yield f"  {style.yellow('unhealthy:')} {terminal(each.address)} {meaning}"
