"""What an exit code says: the contract's table."""

from __future__ import annotations

from typing import Final

EXIT_DONE: Final = 0
EXIT_ERROR: Final = 1
EXIT_CHANGES: Final = 2
EXIT_GUARD: Final = 3
EXIT_PARTIAL: Final = 4
EXIT_INTERRUPTED: Final = 130

# Of several targets, the first of these that any of them ended with is the code of all.
WORST_FIRST: Final = (
    EXIT_INTERRUPTED,
    EXIT_ERROR,
    EXIT_GUARD,
    EXIT_PARTIAL,
    EXIT_CHANGES,
    EXIT_DONE,
)
