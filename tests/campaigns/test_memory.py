"""A service that runs for months, as a process: pass after pass, and no more memory than before."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.journeys.desk import COMMAND, Desk, sandbox, sip

# Bytes by which the later passes may grow the process.
GROWTH = 6_000_000


@pytest.mark.parametrize(
    "passes",
    [
        pytest.param(45, id="short"),
        pytest.param(5000, id="memory", marks=pytest.mark.campaign),
    ],
)
def test_a_service_that_repeats_does_not_grow(passes: int, tmp_path: Path) -> None:
    with sandbox() as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        for key in "abc":
            desk.manifest(key, sip(key))
        process = subprocess.Popen(
            [*COMMAND, "reconcile", "--every", "1ms", "--quiet", "--metrics", "m.prom"],
            cwd=tmp_path,
            env=os.environ | {"VAPI_API_KEY": "key"},
            stdout=subprocess.DEVNULL,
        )
        try:
            sizes = [resident_after(each, process, tmp_path) for each in (passes // 3, passes)]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    assert sizes[1] - sizes[0] < GROWTH


def resident_after(passes: int, process: "subprocess.Popen[bytes]", directory: Path) -> int:
    """Bytes of the process that are in memory once it has made so many passes, of Linux."""
    end = time.monotonic() + passes
    while made(directory / "m.prom") < passes:
        assert process.poll() is None, "it ended"
        assert time.monotonic() < end, "a pass takes a second or more"
        time.sleep(0.02)
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def made(metrics: Path) -> int:
    """How many passes a process has made."""
    text = metrics.read_text() if metrics.exists() else ""
    return sum(
        int(each) for each in re.findall(r"^reconciler_passes_total\S* (\d+)", text, re.MULTILINE)
    )
