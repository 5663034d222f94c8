"""Two runs over one target never overlap on one machine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from reconciler.unattended import alone

HOLD = """
import sys, time
from pathlib import Path
from reconciler.unattended import alone
with alone(Path(sys.argv[1]), "prod") as is_alone:
    print(is_alone, flush=True)
    time.sleep(60)
"""


def holder(directory: Path) -> "subprocess.Popen[str]":
    """Another process that holds the target."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> None:
    os.kill(process.pid, how)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def test_a_second_run_is_not_alone_until_the_first_has_ended(tmp_path: Path) -> None:
    process = holder(tmp_path)
    with alone(tmp_path, "prod") as is_alone:
        assert not is_alone
    with alone(tmp_path, "staging") as is_alone:
        assert is_alone
    end(process, signal.SIGTERM)
    with alone(tmp_path, "prod") as is_alone:
        assert is_alone


def test_a_lock_dies_with_a_holder_that_was_killed(tmp_path: Path) -> None:
    end(holder(tmp_path), signal.SIGKILL)
    assert (tmp_path / ".reconciler.prod.run").exists()
    with alone(tmp_path, "prod") as is_alone:
        assert is_alone


def test_it_waits_no_longer_once_told_to_stop(tmp_path: Path) -> None:
    process = holder(tmp_path)
    with alone(tmp_path, "prod", wait=600, pause=lambda _seconds: True) as is_alone:
        assert not is_alone
    end(process, signal.SIGTERM)


def test_it_waits_as_long_as_it_is_told_to(tmp_path: Path) -> None:
    process = holder(tmp_path)
    subprocess.Popen(["sh", "-c", f"sleep 0.5; kill {process.pid}"]).wait(10)
    with alone(tmp_path, "prod", wait=10) as is_alone:
        assert is_alone
    end(process, signal.SIGTERM)
