"""The state file of Vapi's own GitOps tool -> which key is which id."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.documents import MAX_PLAIN_BYTES, read_plain
from reconciler.errors import InputError
from reconciler.files import read_regular
from reconciler.model import GitopsState


def read_gitops_state(path: str) -> GitopsState:
    """What `{gitops: KEY}` is looked up in, by kind of resource (`assistant`, `squad`…).

    The file maps `assistants`, `squads`… to `key -> {uuid}` (seen in public use). Raises
    InputError where it cannot be read.
    """
    try:
        content = read_plain(read_regular(path, MAX_PLAIN_BYTES), path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not isinstance(content, Mapping):
        raise InputError(f"{path}: is not a state file of Vapi's GitOps tool")
    kinds = {
        kind.removesuffix("s"): {
            key: uuid
            for key, each in resources.items()
            if isinstance(uuid := each.get("uuid") if isinstance(each, Mapping) else each, str)
        }
        for kind, resources in content.items()
        if isinstance(resources, Mapping)
    }
    return GitopsState(path, kinds)
