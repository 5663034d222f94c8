"""The figures of a run (JSON) -> `docs/performance.md`, its table, and the chart beside it."""

from __future__ import annotations

import json
from typing import Final

from benchmarks.chart import chart
from benchmarks.measure import ROOT
from benchmarks.table import table

FIGURES: Final = ROOT / "docs" / "performance.json"
PAGE: Final = ROOT / "docs" / "performance.md"
CHART: Final = ROOT / "docs" / "performance.svg"
_BEGIN: Final = "<!-- the table of `make bench` -->\n"
_END: Final = "<!-- its end -->"


def with_table(page: str, lines: str) -> str:
    """The page with its table replaced. Raises ValueError for a page without the two marks."""
    before, _, rest = page.partition(_BEGIN)
    if _END not in rest:
        raise ValueError(f"the page has no place for the table: {_BEGIN.strip()} … {_END}")
    return f"{before}{_BEGIN}\n{lines}\n\n{_END}{rest.partition(_END)[2]}"


def main() -> None:
    """Publish the figures that stand in `docs`."""
    document = json.loads(FIGURES.read_bytes())

    PAGE.write_text(with_table(PAGE.read_text("utf-8"), "\n".join(table(document))), "utf-8")
    CHART.write_text(chart(document, "plan 10000"), "utf-8")


if __name__ == "__main__":
    main()
