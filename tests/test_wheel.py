"""The wheel works where the checkout is out of sight: schemas, examples and all."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel, unpacked as an installer would."""
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(directory)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site")
    return directory / "site"


def run(installed: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_wheel_carries_the_schemas(installed: Path) -> None:
    shown = run(installed, "schema", "show")
    assert shown == (ROOT / "schemas" / "phone-number.schema.json").read_text("utf-8")


def test_the_wheel_builds_the_schemas_that_it_carries(installed: Path) -> None:
    run(installed, "schema", "build", "--out", str(installed.parent))
    built = (installed.parent / "fields.json").read_bytes()
    assert built == (ROOT / "schemas" / "fields.json").read_bytes()


def test_the_wheel_shows_the_whole_story(installed: Path) -> None:
    assert "No changes. Your infrastructure matches the configuration." in run(installed, "demo")
