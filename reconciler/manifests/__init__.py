"""Files -> manifests, and what stood in the way of reading them."""

from reconciler.manifests.base import Base, Past, load_base
from reconciler.manifests.gitops import read_gitops_state
from reconciler.manifests.history import commit_of, content_at, current_commit
from reconciler.manifests.load import Loaded, load, manifests_in
from reconciler.manifests.merge import merge, name_of
from reconciler.manifests.overlays import load_overlays
from reconciler.manifests.write import manifest_text

__all__ = [
    "Base",
    "Loaded",
    "Past",
    "commit_of",
    "content_at",
    "current_commit",
    "load",
    "load_base",
    "load_overlays",
    "manifest_text",
    "manifests_in",
    "merge",
    "name_of",
    "read_gitops_state",
]
