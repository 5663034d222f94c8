"""A pull request from its branch to the live number: validated, planned, merged, applied once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk, sandbox
from tests.journeys.runner import Artifact, Runner, forge, git, taken_as_text

HEADER = "vapi-reconciler "
HOOK = {"url": "https://hooks.example.com", "headers": {"X-Token": {"env": "HOOK_TOKEN"}}}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[Desk, Runner]]:
    """A repository with one line on main, which is live, and a runner with a checkout of it."""
    checkout = tmp_path / "lines"
    checkout.mkdir()
    with sandbox() as url, forge() as served:
        desk = Desk(checkout, url)
        desk.configure(secrets={"env": ["HOOK_*"]})
        line(desk, "first")
        git(checkout, "init", "-q", "-b", "main")
        commit(checkout)
        assert desk.run("apply", "--auto-approve", "--no-lock").code == 0
        environ = {"VAPI_API_KEY": "key", "HOOK_TOKEN": "token"}
        yield desk, Runner(checkout, served, environ, tmp_path / "runner")


def line(desk: Desk, key: str, **more: Any) -> None:
    desk.manifest(key, {"provider": "vapi", "sipUri": f"sip:{key}@sip.vapi.ai", **more})


def commit(checkout: Path) -> None:
    git(checkout, "add", "numbers", "reconciler.yaml")
    git(checkout, "commit", "-q", "-m", "lines")


def open_request(desk: Desk, key: str, **more: Any) -> None:
    """A branch that adds a line; checked out is main with it merged, as GitHub does it."""
    git(desk.directory, "checkout", "-q", "-b", key, "main")
    line(desk, key, **more)
    commit(desk.directory)
    git(desk.directory, "checkout", "-q", "--detach", "main")
    git(desk.directory, "merge", "-q", "--no-ff", "-m", f"Merge {key}", key)


def merge_request(desk: Desk, name: str) -> None:
    """Squash the branch into main, and check that out."""
    git(desk.directory, "checkout", "-q", "main")
    git(desk.directory, "merge", "-q", "--squash", name)
    git(desk.directory, "commit", "-q", "-m", name)


def addresses(desk: Desk) -> list[str]:
    return sorted(each["sipUri"] for each in desk.numbers())


def test_what_was_reviewed_is_applied_and_what_it_made_stale_is_refused(
    repository: tuple[Desk, Runner],
) -> None:
    desk, runner = repository
    open_request(desk, "sales", server=HOOK, name="</pre><img>")
    planned = replace(runner, environ={"VAPI_API_KEY": "key"}).run(base="HEAD^1", secrets="false")
    assert planned.code == 0, planned.log
    assert "PhoneNumber/sales" in runner.forge.comments[HEADER]
    assert "PhoneNumber/sales will be created" in taken_as_text(planned.log)
    fence = re.compile(r"^```diff\n.*?^```$", re.DOTALL | re.MULTILINE)
    assert "<img>" not in fence.sub("", runner.forge.comments[HEADER]), "only code may hold it"
    assert runner.forge.comments[HEADER] == planned.summary
    kept = {key: planned.outputs[key] for key in ("changes", "create", "patch", "delete")}
    assert kept == {"changes": "true", "create": "1", "patch": "0", "delete": "0"}

    open_request(desk, "night")
    other = runner.run(base="HEAD^1")
    assert (other.code, len(runner.forge.artifacts)) == (0, 2)
    assert "PhoneNumber/night" in runner.forge.comments[HEADER]

    merge_request(desk, "sales")
    applied = runner.run("push", command="apply", base="HEAD^1")
    assert applied.code == 0, applied.log
    assert addresses(desk) == ["sip:first@sip.vapi.ai", "sip:sales@sip.vapi.ai"]
    assert "1 added" in applied.summary
    assert "1 added" in taken_as_text(applied.log)
    assert not (desk.directory / "reconciler.lock.json").exists()

    merge_request(desk, "night")
    refused = runner.run("push", command="apply", base="HEAD^1")
    assert (refused.code, refused.failed) == (3, "Find the reviewed plan")
    assert "::error::no plan was reviewed" in refused.log
    stale = desk.run("apply", "--no-lock", "--plan", other.outputs["plan"], HOOK_TOKEN="x")  # noqa: S106 - sandbox
    assert stale.code == 3
    assert "the manifests changed since" in stale.err
    assert addresses(desk) == ["sip:first@sip.vapi.ai", "sip:sales@sip.vapi.ai"]


def test_what_a_pull_request_removes_is_told_and_blocked(
    repository: tuple[Desk, Runner],
) -> None:
    desk, runner = repository
    line(desk, "second")
    git(desk.directory, "rm", "-q", "numbers/first.yaml")
    commit(desk.directory)
    outputs = runner.run(base="HEAD^1").outputs
    assert (outputs["delete"], outputs["blocked"], outputs["create"]) == ("1", "1", "1")


def test_a_number_that_moved_after_the_review_stops_the_apply(
    repository: tuple[Desk, Runner],
) -> None:
    desk, runner = repository
    desk.manifest(
        "first", {"provider": "vapi", "sipUri": "sip:first@sip.vapi.ai", "assistantId": "new"}
    )
    commit(desk.directory)
    assert runner.run().outputs["patch"] == "1"
    desk.edit(desk.numbers()[0]["id"], {"name": "renamed on the dashboard"})
    refused = runner.run("push", command="apply")
    assert (refused.code, refused.failed) == (3, "Apply")
    assert "the live number changed since" in refused.summary
    assert "assistantId" not in desk.numbers()[0]


def test_a_plan_that_a_fork_uploaded_is_never_taken(repository: tuple[Desk, Runner]) -> None:
    desk, runner = repository
    name = runner.run(lock="true").outputs["artifact"]
    (own,) = runner.forge.artifacts
    of_fork = Artifact(name, 8, b"poisoned", fork=True)
    runner.forge.artifacts = [own, of_fork, Artifact(name, 9, b"gone", expired=True)]
    assert runner.run("push", command="apply", lock="true").code == 0
    assert (desk.directory / "reconciler.lock.json").exists()
    runner.forge.artifacts = [of_fork]
    assert runner.run("push", command="apply").code == 3


def test_a_fault_in_a_manifest_is_annotated_and_nothing_is_planned(
    repository: tuple[Desk, Runner],
) -> None:
    desk, runner = repository
    path = line_with_fault(desk)
    desk.forget_requests()
    ended = runner.run()
    assert (ended.code, ended.failed) == (1, "Validate")
    assert f"::error file={path}," in ended.log
    assert desk.requests() == []


def line_with_fault(desk: Desk) -> str:
    path = desk.manifest("broken", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai", "x": 1})
    return str(path.relative_to(desk.directory))


def test_an_input_is_never_read_as_shell(repository: tuple[Desk, Runner]) -> None:
    desk, runner = repository
    hostile = '$(touch pwned)"; touch pwned #'
    ended = runner.run(target=hostile)
    assert ended.code == 1
    assert "there is no target" in ended.log
    assert not list(desk.directory.rglob("pwned"))


def test_a_fault_is_shown_at_its_file_in_the_repository(repository: tuple[Desk, Runner]) -> None:
    desk, runner = repository
    own = replace(desk, directory=desk.directory / "acme")
    own.directory.mkdir()
    own.configure()
    line(own, "first", squadid="s")
    ended = runner.run(directory="acme")
    assert ended.failed == "Validate"
    assert "::error file=acme/numbers/first.yaml,line=" in ended.log


def test_two_directories_of_a_repository_have_plans_and_comments_of_their_own(
    repository: tuple[Desk, Runner],
) -> None:
    desk, runner = repository
    for place in ("acme", "other/lines"):
        own = replace(desk, directory=desk.directory / place)
        own.directory.mkdir(parents=True)
        own.configure()
        line(own, "first")
    git(desk.directory, "add", "acme", "other")
    git(desk.directory, "commit", "-q", "-m", "two more")
    ended = [runner.run(directory=each) for each in (".", "acme", "other/lines")]
    assert [each.code for each in ended] == [0, 0, 0], ended[1].log
    names = [each.outputs["artifact"].rpartition("-")[0] for each in ended]
    assert names == [f"reconciler-plan-default{each}" for each in ("", "-acme", "-other_lines")]
    assert sorted(runner.forge.comments) == [HEADER, f"{HEADER} acme", f"{HEADER} other/lines"]


def test_a_token_that_may_not_list_artifacts_is_told(repository: tuple[Desk, Runner]) -> None:
    _, runner = repository
    ended = runner.run("push", command="apply", token="-")  # noqa: S106 - of nobody
    assert (ended.code, ended.failed) == (1, "Find the reviewed plan")
    assert "::error::GitHub does not list artifacts: HTTP Error 404" in ended.log
    assert "Traceback" not in ended.log


def test_a_pull_request_from_a_fork_is_told_what_the_repository_tells_and_no_more(
    repository: tuple[Desk, Runner],
) -> None:
    desk, runner = repository
    open_request(desk, "sales")
    desk.forget_requests()
    fork = Runner(runner.checkout, runner.forge, {}, runner.temp / "fork")
    ended = fork.run(offline="true")
    assert ended.code == 0, ended.log
    assert "PhoneNumber/sales not in the lock" in ended.summary
    assert "PhoneNumber/sales not in the lock" in taken_as_text(ended.log)
    assert (desk.requests(), runner.forge.artifacts, runner.forge.comments) == ([], [], {})
