"""Plans that can be trusted: saved plans, ownership, renames, order, git."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk


def sip(user: str, **more: Any) -> dict[str, Any]:
    return {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai", **more}


def by_name(desk: Desk) -> dict[str, str]:
    return {each["name"]: each["sipUri"].removesuffix("@sip.vapi.ai") for each in desk.numbers()}


def test_a_saved_plan_is_applied_as_it_was_reviewed(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    planned = desk.plan("--out", "plan.json")
    assert json.loads((desk.directory / "plan.json").read_text()) == planned
    shown = desk.run("show", "plan.json", "--format", "json")
    assert shown.json == planned
    ended = desk.run("apply", "numbers", "--plan", "plan.json")
    assert (ended.code, len(desk.numbers())) == (0, 1)


def saved(desk: Desk) -> Path:
    """A desk with one number, and a saved plan that patches it."""
    desk.manifest("a", sip("a"))
    desk.apply()
    desk.manifest("a", sip("a", assistantId="new"))
    desk.plan("--out", "plan.json")
    return desk.directory / "plan.json"


def refused(desk: Desk) -> str:
    desk.forget_requests()
    ended = desk.run("apply", "numbers", "--plan", "plan.json")
    assert ended.code == 3, ended.err
    assert {method for method, _ in desk.requests()} <= {"GET"}
    return ended.err


def test_a_plan_is_stale_once_a_manifest_moved(desk: Desk) -> None:
    saved(desk)
    desk.manifest("a", sip("a", assistantId="newer"))
    assert "the manifests changed since" in refused(desk)


def test_a_plan_is_stale_once_a_number_that_it_touches_moved(desk: Desk) -> None:
    saved(desk)
    desk.edit(desk.numbers()[0]["id"], {"squadId": "elsewhere"})
    assert "PhoneNumber/a" in refused(desk)


def test_a_plan_outlives_a_change_of_a_number_that_it_does_not_touch(desk: Desk) -> None:
    desk.ask("POST", "/phone-number", sip("other", name="other"))
    saved(desk)
    (other,) = (each for each in desk.numbers() if each["name"] == "other")
    desk.edit(other["id"], {"squadId": "elsewhere"})
    assert desk.run("apply", "numbers", "--plan", "plan.json").code == 0


def test_a_tampered_plan_is_refused(desk: Desk) -> None:
    path = saved(desk)
    path.write_text(path.read_text().replace('"new"', '"mine"'))
    assert "changed after it was made" in refused(desk)


def test_a_truncated_plan_is_refused(desk: Desk) -> None:
    path = saved(desk)
    path.write_text(path.read_text()[:-40])
    assert "not whole JSON" in refused(desk)


def test_a_plan_of_a_later_format_is_refused(desk: Desk) -> None:
    path = saved(desk)
    path.write_text(path.read_text().replace('"formatVersion": "1.0"', '"formatVersion": "2.0"'))
    assert "format version 2.0" in refused(desk)


def test_a_plan_with_keys_of_a_later_version_can_be_shown_and_not_applied(desk: Desk) -> None:
    path = saved(desk)
    planned = json.loads(path.read_text())
    path.write_text(json.dumps({**planned, "formatVersion": "1.7", "later": {"than": "we"}}))
    shown = desk.run("show", "plan.json")
    assert shown.code == 0
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in shown.out
    assert "apply refuses it" in shown.err
    assert "changed after it was made" in refused(desk)


def test_what_is_no_plan_is_explained(desk: Desk) -> None:
    path = saved(desk)
    path.write_text(json.dumps({**json.loads(path.read_text()), "target": None}))
    ended = desk.run("show", "plan.json")
    assert (ended.code, ended.err.splitlines()[0]) == (
        1,
        'error: the plan document is not whole: target: null is not of type "string"',
    )


def test_a_saved_plan_that_was_refused_stays_refused(desk: Desk) -> None:
    spec = {"provider": "vapi", "numberDesiredAreaCode": "415"}
    desk.manifest("line", spec)
    desk.manifest("a", sip("a"))
    desk.apply()
    desk.manifest("line", {**spec, "numberDesiredAreaCode": "212"})
    desk.manifest("a", sip("a", assistantId="new"))
    assert [each["guard"] for each in desk.plan("--out", "plan.json")["blocked"]] == ["immutable"]
    assert "numberDesiredAreaCode is given once" in refused(desk)


def test_a_limit_is_raised_for_the_plan_or_for_its_apply(desk: Desk) -> None:
    paths = [desk.manifest(key, sip(key)) for key in "ab"]
    desk.manifest("c", sip("c"))
    desk.apply()
    paths[0].unlink()
    desk.plan("--out", "plan.json", "--max-deletes", "1")
    assert desk.run("apply", "numbers", "--plan", "plan.json").code == 0
    paths[1].unlink()
    desk.plan("--out", "plan.json")
    assert "--max-deletes 1" in refused(desk)
    assert desk.run("apply", "numbers", "--plan", "plan.json", "--max-deletes", "1").code == 0
    assert [each["name"] for each in desk.numbers()] == ["c"]


@pytest.mark.parametrize("users", ["bac", "bca", "cab"])
def test_a_swap_and_a_ring_of_sip_uris_are_accepted(desk: Desk, users: str) -> None:
    for key in "abc":
        desk.manifest(key, sip(key))
    desk.apply()
    for key, user in zip("abc", users, strict=True):
        desk.manifest(key, sip(user))
    assert desk.apply().code == 0
    assert by_name(desk) == {key: f"sip:{user}" for key, user in zip("abc", users, strict=True)}
    assert desk.plan()["operations"] == []


def test_a_full_account_releases_before_it_buys(desk: Desk) -> None:
    spec = {"provider": "vapi", "numberDesiredAreaCode": "415"}
    for key in ("n1", "n2", "n3", "n4", "n5"):
        desk.manifest(key, spec)
    desk.apply()
    desk.manifest("n1", spec, lifecycle={"state": "absent"})
    desk.manifest("new", spec)
    assert desk.apply("--max-deletes", "1").code == 0
    assert {each["name"] for each in desk.numbers()} == {"n2", "n3", "n4", "n5", "new"}


def test_a_replace_shows_the_digits_that_will_be_lost(desk: Desk) -> None:
    desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
    desk.apply()
    (before,) = desk.numbers()
    spec = {"provider": "vapi", "numberDesiredAreaCode": "212"}
    desk.manifest("a", spec)
    assert desk.apply().code == 3
    desk.manifest("a", spec, lifecycle={"onImmutableChange": "replace"})
    shown = desk.run("plan", "numbers").out
    digits = before["number"]
    assert f"{digits[:2]} {digits[2:5]} {digits[5:8]} {digits[8:]}" in shown
    assert "Plan: 1 to add, 0 to change, 1 to destroy." in shown
    assert desk.apply("--max-replaces", "1").code == 0
    (after,) = desk.numbers()
    assert after["number"].startswith("+1212")
    assert desk.plan()["operations"] == []


def test_renaming_a_manifest_never_creates_a_number_again(desk: Desk) -> None:
    spec = {"provider": "vapi", "numberDesiredAreaCode": "415"}
    old = desk.manifest("old", spec)
    desk.apply()
    (before,) = desk.numbers()
    old.unlink()
    desk.manifest("new", spec)
    ended = desk.apply("--max-deletes", "1")
    assert ended.code == 3
    assert "metadata.previously: [old]" in ended.err
    desk.manifest("new", spec, metadata={"previously": ["old"]})
    assert desk.apply().code == 0
    assert [(each["id"], each["name"]) for each in desk.numbers()] == [(before["id"], "new")]
    assert desk.plan()["operations"] == []


def test_a_rename_that_shows_after_a_plan_was_saved_is_refused_still(desk: Desk) -> None:
    spec = {"provider": "vapi", "numberDesiredAreaCode": "415"}
    old = desk.manifest("old", spec)
    desk.apply()
    lock = desk.directory / "reconciler.lock.json"
    known = lock.read_text()
    lock.unlink()
    old.unlink()
    desk.manifest("new", spec)
    assert desk.plan("--out", "plan.json")["blocked"] == []
    lock.write_text(known)  # As a pull brings it.
    assert "metadata.previously: [old]" in refused(desk)
    assert len(desk.numbers()) == 1


def test_a_number_that_vanished_is_not_bought_again_in_silence(desk: Desk) -> None:
    desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
    desk.apply()
    desk.ask("DELETE", f"/phone-number/{desk.numbers()[0]['id']}")
    assert desk.apply().code == 3
    assert desk.apply("--max-recreates", "1").code == 0
    assert len(desk.numbers()) == 1
    assert desk.plan()["operations"] == []


def test_with_exclusive_ownership_strangers_go_and_ignored_ones_stay(desk: Desk) -> None:
    for name in ("stranger", "demo-x"):
        desk.ask("POST", "/phone-number", sip(name, name=name))
    desk.manifest("a", sip("a"))
    desk.configure(ownership="exclusive", ignore=[{"name": "demo-*"}], limits={"deletes": 1})
    assert desk.run("apply", "--auto-approve").code == 0
    assert {each["name"] for each in desk.numbers()} == {"a", "demo-x"}


def test_manifests_that_are_suddenly_gone_never_mean_delete_all(desk: Desk) -> None:
    path = desk.manifest("a", sip("a"))
    desk.apply()
    path.unlink()
    ended = desk.apply("--max-deletes", "9")
    assert (ended.code, len(desk.numbers())) == (1, 1)
    path.write_text("")
    ended = desk.apply("--max-deletes", "9")
    assert (ended.code, len(desk.numbers())) == (1, 1)
    assert "no manifest is left" in ended.err


def test_prevent_destroy_outlives_its_manifest(desk: Desk) -> None:
    path = desk.manifest("a", sip("a"), lifecycle={"preventDestroy": True})
    desk.manifest("b", sip("b"))
    desk.apply()
    path.unlink()
    ended = desk.apply("--max-deletes", "9")
    assert (ended.code, len(desk.numbers())) == (3, 2)
    assert "preventDestroy" in ended.err


def test_two_candidates_are_an_error_that_says_how_to_pin(desk: Desk) -> None:
    for user in ("one", "two"):
        desk.ask("POST", "/phone-number", sip(user, name="same"))
    desk.manifest("a", {**sip("three"), "name": "same"})
    ended = desk.run("plan", "numbers")
    assert ended.code == 1
    assert ended.err.count("binding:") == 2


def test_a_lock_of_another_organisation_is_refused(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    desk.apply()
    lock = desk.directory / "reconciler.lock.json"
    document = json.loads(lock.read_text())
    document["targets"]["default"]["orgId"] = "someone-else"
    lock.write_text(json.dumps(document))
    ended = desk.run("plan", "numbers")
    assert ended.code == 1
    assert "someone-else" in ended.err


def git(desk: Desk, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(
        ["git", *identity, *arguments], cwd=desk.directory, check=True, capture_output=True
    )


def test_a_pipeline_without_the_lock_releases_what_the_base_declared(desk: Desk) -> None:
    path = desk.manifest("old", sip("old"))
    desk.manifest("kept", sip("kept"))
    git(desk, "init", "-q")
    git(desk, "add", "numbers")
    git(desk, "commit", "-qm", "before")
    desk.apply("--no-lock")
    path.unlink()
    assert desk.plan("--no-lock")["operations"] == []
    (operation,) = desk.plan("--no-lock", "--base", "HEAD")["operations"]
    assert (operation["action"], operation["address"], operation["reason"]) == (
        "delete",
        "PhoneNumber/old",
        "removed",
    )
    assert desk.apply("--no-lock", "--base", "HEAD", "--max-deletes", "1").code == 0
    assert [each["name"] for each in desk.numbers()] == ["kept"]


def test_a_rename_since_the_base_keeps_the_number(desk: Desk) -> None:
    path = desk.manifest("old", sip("line"))
    git(desk, "init", "-q")
    git(desk, "add", "numbers")
    git(desk, "commit", "-qm", "before")
    desk.apply("--no-lock")
    path.unlink()
    desk.manifest("new", sip("line"), metadata={"previously": ["old"]})
    (operation,) = desk.plan("--no-lock", "--base", "HEAD")["operations"]
    assert (operation["action"], operation["changes"][0]["path"]) == ("patch", "name")


def test_an_unknown_revision_is_a_clear_error(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    outside = desk.run("plan", "numbers", "--base", "HEAD")
    assert (outside.code, "git repository" in outside.err) == (1, True)
    git(desk, "init", "-q")
    ended = desk.run("plan", "numbers", "--base", "origin/main")
    assert (ended.code, "no such revision" in ended.err) == (1, True)


def test_a_shallow_clone_is_told_to_fetch_more(desk: Desk, tmp_path: Path) -> None:
    desk.manifest("a", sip("a"))
    git(desk, "init", "-q")
    for message in ("one", "two"):
        git(desk, "add", ".")
        git(desk, "commit", "-qm", message, "--allow-empty")
    clone = tmp_path / "clone"
    git(desk, "clone", "-q", "--depth", "1", f"file://{desk.directory}", str(clone))
    ended = Desk(clone, desk.url).run("plan", "numbers", "--base", "HEAD~1")
    assert (ended.code, "shallow" in ended.err) == (1, True)


def test_an_ignored_field_is_left_to_the_dashboard(desk: Desk) -> None:
    ignoring = {"ignoreChanges": ["assistantId", "server.headers"]}
    server = {"url": "https://x.example.com"}
    desk.manifest("a", sip("a", server=server), lifecycle=ignoring)
    desk.apply()
    (number,) = desk.numbers()
    theirs = {"X-Env": "theirs"}
    desk.edit(number["id"], {"assistantId": "theirs", "server": server | {"headers": theirs}})
    assert desk.plan()["operations"] == []
    desk.manifest("a", sip("a", server={"url": "https://y.example.com"}), lifecycle=ignoring)
    assert desk.apply().code == 0
    (number,) = desk.numbers()
    assert number["assistantId"] == "theirs"
    assert number["server"] == {"url": "https://y.example.com", "headers": theirs}


def test_with_undeclared_keep_only_what_is_declared_is_managed(desk: Desk) -> None:
    desk.configure(undeclared="keep")
    desk.manifest("a", sip("a", server={"url": "https://x.example.com"}))
    desk.apply()
    (number,) = desk.numbers()
    theirs = {"url": "https://x.example.com", "timeoutSeconds": 60}
    desk.edit(number["id"], {"squadId": "theirs", "server": theirs})
    assert desk.plan()["operations"] == []
    desk.manifest("a", sip("a", server={"url": "https://y.example.com"}))
    assert desk.apply().code == 0
    (number,) = desk.numbers()
    assert (number["squadId"], number["server"]["timeoutSeconds"]) == ("theirs", 60)


def test_a_number_renamed_by_hand_is_warned_of_before_another_is_bought(desk: Desk) -> None:
    desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415", "assistantId": "x"})
    desk.apply("--no-lock")
    (number,) = desk.numbers()
    desk.edit(number["id"], {"name": "renamed by hand"})
    planned = desk.plan("--no-lock")
    assert [each["action"] for each in planned["operations"]] == ["create"]
    (warning,) = planned["warnings"]
    assert f"binding:\n      id: {number['id']}" in warning["message"]


def test_a_binding_to_an_id_that_does_not_exist_is_explained(desk: Desk) -> None:
    desk.manifest("a", sip("a"), binding={"id": "11111111-0000-4000-8000-000000000000"})
    ended = desk.run("plan", "numbers")
    assert (ended.code, "which no live number has" in ended.err) == (1, True)
    assert desk.apply().code == 1
    assert desk.numbers() == []


def test_one_number_for_two_manifests_names_both(desk: Desk) -> None:
    desk.ask("POST", "/phone-number", sip("a", name="same"))
    (number,) = desk.numbers()
    desk.manifest("one", sip("b"), binding={"id": number["id"]})
    desk.manifest("two", sip("a"))
    desk.manifest("three", sip("c"), binding={"name": "same"})
    ended = desk.run("plan", "numbers")
    assert ended.code == 1
    assert "claimed by 2 manifests: one" in ended.err
    assert "three" in ended.err


@pytest.mark.parametrize(
    ("content", "says"),
    [("{", "not whole JSON"), ('{"formatVersion": "9.0", "targets": {}}', "format version 9.0")],
)
def test_a_lock_that_cannot_be_read_stops_everything(desk: Desk, content: str, says: str) -> None:
    desk.manifest("a", sip("a"))
    (desk.directory / "reconciler.lock.json").write_text(content)
    for command in ("plan", "apply"):
        arguments = ("--auto-approve",) if command == "apply" else ()
        ended = desk.run(command, "numbers", *arguments)
        assert (ended.code, says in ended.err) == (1, True)
    assert desk.numbers() == []


def test_a_run_over_a_part_of_the_target_releases_nothing_of_the_rest(desk: Desk) -> None:
    desk.configure(ownership="exclusive", limits={"deletes": 9})
    for key in ("a", "b"):
        desk.manifest(key, sip(key))
    assert desk.run("apply", "--auto-approve").code == 0
    part = desk.run("plan", "numbers/a.yaml", "--format", "json").json
    assert part["operations"] == []
    (desk.directory / "numbers" / "b.yaml").unlink()
    whole = desk.run("plan", "numbers", "--format", "json").json
    assert [each["reason"] for each in whole["operations"]] == ["removed"]
