"""A description that went wrong anywhere is told of, or left open there: never a crash."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.checks import Context, check
from reconciler.errors import InputError
from reconciler.fields import read_field_table
from reconciler.model import Layer, Manifest
from reconciler.sandbox.description import read_description
from reconciler.schema.build import build_schema
from reconciler.schema.chosen import choose
from reconciler.schema.packaged import FIELD_TABLE, MANIFEST_SCHEMA, OVERLAY, read_packaged
from tests.schema.generated import spec
from tests.schema.mutated import mutated
from tests.schema.published import Document, encoded, plain, small
from tests.schema.test_upstream import PUBLISHED


def manifest(random: Random) -> Manifest:
    value: dict[str, Any] = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": "a"},
        "spec": {"strange": [{"a": "b"}], **spec(random)},
    }
    return Manifest(value, (Layer("a.yaml", 0),))


def use(schema: Any, table: Any, random: Random) -> None:
    """Check manifests against what was read. Raises InputError at most."""
    context = Context(schema, read_field_table(table))
    for _ in range(3):
        check([manifest(random)], context)


def build_and_use(document: Document, random: Random) -> None:
    try:
        made = build_schema(encoded(document), read_packaged(OVERLAY))
    except InputError:
        return
    for content in (made.manifest_schema, made.field_table, made.description):
        json.loads(content, parse_constant=pytest.fail)
    schema = json.loads(made.manifest_schema)
    use(schema, json.loads(made.field_table), random)
    read_description(json.loads(made.description))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_a_description_with_anything_wrong_makes_a_schema_or_a_message(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same for the same seed
    build_and_use(mutated(small(), random), random)


@pytest.mark.campaign
@pytest.mark.parametrize("start", range(0, 3000, 250))
def test_three_thousand_descriptions_make_a_schema_or_a_message(start: int) -> None:
    documents = [small(), small(), plain()]
    if PUBLISHED.exists():
        documents.append(json.loads(PUBLISHED.read_bytes()))
    for seed in range(start, start + 250):
        random = Random(seed)  # noqa: S311 - the same for the same seed
        build_and_use(mutated(random.choice(documents), random), random)


@pytest.mark.campaign
def test_a_directory_that_was_edited_at_random_is_used_or_told_of(tmp_path: Path) -> None:
    made = build_schema(encoded(small()), read_packaged(OVERLAY))
    whole = {MANIFEST_SCHEMA: made.manifest_schema, FIELD_TABLE: made.field_table}
    for seed in range(1000):
        random = Random(seed)  # noqa: S311 - the same for the same seed
        for name, content in whole.items():
            (tmp_path / name).write_bytes(content)
        name = random.choice(list(whole))
        (tmp_path / name).write_bytes(encoded(mutated(json.loads(whole[name]), random)))
        try:
            chosen = choose(str(tmp_path))
        except InputError:
            continue
        context = Context(chosen.schema, chosen.fields)
        check([manifest(random) for _ in range(3)], context)
