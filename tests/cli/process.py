"""The command as a process, in an environment without an account of its own."""

import os
import subprocess
import sys
from pathlib import Path


def run(
    directory: Path, *arguments: str, code: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command, or `code` in its place, and wait for its end."""
    # Compiled once: dozens of commands are run.
    unwanted = ("VAPI_", "PYTHONDONTWRITEBYTECODE")
    clean = {key: each for key, each in os.environ.items() if not key.startswith(unwanted)}
    start = ["-c", code] if code else ["-m", "reconciler"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=directory,
        env=clean | environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
