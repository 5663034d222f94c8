"""The digest of all manifests: the same for the same manifests, and another for any other."""

from collections.abc import Mapping

from reconciler.model import Json, Layer, Manifest
from reconciler.planning import manifests_digest

A = {"metadata": {"name": "a"}, "spec": {"provider": "vapi", "name": "ü"}}
B = {"metadata": {"name": "b"}, "spec": {"provider": "vapi"}}


def of(*values: Mapping[str, Json], file: str = "a.yaml") -> str:
    return manifests_digest([Manifest(each, (Layer(file, 0),)) for each in values])


def test_neither_the_order_nor_the_files_of_manifests_move_the_digest() -> None:
    assert of(A, B) == of(B, A, file="b.yaml")


def test_the_order_of_keys_does_not_move_the_digest() -> None:
    assert of(A) == of(dict(reversed(A.items())))


def test_any_change_moves_the_digest() -> None:
    others = [of(), of(A), of(B), of(A, A), of(A, {**B, "spec": {"provider": "vapi", "name": ""}})]
    assert len({of(A, B), *others}) == 6
