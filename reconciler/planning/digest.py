"""Manifests -> a digest that moves when any of them does, whatever file each stands in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from json import JSONEncoder

from reconciler.model import Manifest


def manifests_digest(manifests: Sequence[Manifest]) -> str:
    """`sha256:…` over the digests of all manifests, in an order of their own."""
    encoder = JSONEncoder(sort_keys=True)
    digests = sorted(sha256(encoder.encode(each.value).encode()).digest() for each in manifests)
    return f"sha256:{sha256(b''.join(digests)).hexdigest()}"
