"""Generated manifests: the fast verdict, the explanation and the sandbox agree."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import httpx
import jsonschema_rs
import pytest

from reconciler.api.transport import encode
from reconciler.checks import check
from reconciler.checks.explain import explain
from reconciler.checks.validators import explainer
from reconciler.documents import read_documents, read_plain
from reconciler.model import Desired, Layer, Manifest
from reconciler.resolve import Known, resolve
from reconciler.sandbox.description import read_description
from reconciler.sandbox.rules import check as sandbox_faults
from reconciler.schema.packaged import OPENAPI, read_packaged
from tests.checks.checking import CONTEXT, FIELDS, SCHEMA
from tests.journeys.desk import sandbox
from tests.schema.generated import PROVIDERS, spec

FAST = jsonschema_rs.validator_for(SCHEMA)
SLOW = explainer(SCHEMA)
HEADERS = {
    "Authorization": "Bearer key",
    "User-Agent": "tests",
    "Content-Type": "application/json",
}
SERVED = read_description(read_plain(read_packaged(OPENAPI), OPENAPI))


def document(seed: int) -> dict[str, Any]:
    return {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": f"number-{seed}"},
        "spec": spec(Random(seed)),  # noqa: S311 - the same for the same seed
    }


def desired(value: dict[str, Any]) -> Desired | None:
    """What a valid manifest wants; None for one that any rule finds an error in."""
    # Through the text, as every manifest comes.
    (read,) = read_documents(json.dumps(value).encode(), "a.yaml").documents
    assert isinstance(read.value, dict)
    manifest = Manifest(read.value, (Layer("a.yaml", read.spot),))
    if any(each.severity == "error" for each in check([manifest], CONTEXT)):
        return None
    resolved = resolve([manifest], FIELDS, Known())
    assert resolved.diagnostics == ()
    (made,) = resolved.desired
    return made


def compare(seeds: range) -> Counter[str]:
    """Hold each manifest against all that judge it; how many were what."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        value = document(seed)
        fast, faults = FAST.is_valid(value), explain(SLOW, value)
        assert fast == (faults == ()), f"seed {seed}: {faults}"
        seen["valid shape" if fast else "wrong shape"] += 1
        wanted = desired(value) if fast else None
        if wanted:
            body = {**wanted.spec, "provider": wanted.provider}
            refused = sandbox_faults(body, SERVED.create[wanted.provider], SERVED)
            assert refused == [], f"seed {seed}: {json.dumps(value)}"
            seen[wanted.provider] += 1
    return seen


def test_a_sample_gets_one_verdict_from_all() -> None:
    seen = compare(range(400))
    assert min(seen["valid shape"], seen["wrong shape"], *(seen[each] for each in PROVIDERS)) > 3


def test_a_sample_of_what_is_valid_is_created_when_it_is_posted() -> None:
    created: Counter[int] = Counter()
    with (
        sandbox(quota=1000) as url,
        httpx.Client(base_url=url, headers=HEADERS) as http,
    ):
        for seed in range(120):
            value = document(seed)
            if "sipUri" in value["spec"]:
                # No two numbers share one.
                value["spec"]["sipUri"] = f"sip:desk-{seed}@sip.vapi.ai"
            if not FAST.is_valid(value) or (wanted := desired(value)) is None:
                continue
            body = encode({**wanted.spec, "provider": wanted.provider})
            answer = http.post("/phone-number", content=body)
            assert answer.status_code == 201, f"seed {seed}: {answer.text}"
            created[answer.status_code] += 1
    assert created[201] > 20


@pytest.mark.campaign
def test_ten_thousand_manifests_get_one_verdict_from_all() -> None:
    seen = compare(range(10_000))
    assert min(seen["valid shape"], seen["wrong shape"], *(seen[each] for each in PROVIDERS)) > 100
