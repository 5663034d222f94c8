"""`reconciler.lock.json` <-> Lock. Written whole, or not at all.

Beside the configuration: for each target, which manifest key is which live id, and what was last
applied. It is sorted, so that merges are small, and holds secrets as salted fingerprints only.
"""

from reconciler.lockfile.disk import write_atomically
from reconciler.lockfile.lock import LOCK_NAME, LockWriter, locked_targets, read_lock

__all__ = ["LOCK_NAME", "LockWriter", "locked_targets", "read_lock", "write_atomically"]
