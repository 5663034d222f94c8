"""What runs at GitHub is linted, and the linters see what we rely on them for."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.desk import Desk
from tests.journeys.runner import ROOT, read_action

BIN = Path(sys.executable).parent
STARTER = ROOT / "config-examples" / "starter" / "github-workflow.yml"


def lint(command: str, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [str(BIN / command), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_the_action_and_the_starter_s_workflow_are_clean() -> None:
    assert lint("actionlint", str(STARTER)) == (0, "")
    code, said = lint("zizmor", "--offline", str(ROOT / "action.yml"), str(STARTER))
    assert code == 0, said
    code, said = lint(
        "check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")
    )
    assert code == 0, said


def _unpinned(action: dict[str, Any]) -> None:
    action["runs"]["steps"][0]["uses"] = "actions/setup-python@v6"


def _injection(action: dict[str, Any]) -> None:
    action["runs"]["steps"][1]["run"] = "echo ${{ github.event.pull_request.title }}"


@pytest.mark.parametrize(
    ("spoil", "rule"), [(_unpinned, "unpinned-uses"), (_injection, "template-injection")]
)
def test_what_would_open_the_action_is_found(tmp_path: Path, spoil: Any, rule: str) -> None:
    action = read_action()
    spoil(action)
    spoilt = tmp_path / "action.yml"
    spoilt.write_text(yaml.safe_dump(action, sort_keys=False))
    code, said = lint("zizmor", "--offline", str(spoilt))
    assert code != 0
    assert f"error[{rule}]" in said


def test_every_step_is_told_what_to_do_by_its_environment_alone() -> None:
    steps = read_action()["runs"]["steps"]
    assert [each for each in steps if "${{" in each.get("run", "")] == []


@pytest.mark.parametrize("told", ["", "PACKAGE"])
def test_the_action_installs_its_own_revision_or_what_it_is_told_to(
    tmp_path: Path, told: str
) -> None:
    (install,) = (each for each in read_action()["runs"]["steps"] if each.get("name") == "Install")
    environ = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "GITHUB_ACTION_PATH": str(wheel(tmp_path, "revision")),
        "PACKAGE": str(wheel(tmp_path, "other")) if told else "",
        # What would be installed is told, but this environment stays as it is.
        "PIP_DRY_RUN": "1",
        "PIP_REPORT": str(tmp_path / "report.json"),
    }
    subprocess.run(["bash", "-eo", "pipefail", "-c", install["run"]], env=environ, check=True)
    (installed,) = json.loads((tmp_path / "report.json").read_text())["install"]
    assert installed["metadata"]["name"] == ("other" if told else "revision")


def wheel(directory: Path, name: str) -> Path:
    """The smallest package that pip takes."""
    path = directory / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{name}-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
        )
        archive.writestr(
            f"{name}-1.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{name}-1.dist-info/RECORD", "")
    return path


def test_the_hook_validates_all_manifests_together(tmp_path: Path) -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    assert lint("pre-commit", "validate-manifest", str(manifest)) == (0, "")
    (hook,) = yaml.safe_load(manifest.read_text())
    assert hook["pass_filenames"] is False
    desk = Desk(tmp_path, "http://127.0.0.1:1")
    desk.configure()
    desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
    command, *arguments = hook["entry"].split()
    assert command == "reconciler"
    assert desk.run(*arguments).code == 0
    desk.manifest("b", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
    assert desk.run(*arguments).code == 1
