"""Manifests -> a digest that moves when any of them does, whatever file each stands in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from json import dumps

from reconciler.model import Manifest


def manifests_digest(manifests: Sequence[Manifest]) -> str:
    """`sha256:…` over the values of all manifests, in an order of their own."""
    texts = sorted(dumps(each.value, sort_keys=True, ensure_ascii=False) for each in manifests)
    return f"sha256:{sha256(dumps(texts).encode()).hexdigest()}"
