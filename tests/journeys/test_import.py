"""Adoption: what an account holds becomes manifests, and the next plan is empty."""

from json import dumps
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk, sandbox

SECRET = "canary-token-0123456789"  # noqa: S105 - made up
ACCOUNT: dict[str, Any] = {
    "assistant": [{"id": "a1", "name": "Support bot"}],
    "squad": [{"id": "s1", "name": "Crew"}, {"id": "s2", "name": "Crew"}],
    "phone-number": [
        {
            "provider": "vapi",
            "name": "Support: US #1",
            "number": "+14155550100",
            "assistantId": "a1",
            "squadId": None,
            "server": {"url": "https://x.example.com", "headers": {"X-Token": SECRET}},
            "providerResourceId": "PN1",
        },
        {
            "provider": "vapi",
            "name": "yes",
            "sipUri": "sip:Office@sip.vapi.ai",
            "squadId": "s1",
            "authentication": {"username": "u" * 20, "password": SECRET},
            "hooks": [
                {"on": "call.ringing", "do": [{"type": "say", "exact": "no: thanks\n#1"}]},
                {"on": "call.ending", "do": {"type": "say", "exact": "Bye"}},
            ],
        },
        {
            "provider": "twilio",
            "name": "yes",
            "number": "+14155550101",
            "twilioAccountSid": "AC1",
            "twilioAuthToken": SECRET,
            "smsEnabled": True,
        },
        {"provider": "vonage", "number": "+14155550102", "credentialId": "c1", "future": {"x": 1}},
        {"provider": "telnyx", "name": "Ünïcode", "number": "+14155550103", "credentialId": "c1"},
        {
            "provider": "byo-phone-number",
            "name": "x" * 40,
            "number": "4711",
            "numberE164CheckEnabled": False,
            "credentialId": "c1",
        },
    ],
}


@pytest.mark.parametrize("secrets", ["clear", "masked", "omitted"])
def test_after_import_all_the_next_plan_is_empty(tmp_path: Path, secrets: str) -> None:
    with sandbox(ACCOUNT, secrets=secrets) as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        imported = desk.run("import", "--all", "--format", "json")
        assert (imported.code, len(imported.json["files"])) == (0, 6), imported.err
        written = [each.read_text() for each in (tmp_path / "numbers").iterdir()]
        assert not any(SECRET in each for each in written)
        names = imported.json["variables"]
        desk.configure(secrets={"env": names})
        known = Desk(tmp_path, url, dict.fromkeys(names, SECRET))
        assert known.run("validate").out.endswith("6 manifests, 0 errors, 0 warnings\n")
        ended = known.run("plan", "--format", "json")
        assert ended.code == 0, ended.err
        planned = ended.json
        assert planned["operations"] == []
        assert planned["summary"]["unmanaged"] == 0


def test_what_the_description_does_not_know_is_told(tmp_path: Path) -> None:
    with sandbox(ACCOUNT) as url:
        told = Desk(tmp_path, url).run("import", "--number", "+14155550102")
    assert told.code == 0
    assert "not kept, the description does not know it: future" in told.out


def test_a_lost_lock_leaves_imported_numbers_found(tmp_path: Path) -> None:
    with sandbox(ACCOUNT) as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        names = desk.run("import", "--all", "--format", "json").json["variables"]
        desk.configure(secrets={"env": names})
        (tmp_path / "reconciler.lock.json").unlink()
        known = Desk(tmp_path, url, dict.fromkeys(names, SECRET))
        assert known.plan()["operations"] == []


def test_a_file_is_never_overwritten_unless_forced(tmp_path: Path) -> None:
    with sandbox(ACCOUNT) as url:
        desk = Desk(tmp_path, url)
        target = tmp_path / "numbers" / "unicode.yaml"
        target.parent.mkdir()
        target.write_text("# mine\n")
        refused = desk.run("import", "--number", "+14155550103")
        assert (refused.code, target.read_text()) == (1, "# mine\n")
        assert not (tmp_path / "reconciler.lock.json").exists()
        assert desk.run("import", "--number", "+14155550103", "--force").code == 0
        assert "telnyx" in target.read_text()


