"""Every pipeline on docs/ci.md is one that its own tool takes, and that really runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.desk import COMMAND, Desk
from tests.journeys.runner import ROOT, git, read_action

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
BIN = Path(sys.executable).parent


def blocks(heading: str, language: str) -> list[str]:
    """The fenced blocks of one language below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def lint(command: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [BIN / command, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    (text,) = blocks("GitHub", "yaml")
    path = tmp_path / ".github" / "workflows" / "phone-numbers.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_the_workflow_is_one_that_github_takes(workflow: Path) -> None:
    lint("actionlint", workflow)
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)
    config = workflow.with_name("zizmor.yml")
    policies = {"vapi-reconciler/*": "ref-pin", "*": "hash-pin"}
    config.write_text(
        yaml.safe_dump({"rules": {"unpinned-uses": {"config": {"policies": policies}}}})
    )
    lint("zizmor", "--offline", "--config", config, workflow)


def test_the_workflow_says_to_the_action_what_the_action_knows(workflow: Path) -> None:
    action = read_action()
    jobs: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    ours = [
        step
        for job in jobs.values()
        for step in job["steps"]
        if step.get("uses", "").startswith("vapi-reconciler/")
    ]
    assert [step["with"].get("command", "plan") for step in ours] == ["plan", "apply"]
    assert {name for step in ours for name in step["with"]} <= set(action["inputs"])
    asked = re.findall(r"steps\.plan\.outputs\.([a-z]+)", workflow.read_text())
    assert asked
    assert set(asked) <= set(action["outputs"])


def test_the_page_names_every_input_and_output() -> None:
    action = read_action()
    section = PAGE.partition("\n## GitHub\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z]+)`", section))
    assert action["inputs"].keys() | action["outputs"].keys() <= named


def test_the_include_is_one_that_gitlab_takes(tmp_path: Path) -> None:
    (text,) = blocks("GitLab", "yaml")
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(text)
    lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", path)
    (included,) = yaml.safe_load(text)["include"]
    template = yaml.safe_load((ROOT / included["local"]).read_text())
    assert yaml.safe_load(text)["variables"].keys() <= template["variables"].keys()
    section = PAGE.partition("\n## GitLab\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert listed == [name for name, job in template.items() if "script" in job]


def test_the_hook_is_one_that_pre_commit_takes(tmp_path: Path) -> None:
    (text,) = blocks("pre-commit", "yaml")
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text(text)
    lint("pre-commit", "validate-config", path)
    (offered,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert yaml.safe_load(text)["repos"][0]["hooks"] == [{"id": offered["id"]}]


def test_the_line_of_cron_pulls_and_reconciles(desk: Desk, tmp_path: Path) -> None:
    desk.configure()
    desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "lines")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(tmp_path), str(clone))
    (line,) = blocks("cron", "")
    minute, hour, day, month, weekday, user, command = line.split(maxsplit=6)
    assert [minute, hour, day, month, weekday, user] == ["*/15", "*", "*", "*", "*", "reconciler"]
    # A percent sign would end the command of a crontab.
    assert "%" not in command
    (tmp_path / "key").write_text("key\n")
    here = command.replace("/srv/phone-numbers", str(clone)).replace(
        "/etc/reconciler/key", str(tmp_path / "key")
    )
    path = f"{Path(COMMAND[0]).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "-c", here], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [each["sipUri"] for each in desk.numbers()] == ["sip:a@sip.vapi.ai"]


def test_what_is_shown_of_a_plan_offline_is_what_is_printed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "https://api.vapi.ai")
    desk.configure()
    for key in ("office", "support"):
        desk.manifest(key, {"provider": "vapi", "sipUri": f"sip:{key}@sip.vapi.ai"})
    (text,) = blocks("Pull requests from forks", "console")
    said, _, shown = text.partition("\n")
    assert desk.run(*said.removeprefix("$ reconciler ").split()).out == shown
