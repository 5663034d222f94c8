"""A new repository: it validates at once, and nothing that was there is touched."""

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.journeys.desk import Desk, sandbox
from tests.journeys.runner import git

WRITTEN = [
    ".github/workflows/phone-numbers.yml",
    ".gitignore",
    "numbers/first-line.yaml",
    "reconciler.yaml",
    "schemas/config.schema.json",
    "schemas/phone-number.schema.json",
]


def files(directory: Path) -> list[str]:
    found = (each for each in directory.rglob("*") if each.is_file())
    return sorted(str(each.relative_to(directory)) for each in found)


def test_a_new_repository_validates_and_plans_at_once(tmp_path: Path) -> None:
    with sandbox() as url:
        desk = Desk(tmp_path, url)
        ended = desk.run("init")
        assert (ended.code, files(tmp_path)) == (0, WRITTEN), ended.err
        assert "Next:" in ended.out
        assert desk.run("validate").out == "1 manifest, 0 errors, 0 warnings\n"
        config = tmp_path / "reconciler.yaml"
        config.write_text(config.read_text().replace("https://api.vapi.ai\n", url + "\n"))
        assert "Plan: 1 to add, 0 to change, 0 to destroy." in desk.run("plan").out


def test_it_starts_in_a_directory_that_is_not_there_yet(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "http://127.0.0.1:1")
    assert desk.run("init", "lines/here", "--quiet").out == ""
    assert files(tmp_path / "lines" / "here") == WRITTEN


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "http://127.0.0.1:1")
    (tmp_path / ".gitignore").write_text("mine\n")
    desk.manifest("own", {"provider": "vapi", "sipUri": "sip:own@sip.vapi.ai"})
    ended = desk.run("init")
    assert ".gitignore is there already, and stays" in ended.out
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert not (tmp_path / "numbers" / "first-line.yaml").exists()
    again = desk.run("init")
    assert again.out.count("is there already, and stays") == len(WRITTEN) - 1


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = Desk(tmp_path, "http://127.0.0.1:1").run("init", "file/lines")
    assert ended.code == 1
    assert "Traceback" not in ended.err


def test_git_keeps_the_lock_and_leaves_out_what_runs_leave_behind(tmp_path: Path) -> None:
    Desk(tmp_path, "http://127.0.0.1:1").run("init")
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    names = ["reconciler.lock.json", "a.plan.json", ".reconciler.prod.run", ".env", "records/r"]
    ignored = subprocess.run(
        ["git", "check-ignore", *names], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ignored.stdout.splitlines() == names[1:]


def test_the_workflow_may_read_and_no_more_and_pins_what_it_uses(tmp_path: Path) -> None:
    Desk(tmp_path, "http://127.0.0.1:1").run("init")
    text = (tmp_path / WRITTEN[0]).read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    steps = [each for job in workflow["jobs"].values() for each in job["steps"]]
    used = [each["uses"].partition("@")[2] for each in steps if "uses" in each]
    assert {len(each) for each in used} == {40}
    assert not any("${{" in each.get("run", "") for each in steps)


def test_the_workflow_shows_what_its_apply_will_do(tmp_path: Path) -> None:
    with sandbox() as url:
        desk = Desk(tmp_path, url)
        desk.run("init")
        config = tmp_path / "reconciler.yaml"
        config.write_text(
            config.read_text()
            .replace("https://api.vapi.ai\n", url + "\n")
            .replace("deletes: 0", "deletes: 1")
        )
        goes = desk.manifest("goes", {"provider": "vapi", "sipUri": "sip:goes@sip.vapi.ai"})
        git(tmp_path, "init", "-q", "-b", "main")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", "lines")
        assert desk.run("apply", "--auto-approve", "--no-lock").code == 0
        goes.unlink()
        git(tmp_path, "commit", "-q", "-a", "-m", "one line less")
        jobs = yaml.safe_load((tmp_path / WRITTEN[0]).read_text())["jobs"]
        (planned,) = (desk.run(*each) for each in commands(jobs["plan"]) if "--no-secrets" in each)
        assert "Plan: 0 to add, 0 to change, 1 to destroy." in planned.out
        (applied,) = (desk.run(*each) for each in commands(jobs["apply"]))
        assert "Resources: 0 added, 0 changed, 1 destroyed." in applied.out


def commands(job: Mapping[str, Any]) -> list[list[str]]:
    """The arguments of each call of the tool in a job."""
    lines = (shlex.split(each["run"]) for each in job["steps"] if "run" in each)
    return [rest for program, *rest in lines if program == "reconciler"]


def test_import_names_the_repository_s_own_schema(tmp_path: Path) -> None:
    seed = {"phone-number": [{"provider": "vapi", "sipUri": "sip:x@sip.vapi.ai", "name": "x"}]}
    with sandbox(seed) as url:
        desk = Desk(tmp_path, url)
        desk.run("init")
        config = tmp_path / "reconciler.yaml"
        config.write_text(config.read_text().replace("https://api.vapi.ai\n", url + "\n"))
        assert desk.run("import", "--all").code == 0
    first = (tmp_path / "numbers" / "x.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/phone-number.schema.json"