def test_what_is_managed_already_is_skipped(tmp_path: Path) -> None:
    with sandbox(ACCOUNT) as url:
        desk = Desk(tmp_path, url)
        desk.run("import", "--number", "+14155550103")
        again = desk.run("import", "--all", "--format", "json").json
    assert len(again["files"]) == 5
    assert "managed already, as unicode" in again["skipped"][0]


@pytest.mark.parametrize("arguments", [["--id", "nobody"], ["--number", "+1"], []])
def test_a_number_that_is_not_there_is_an_error(desk: Desk, arguments: list[str]) -> None:
    assert desk.run("import", *arguments).code == 1


def test_what_no_manifest_may_hold_is_told_and_stops_no_plan(tmp_path: Path) -> None:
    odd = {"provider": "vapi", "name": "x" * 60, "sipUri": "sip:a@sip.vapi.ai"}
    good = {"provider": "vapi", "name": "good", "sipUri": "sip:good@sip.vapi.ai"}
    with sandbox({"phone-number": [odd, good]}) as url:
        desk = Desk(tmp_path, url)
        told = desk.run("import", "--all")
        assert told.code == 1
        assert "spec.name must have at most 40 characters" in told.out
        assert "1 number imported, 0 skipped, 1 left out." in told.out
        assert desk.plan()["operations"] == []


def test_what_is_declared_by_name_alone_is_not_imported_and_not_bought_again(
    tmp_path: Path,
) -> None:
    held = {"provider": "vapi", "name": "Support US", "number": "+14155550100"}
    with sandbox({"phone-number": [held]}) as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        declared = {"provider": "vapi", "name": "Support US", "numberDesiredAreaCode": "415"}
        desk.manifest("support", declared)
        assert "managed already, as support" in desk.run("import", "--all").out
        assert desk.plan()["operations"] == []


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "👨\u200d👩\u200d👧 fam"},
        {"name": "a\x1b[31mred"},
        {"server": {"url": "https://x.example.com", "timeoutSeconds": 20, "old": {"x": 1}}},
        {"serverUrl": "https://x.example.com", "serverUrlSecret": SECRET},
        {"hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": "a😀\nb"}], "z": 1}]},
    ],
)
@pytest.mark.parametrize("era", ["lean", "full"])
def test_an_odd_number_is_imported_and_the_next_plan_is_empty(
    tmp_path: Path, odd: dict[str, Any], era: str
) -> None:
    body = {"provider": "vapi", "name": "A", "sipUri": "sip:a@sip.vapi.ai", **odd}
    full = era == "full"
    with sandbox({"phone-number": [body]}, echo_defaults=full, nulls_kept=full) as url:
        desk = Desk(tmp_path, url)
        imported = desk.run("import", "--all")
        assert (imported.code, imported.err) == (0, "")
        assert SECRET not in imported.out
        assert "\x1b" not in imported.out
        assert desk.plan()["operations"] == []


def test_an_account_without_names_and_with_husks_is_imported_whole(tmp_path: Path) -> None:
    odd = [{"provider": "vapi", "name": "Husk"}] * 2 + [{"provider": "vapi"}]
    with sandbox({"phone-number": odd}) as url:
        desk = Desk(tmp_path, url)
        assert len(desk.run("import", "--all", "--format", "json").json["files"]) == 3
        assert desk.plan()["operations"] == []


def test_the_variables_to_set_are_told_as_the_configuration_wants_them(tmp_path: Path) -> None:
    with sandbox(ACCOUNT) as url:
        told = Desk(tmp_path, url).run("import", "--number", "+14155550101").out
    assert "  secrets:\n    env:\n      - YES_TWILIO_AUTH_TOKEN\n" in told


def test_what_a_policy_forbids_is_told_of_an_imported_number(tmp_path: Path) -> None:
    policy = {"properties": {"spec": {"required": ["server"]}}}
    held = {"provider": "vapi", "name": "A", "sipUri": "sip:a@sip.vapi.ai"}
    with sandbox({"phone-number": [held]}) as url:
        desk = Desk(tmp_path, url)
        desk.configure(policy=["policy.json"])
        (tmp_path / "policy.json").write_text(dumps(policy))
        told = desk.run("import", "--all")
    assert (told.code, told.err) == (0, "")
    assert "server" in told.out
