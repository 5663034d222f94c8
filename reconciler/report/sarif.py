"""Diagnostics -> SARIF 2.1.0, which code scanning reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from reconciler import __version__
from reconciler.model import Diagnostic, Json, Place
from reconciler.report.escape import json_text
from reconciler.report.views import ValidationView

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def validation_sarif(view: ValidationView) -> str:
    """One run with one result a diagnostic, and the rules that they are of."""
    found = view.validation.diagnostics
    codes = sorted({each.code for each in found})
    severities = {each.code: each.severity.value for each in found}
    rules = [_rule(code, severities[code], view.titles) for code in codes]
    driver: Json = {"name": "vapi-reconciler", "version": __version__, "rules": rules}
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes, view) for each in found],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, level: str, titles: Mapping[str, str]) -> Json:
    title = titles.get(code, code)
    help_text = f"{code}: {title}. The page docs/rules.md shows a bad and a good example of it."
    return {
        "id": code,
        "shortDescription": {"text": title},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": level},
    }


def _result(fault: Diagnostic, codes: Sequence[str], view: ValidationView) -> Json:
    text = f"{fault.message}\nhelp: {fault.help}" if fault.help else fault.message
    return {
        "ruleId": fault.code,
        "ruleIndex": codes.index(fault.code),
        "level": fault.severity.value,
        "message": {"text": text},
        "locations": [_location(fault.place, view)],
        "relatedLocations": [_location(each, view) for each in fault.related],
    }


def _location(place: Place, view: ValidationView) -> Json:
    # A file name that is not UTF-8 has no URI of its own.
    uri = quote(view.from_root(place.file), errors="replace")
    region: Json = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
