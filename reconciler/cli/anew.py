"""The configuration, read anew before each pass -> the targets that are meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.cli.options import Shared
from reconciler.errors import InputError

if TYPE_CHECKING:
    from reconciler.cli.session import Session

_PUT_IT_BACK: Final = (
    "put it back, or say with --config where it is: without it there are no limits and windows"
)


@dataclass
class Anew:
    """Reads the configuration, and remembers whether this process has `seen` one.

    Nobody looks on who would see that it is gone, and with it the limits, the windows and the
    account: then this is no pass over target default.
    """

    shared: Shared
    seen: bool = False

    def sessions(self, *, all_targets: bool) -> tuple[Session, ...]:
        """The targets that are meant. Raises as `open_sessions`, and InputError once more."""
        from reconciler.cli.session import open_sessions

        return self._read(lambda: open_sessions(self.shared, all_targets=all_targets))

    def session(self, before: Session) -> Session:
        """The session as the configuration says now. Raises as `sessions` does.

        What came through a pipe was read, and is not there a second time.
        """
        from reconciler.cli.session import open_session

        given = self.shared.config
        if given and Path(given).exists() and not Path(given).is_file():
            return before
        shared = replace(self.shared, target=before.target.name)
        (now,) = self._read(lambda: (open_session(shared),))
        return now

    def _read(self, read: Callable[[], tuple[Session, ...]]) -> tuple[Session, ...]:
        from reconciler.config import CONFIG_NAME

        gone = InputError(f"{CONFIG_NAME} was there before and is gone", help=_PUT_IT_BACK)
        # One that cannot be read is one, be it a link that leads nowhere.
        if self.shared.config or os.path.lexists(CONFIG_NAME):
            self.seen = True
        elif self.seen:
            raise gone
        sessions = read()
        if not sessions[0].config.layers:
            if self.seen:
                raise gone
            _raise_if_others_are_locked(sessions[0].lock_path)
        return sessions


def _raise_if_others_are_locked(path: Path) -> None:
    """Raise InputError where the lock is of targets that only a configuration can name."""
    from reconciler.config import CONFIG_NAME, DEFAULT_TARGET
    from reconciler.lockfile import locked_targets

    if others := [each for each in locked_targets(path) if each != DEFAULT_TARGET]:
        names = f"target {others[0]}" if len(others) == 1 else f"targets {', '.join(others)}"
        raise InputError(
            f"{path} is of {names}, and there is no {CONFIG_NAME}",
            help=f"{_PUT_IT_BACK}\n"
            "where there is to be none, remove from the lock what is not of target default",
        )
