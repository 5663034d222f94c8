"""Files -> manifests, and what stood in the way of reading them."""

from reconciler.manifests.gitops import read_gitops_state
from reconciler.manifests.history import current_commit, load_at
from reconciler.manifests.load import Loaded, load, manifests_in
from reconciler.manifests.merge import merge
from reconciler.manifests.overlays import load_overlays
from reconciler.manifests.write import manifest_text

__all__ = [
    "Loaded",
    "current_commit",
    "load",
    "load_at",
    "load_overlays",
    "manifest_text",
    "manifests_in",
    "merge",
    "read_gitops_state",
]
