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
from reconciler.fields import read_field_table
from reconciler.schema.build import Described, build_schema, describe
from reconciler.schema.diff import diff_fields
from reconciler.schema.packaged import FIELD_TABLE, OPENAPI, OVERLAY, load_fields, read_packaged

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


def leaves(described: Described, schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every schema below one, by its path, without its prose and with its references followed."""
    body: Any = described.description.resolve(schema)
    held = {
        "properties",
        "items",
        "additionalProperties",
        "oneOf",
        "anyOf",
        "description",
        "example",
        "title",
    }
    yield path, {key: each for key, each in body.items() if key not in held and key[:2] != "x-"}
    for name, each in body.get("properties", {}).items():
        yield from leaves(described, each, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(body.get(key), dict):
            yield from leaves(described, body[key], f"{path}[{key}]")
    for index, each in enumerate(body.get("oneOf", [])):
        yield from leaves(described, each, f"{path}({index})")


def facts_of_bodies(openapi: bytes) -> dict[str, Any]:
    """What create, update and answer say of every property, at every depth."""
    described = describe(openapi, read_packaged(OVERLAY))
    found: dict[str, Any] = {}
    for provider, bodies in described.bodies.items():
        for verb, body in (
            ("create", bodies.create),
            ("update", bodies.update),
            ("answer", bodies.answer),
        ):
            described.description.refill()
            found |= leaves(described, body, f"{provider} {verb}")
    return {
        path: {**each, "required": sorted(each.get("required", []))} for path, each in found.items()
    }


def test_every_property_of_every_body_is_as_published() -> None:
    mine, theirs = facts_of_bodies(read_packaged(OPENAPI)), facts_of_bodies(PUBLISHED.read_bytes())
    assert len(theirs) > 1000
    assert {
        path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path)
    } == set()


def test_the_published_document_does_not_differ_for_schema_diff() -> None:
    made = build_schema(PUBLISHED.read_bytes(), read_packaged(OVERLAY))
    assert diff_fields(read_field_table(json.loads(made.field_table)), load_fields()) == ()


@pytest.mark.parametrize("name", [OPENAPI, OVERLAY])
def test_no_six_words_in_a_row_are_copied(name: str) -> None:
    theirs = {run for text in texts(published()) for run in runs(text)}
    copied = [
        " ".join(run)
        for text in texts(read_plain(read_packaged(name), name))
        for run in runs(text) & theirs
    ]
    assert copied == []
