"""The page shows the figures of one run, and no others."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from benchmarks.chart import chart
from benchmarks.publish import CHART, FIGURES, PAGE, with_table
from benchmarks.table import table


def test_the_page_and_its_chart_show_the_figures_of_the_run_that_stands_beside_them() -> None:
    document = json.loads(FIGURES.read_bytes())
    page = PAGE.read_text("utf-8")
    assert with_table(page, "\n".join(table(document))) == page
    assert chart(document, "plan 10000") == CHART.read_text("utf-8")


def test_a_reach_that_was_missed_is_called_so() -> None:
    assert list(table(document_of(1.2)))[-1].endswith("| **missed** |")
    assert list(table(document_of(0.9)))[-1].endswith("| met |")


def test_bars_are_as_long_as_their_times() -> None:
    svg = ET.fromstring(chart(document_of(1.0), "plan"))  # noqa: S314 - our own text
    _, short, long = (int(each.attrib["width"]) for each in svg if each.tag.endswith("rect"))
    assert long == pytest.approx(4 * short, abs=2)


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the table"):
        with_table("# Performance\n", "| a |")


def document_of(measured: float) -> dict[str, object]:
    cost = {"cpu": 1.0, "peak": 20.0, "requests": None}
    reach = {"text": "plan / load", "atMost": 1, "measured": measured, "least": 0.5, "most": 2}
    return {
        "about": {"date": "2026-11-23", "processors": 2, "versions": {"Python": "3.11"}},
        "groups": [
            {
                "group": "plan",
                "rounds": 5,
                "trials": [{"name": "a", "wall": 1.0, **cost}, {"name": "b", "wall": 4.0, **cost}],
                "reaches": [{**reach, "met": measured <= 1}],
            }
        ],
    }
