"""A program: runs `reconciler` in forks of itself, and kills a run at the step it is told to.

Each line of stdin is a run as JSON: `argv`, `cwd`, `env`, and `kill_at`: before the how many-th
step that touches a file it is killed, 0 counts the steps, None does not. A line of stdout gives the
fork's `pid` as it starts; another its end: `code` (negative for a signal), `steps`, and what it
wrote as `out` and `err`.

Forks spare each run the imports; each is a process of its own all the same.
"""

import json
import mmap
import os
import signal
import struct
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

# The calls that change what is on disk, or make it last.
_CALLS = frozenset({"open", "fsync", "replace", "rename", "chmod", "mkdir", "unlink"})
_FILE_CALLS = frozenset({"write", "flush", "close"})
_STDERR = 2


def main() -> None:
    """Run until stdin ends."""
    _import_what_commands_import()
    for line in sys.stdin:
        run = json.loads(line)
        steps = mmap.mmap(-1, 8)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if pid == 0:
                _be(run, steps, out, err)
            _tell({"pid": pid})
            _, status = os.waitpid(pid, 0)
            out.seek(0)
            err.seek(0)
            _tell(
                {
                    "code": os.waitstatus_to_exitcode(status),
                    "steps": struct.unpack("q", steps[:])[0],
                    "out": out.read().decode(),
                    "err": err.read().decode(),
                }
            )


def _be(run: dict[str, Any], steps: mmap.mmap, out: BinaryIO, err: BinaryIO) -> None:
    """Become the command; never returns."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.chdir(run["cwd"])
    os.environ.clear()
    os.environ.update(run["env"])
    sys.argv = ["reconciler", *run["argv"]]
    if run["kill_at"] is not None:
        count = _Counter(steps, run["kill_at"])
        threading.setprofile(count)
        sys.setprofile(count)
    try:
        import_module("reconciler.cli.main").main()
    except SystemExit as ending:
        sys.setprofile(None)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ending.code if isinstance(ending.code, int) else 1)


class _Counter:
    """A profile function that counts the steps that touch a file, and kills before one of them."""

    def __init__(self, steps: mmap.mmap, kill_at: int) -> None:
        self._steps = steps
        self._kill_at = kill_at
        self._count = 0
        self._mutex = threading.Lock()

    def __call__(self, _frame: FrameType, event: str, function: Any) -> None:
        if event != "c_call" or not _touches_a_file(function):
            return
        with self._mutex:
            self._count += 1
            self._steps[:] = struct.pack("q", self._count)
            if self._count == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _touches_a_file(function: Any) -> bool:
    name, owner = function.__name__, function.__self__
    if name in _CALLS:
        return getattr(owner, "__name__", "") == "posix"
    if name not in _FILE_CALLS or not hasattr(owner, "fileno") or not hasattr(owner, "writable"):
        return False
    return not owner.closed and owner.writable() and owner.fileno() > _STDERR


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _import_what_commands_import() -> None:
    for name in ("api", "apply", "checks", "importer", "passes", "reconcile", "unattended"):
        import_module(f"reconciler.{name}")
    for name in ("apply", "import_", "init", "main", "plan", "reconcile", "show", "validate"):
        import_module(f"reconciler.cli.{name}")
    for name in ("filelock", "httpx", "jsonschema", "jsonschema_rs", "phonenumbers", "tenacity"):
        import_module(name)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
