"""Somebody at the dashboard: changes numbers that a program thinks it knows."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from reconciler.sandbox.account import Account
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import NUMBERS, Selection, Store

# What any provider's number takes. No name: it is what a number of this account is known by.
_EDITS: Final[tuple[Mapping[str, Any], ...]] = (
    {"assistantId": None},
    {"assistantId": "b7c1d6a5-0f43-4a8e-9c55-2f0e8d1a7c90"},
    {"server": {"url": "https://edited.example.com/hook"}},
    {"fallbackDestination": {"type": "number", "number": "+14155550177"}},
    {"hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": "Edited elsewhere"}]}]},
    {"hooks": None},
)


class Editor:
    """Edits one number at a time, chosen by a seed; nothing of it shows in the journal."""

    def __init__(self, store: Store, account: Account, settings: Settings) -> None:
        self._store = store
        self._account = account
        self._settings = settings
        self._random = Random(settings.fault_seed)  # noqa: S311 - chance that can be repeated

    def edit(self) -> None:
        """Change some number, if there is any."""
        rows = self._store.select(NUMBERS, Selection({}), limit=1000)
        if rows:
            row = self._random.choice(rows)
            self._account.patch(row.id, self._random.choice(_EDITS), self._settings)
