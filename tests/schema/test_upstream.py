"""Our description against the published one: all of its facts, none of its sentences.

The published document is not part of this repository; where it is not at hand, these are skipped.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.documents import read_plain
from reconciler.schema.build import build_schema
from reconciler.schema.packaged import FIELD_TABLE, OPENAPI, OVERLAY, read_packaged

PUBLISHED = Path(__file__).parents[3] / "shared/upstream/vapi-phone-number.openapi.json"
WORDS_IN_A_ROW = 6

pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published OpenAPI document is not at hand"
)


def ours() -> Any:
    return read_plain(read_packaged(OPENAPI), OPENAPI)


def published() -> Any:
    return json.loads(PUBLISHED.read_bytes())


def facts(document: Any, value: Any, *, of_properties: bool = False) -> Any:
    """A part of a document without its prose, parameters written out, `required` sorted."""
    if isinstance(value, list):
        return [facts(document, each) for each in value]
    if not isinstance(value, dict):
        return value
    target = value.get("$ref", "")
    if "/parameters/" in target:
        return facts(document, document["components"]["parameters"][target.rpartition("/")[2]])
    if target:
        return target
    prose = {"description", "title", "example", "summary", "tags", "security"}
    kept = value if of_properties else {k: each for k, each in value.items() if k not in prose}
    found = {k: facts(document, each, of_properties=k == "properties") for k, each in kept.items()}
    if isinstance(found.get("required"), list):
        found["required"] = sorted(found["required"])
    if found.get("parameters") == []:
        del found["parameters"]
    return found


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key in ("description", "summary", "title") and isinstance(each, str):
                yield each
            yield from texts(each)
    if isinstance(value, list):
        for each in value:
            yield from texts(each)


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of some words in a text."""
    words = re.findall(r"[\w'-]+", text.lower())
    return {
        tuple(words[start : start + WORDS_IN_A_ROW])
        for start in range(len(words) - WORDS_IN_A_ROW + 1)
    }


def test_every_schema_states_the_published_facts() -> None:
    mine, theirs = ours(), published()
    schemas = theirs["components"]["schemas"]
    different = [
        name
        for name, schema in schemas.items()
        if facts(mine, mine["components"]["schemas"].get(name)) != facts(theirs, schema)
    ]
    assert schemas
    assert different == []


def test_every_path_states_the_published_facts() -> None:
    mine, theirs = ours(), published()
    different = [
        path
        for path, item in theirs["paths"].items()
        if facts(mine, mine["paths"].get(path)) != facts(theirs, item)
    ]
    assert different == []


def test_the_version_is_the_published_one() -> None:
    assert ours()["info"]["version"] == published()["info"]["version"]


def test_the_published_document_with_our_overlay_makes_our_field_table() -> None:
    made = build_schema(PUBLISHED.read_bytes(), read_packaged(OVERLAY))
    assert made.field_table == read_packaged(FIELD_TABLE)


@pytest.mark.parametrize("name", [OPENAPI, OVERLAY])
def test_no_six_words_in_a_row_are_copied(name: str) -> None:
    theirs = {run for text in texts(published()) for run in runs(text)}
    copied = [
        " ".join(run)
        for text in texts(read_plain(read_packaged(name), name))
        for run in runs(text) & theirs
    ]
    assert copied == []
