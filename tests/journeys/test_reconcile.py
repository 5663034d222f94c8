"""Nobody looks on: what a pass does, what it says, and what it never does."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Secrets, Settings
from reconciler.sandbox.store import Store
from tests.api.server import Exchange, serving
from tests.journeys.desk import COMMAND, DESCRIPTION, Desk, sandbox, sip

EXIT_PARTIAL = 4
YEARS_OFF = "2126-01-01"


def metric(path: Path, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(path.read_text()):
        for each in family.samples:
            if each.name == name and labels.items() <= each.labels.items():
                return each.value
    raise AssertionError(f"{name} is not there")


def drift(desk: Desk) -> None:
    (number,) = desk.numbers()
    desk.edit(number["id"], {"assistantId": "elsewhere"})


def test_a_pass_corrects_drift_and_says_so_in_one_line(kept: Desk) -> None:
    drift(kept)
    ended = kept.run("reconcile")
    assert (ended.code, kept.numbers()[0]["assistantId"]) == (0, "bot-1")
    first, second = ended.out.splitlines()
    assert first.startswith("prod: 0 created, 1 changed, 0 released, 1 number (")
    assert second == "  patch PhoneNumber/a: done"


def test_with_nothing_to_do_quiet_says_nothing(kept: Desk) -> None:
    assert kept.run("reconcile").out.startswith("prod: in sync, 1 number (")
    quiet = kept.run("reconcile", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_dry_run_tells_the_drift_and_writes_nothing(kept: Desk) -> None:
    drift(kept)
    kept.forget_requests()
    ended = kept.run("reconcile", "--dry-run")
    assert ended.code == 2
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in ended.out
    assert {method for method, _ in kept.requests()} == {"GET"}
    as_json = kept.run("reconcile", "--dry-run", "--format", "json").json
    assert (as_json["ending"], as_json["pending"]) == (
        "drift",
        [
            {
                "address": "PhoneNumber/a",
                "action": "patch",
                "reason": "drifted",
                "paths": ["assistantId"],
            }
        ],
    )
    assert kept.run("reconcile").code == 0
    assert kept.run("reconcile", "--dry-run").code == 0


def test_as_json_a_pass_is_the_document_of_an_apply_and_more(kept: Desk) -> None:
    drift(kept)
    document = kept.run("reconcile", "--format", "json").json
    assert document["summary"] == {"done": 1, "recovered": 0, "failed": 0, "skipped": 0}
    assert document["operations"][0]["address"] == "PhoneNumber/a"
    assert (document["ending"], document["managed"], document["requests"]) == ("changed", 1, 2)


def test_when_a_pass_began_has_one_form_however_it_ended(kept: Desk) -> None:
    passes = [kept.run("reconcile", "--format", "json")]
    passes.append(kept.run("reconcile", "--format", "json", VAPI_API_KEY=""))
    passes.append(kept.run("reconcile", "--format", "json", "--target", "nowhere"))
    with held(kept.directory):
        passes.append(kept.run("reconcile", "--format", "json"))
    assert [each.json["ending"] for each in passes] == ["synced", "failed", "failed", "busy"]
    for each in passes:
        assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}Z", each.json["startedAt"])


def test_no_more_than_three_in_ten_change_unattended(desk: Desk) -> None:
    desk.configure()
    for index in range(10):
        desk.manifest(f"n{index}", sip(f"n{index}"))
    assert desk.run("reconcile").code == 0
    for index in range(4):
        desk.manifest(f"n{index}", sip(f"n{index}", assistantId="new"))
    refused = desk.run("reconcile")
    assert refused.code == 3
    assert "limits.changes is 30%, here 3, and 4 numbers would change" in refused.out
    assert desk.run("reconcile", "--max-changes", "4").code == 0


def test_a_manifest_that_is_gone_releases_nothing_unattended(kept: Desk) -> None:
    gone = kept.manifest("b", sip("b"))
    kept.run("reconcile")
    gone.unlink()
    ended = kept.run("reconcile")
    assert (ended.code, len(kept.numbers())) == (3, 2)
    assert kept.run("reconcile", "--quiet").out == "", "it was told once"


def test_drift_may_be_reported_only(kept: Desk) -> None:
    kept.configure(onDrift="report")
    drift(kept)
    first = kept.run("reconcile", "--quiet")
    assert first.code == 0
    assert "PhoneNumber/a was changed elsewhere, and is left so: assistantId" in first.out
    assert kept.run("reconcile", "--quiet").out == ""
    kept.manifest("a", sip("a", assistantId="bot-2"))
    assert kept.run("reconcile").code == 0
    assert kept.numbers()[0]["assistantId"] == "bot-2"


def test_drift_that_is_only_reported_refuses_no_change_of_a_manifest(desk: Desk) -> None:
    desk.configure(onDrift="report")
    for index in range(12):
        desk.manifest(f"n{index:02}", sip(f"n{index:02}"))
    assert desk.run("reconcile").code == 0
    for each in desk.numbers()[:3]:
        desk.edit(each["id"], {"assistantId": "elsewhere"})
    changed = desk.numbers()[-1]["name"]
    desk.manifest(changed, sip(changed, assistantId="new"))
    ended = desk.run("reconcile", "--format", "json")
    assert ended.code == 0, ended.out
    assert [each["address"] for each in ended.json["operations"]] == [f"PhoneNumber/{changed}"]
    assert len(ended.json["drift"]) == 3


def test_a_dry_run_shows_the_drift_that_is_only_reported(kept: Desk) -> None:
    kept.configure(onDrift="report")
    drift(kept)
    ended = kept.run("reconcile", "--dry-run")
    assert ended.code == 2
    assert "No changes." not in ended.out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in ended.out
    assert "prod: 1 operation held back by onDrift: report, 1 number (" in ended.out


def test_drift_of_given_fields_may_be_ignored(kept: Desk) -> None:
    kept.configure(onDrift={"ignore": [{"fields": ["assistantId"]}]})
    drift(kept)
    assert kept.run("reconcile").out.startswith("prod: in sync")
    assert kept.run("plan", "--detailed-exitcode").code == 0


def test_nothing_is_written_while_frozen(kept: Desk) -> None:
    kept.configure(freeze=[{"until": YEARS_OFF}])
    drift(kept)
    ended = kept.run("reconcile", "--metrics", "m.prom")
    assert (ended.code, kept.numbers()[0]["assistantId"]) == (0, "elsewhere")
    assert f"frozen until {YEARS_OFF}, 1 operation waiting" in ended.out
    assert metric(kept.directory / "m.prom", "reconciler_frozen") == 1


def test_a_window_that_cannot_be_read_is_told_with_its_place(kept: Desk) -> None:
    kept.configure(freeze=[{"cron": "whenever"}])
    ended = kept.run("validate")
    assert ended.code == 1
    assert "'whenever' is not a cron expression" in ended.out
    assert "reconciler.yaml:" in ended.out


def test_a_second_pass_leaves_the_target_to_the_first(kept: Desk) -> None:
    with held(kept.directory):
        ended = kept.run("reconcile")
        assert (ended.code, ended.out) == (0, "")
        assert "another run is at work" in ended.err
        for arguments in (["apply", "--auto-approve"], ["import", "--all"]):
            refused = kept.run(*arguments)
            assert (refused.code, "another run is at work" in refused.err) == (1, True)


def test_as_json_a_target_that_is_left_to_another_run_is_a_document_too(kept: Desk) -> None:
    with held(kept.directory):
        ended = kept.run("reconcile", "--format", "json", "--metrics", "m.prom")
    assert (ended.code, ended.err) == (0, "")
    assert (ended.json["ending"], ended.json["target"]) == ("busy", "prod")
    assert not (kept.directory / "m.prom").exists(), "whoever is at it measures its own pass"


def test_a_dry_run_looks_whoever_is_at_work(kept: Desk) -> None:
    drift(kept)
    with held(kept.directory):
        assert kept.run("reconcile", "--dry-run").code == 2


def test_a_second_pass_may_wait(kept: Desk) -> None:
    with held(kept.directory, seconds=1):
        assert kept.run("reconcile", "--lock-wait", "20s").out.startswith("prod: in sync")


def test_what_is_committed_while_a_pass_waits_for_its_turn_holds_for_it(kept: Desk) -> None:
    drift(kept)
    config, pipe = kept.directory / "reconciler.yaml", kept.directory / "pipe.yaml"
    os.mkfifo(pipe)
    with held(kept.directory):
        process = start(kept, "reconcile", "--lock-wait", "20s", "--config", "pipe.yaml")
        with pipe.open("w") as reader:
            # Until it has read this to the end it waits for nothing else.
            reader.write(config.read_text())
            kept.configure(freeze=[{"until": YEARS_OFF}])
            config.rename(pipe)
    out, _ = process.communicate(timeout=20)
    assert out.startswith(f"prod: frozen until {YEARS_OFF}, 1 operation waiting"), out
    assert kept.numbers()[0]["assistantId"] == "elsewhere"


def test_a_configuration_that_comes_through_a_pipe_is_read_once(kept: Desk) -> None:
    pipe = kept.directory / "pipe.yaml"
    os.mkfifo(pipe)
    process = start(kept, "reconcile", "--config", "pipe.yaml")
    pipe.write_text((kept.directory / "reconciler.yaml").read_text())
    out, _ = process.communicate(timeout=20)
    assert out.startswith("prod: in sync"), out


FROZEN: dict[str, Any] = {"freeze": [{"until": YEARS_OFF}]}


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("then", "code", "told"),
    [
        ({"one": FROZEN, "two": FROZEN}, 0, f"two: frozen until {YEARS_OFF}, 1 operation waiting"),
        ({"one": {}}, 1, "failed: there is no target 'two'"),
        ({}, 1, "failed: reconciler.yaml was there before and is gone"),
    ],
)
def test_each_of_all_targets_is_read_anew_when_its_turn_comes(
    tmp_path: Path, then: dict[str, Any], code: int, told: str, dry: tuple[str, ...]
) -> None:
    config, desk = tmp_path / "reconciler.yaml", Desk(tmp_path, "")

    def configure(targets: dict[str, Any]) -> None:
        desk.configure()
        document = yaml.safe_load(config.read_text())
        common = document["targets"].pop("prod") | {"baseUrl": url}
        document["targets"] = {name: common | each for name, each in targets.items()}
        config.write_text(yaml.safe_dump(document))
        if not targets:
            config.unlink()

    def first(exchange: Exchange) -> None:
        """The pass over target one has read the configuration, and asks for its numbers."""
        configure(then)
        desk.manifest("b", sip("b"))
        exchange.answer(200, [])

    def later(exchange: Exchange) -> None:
        exchange.answer(200 if exchange.method == "GET" else 500, [])

    with serving(first, later) as (url, asked):
        configure({"one": {}, "two": {}})
        (tmp_path / "numbers").mkdir()
        (tmp_path / "numbers" / "none.yaml").write_text("")
        ended = desk.run("reconcile", "numbers", "--all-targets", *dry)
    assert {each.method for each in asked} == {"GET"}
    assert "one: in sync" in ended.out
    if dry and not code:
        # It tells what the new manifest asks, whatever the windows say.
        code, told = 2, "two: 1 operation would make it so"
    assert (ended.code, told in ended.out) == (code, True), ended.out


@contextmanager
def held(directory: Path, seconds: int = 60) -> Iterator[None]:
    """Somebody else runs over the target, for so long."""
    path = directory / ".reconciler.prod.run"
    process = subprocess.Popen(
        ["flock", "--no-fork", str(path), "sh", "-c", f"echo held; exec sleep {seconds}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def test_a_broken_manifest_pushed_at_midnight_touches_no_number(kept: Desk) -> None:
    drift(kept)
    kept.forget_requests()
    broken = kept.directory / "numbers" / "b.yaml"
    broken.write_text("apiVersion: [")
    ended = kept.run("reconcile", "--metrics", "m.prom")
    assert (ended.code, kept.requests()) == (1, [])
    assert "no number was touched" in ended.out
    assert ended.out.count("numbers/b.yaml:2:1 R002 not valid YAML") == 1
    path = kept.directory / "m.prom"
    assert metric(path, "reconciler_passes_total", ending="failed") == 1
    assert kept.run("reconcile", "--quiet").out == "", "it was told once"
    broken.unlink()
    recovered = kept.run("reconcile", "--metrics", "m.prom", "--quiet")
    assert "recovered" in recovered.out
    assert metric(path, "reconciler_last_success_timestamp_seconds") > 0


def test_without_a_configuration_paths_say_where_the_manifests_are(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    nowhere = desk.run("reconcile")
    assert (nowhere.code, "name files or directories" in nowhere.out) == (1, True)
    assert desk.run("reconcile", "numbers").out.startswith("default: 1 created")
    assert desk.run("reconcile", "numbers", "--dry-run").code == 0


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_configuration_that_is_gone_makes_no_pass_over_another_target(
    kept: Desk, dry: tuple[str, ...]
) -> None:
    drift(kept)
    (kept.directory / "reconciler.yaml").rename(kept.directory / "away.yaml")
    kept.forget_requests()
    ended = kept.run("reconcile", "numbers", *dry)
    assert (ended.code, kept.requests()) == (1, [])
    assert "reconciler.lock.json is of target prod, and there is no reconciler.yaml" in ended.out
    assert kept.run("plan", "numbers").code == 0, "a person may"
    assert kept.run("reconcile", "numbers", "--config", "away.yaml", *dry).code == 2 * len(dry)


def test_a_target_default_that_a_person_applied_makes_no_pass_without_the_configuration(
    kept: Desk,
) -> None:
    config = kept.directory / "reconciler.yaml"
    config.rename(kept.directory / "away.yaml")
    assert kept.apply().code == 0
    ended = kept.run("reconcile", "numbers")
    assert (ended.code, "is of target prod, and" in ended.out) == (1, True)


def test_a_link_that_leads_to_no_configuration_is_not_none(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    (desk.directory / "reconciler.yaml").symlink_to("nowhere")
    ended = desk.run("reconcile", "numbers")
    assert (ended.code, "reconciler.yaml: cannot be read" in ended.out) == (1, True)


def test_a_link_that_leads_to_no_configuration_and_is_gone_then_makes_no_pass(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    config = desk.directory / "reconciler.yaml"
    config.symlink_to("nowhere")
    process = start(desk, "reconcile", "numbers", "--every", "100ms")
    assert process.stdout is not None
    assert "reconciler.yaml: cannot be read" in process.stdout.readline()
    config.unlink()
    gone = "reconciler.yaml was there before and is gone"
    until(lambda: gone in process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert ("default" in out, desk.numbers()) == (False, [])


@pytest.mark.parametrize("part", [0, 40, 70, 100])
def test_a_configuration_that_is_half_written_fails(kept: Desk, part: int) -> None:
    config = kept.directory / "reconciler.yaml"
    config.write_text(config.read_text()[:part])
    kept.forget_requests()
    ended = kept.run("reconcile", "numbers")
    assert (ended.code, kept.requests()) == (1, [])


def test_a_target_that_is_no_longer_in_the_configuration_is_not_another(kept: Desk) -> None:
    config = kept.directory / "reconciler.yaml"
    config.write_text(config.read_text().replace("prod:", "live:"))
    ended = kept.run("reconcile", "--target", "prod")
    assert (ended.code, "there is no target 'prod'" in ended.out) == (1, True)


def test_an_expired_key_is_told_and_nothing_is_taken_for_gone(kept: Desk) -> None:
    ended = kept.run("reconcile", "--metrics", "m.prom", VAPI_API_KEY="pk_expired")
    assert (ended.code, len(kept.numbers())) == (1, 1)
    assert "401" in ended.out
    assert metric(kept.directory / "m.prom", "reconciler_passes_total", ending="failed") == 1
    missing = kept.run("reconcile", VAPI_API_KEY="")
    assert (missing.code, "VAPI_API_KEY" in missing.out) == (1, True)


def test_after_a_kill_and_with_a_stale_lock_file_the_next_pass_goes_on(tmp_path: Path) -> None:
    with sandbox(faults=["POST:delay=300"]) as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        for key in ("a", "b", "c"):
            desk.manifest(key, sip(key))
        process = start(desk, "reconcile", "--parallel", "1")
        until(lambda: len(desk.numbers()) == 1)
        process.kill()
        process.communicate(timeout=10)
        assert (tmp_path / ".reconciler.prod.run").exists()
        assert desk.run("reconcile").code == 0
        assert sorted(each["name"] for each in desk.numbers()) == ["a", "b", "c"]
        assert desk.run("reconcile", "--dry-run").code == 0


def test_only_a_pass_with_operations_leaves_a_record(kept: Desk) -> None:
    records = kept.directory / "records"
    kept.run("reconcile", "--record", "records")
    assert not records.exists()
    drift(kept)
    for _ in range(2):
        assert kept.run("reconcile", "--record", "records").code == 0
    (record,) = records.iterdir()
    assert '"answered"' in record.read_text()
    assert kept.apply("--record", "records").code == 0
    assert len(list(records.iterdir())) == 2, "a person's run is told of, be it empty"


def test_a_full_disk_is_told_and_the_next_pass_mends_it(kept: Desk) -> None:
    kept.manifest("a", sip("a", assistantId="bot-2"))
    command = 'ulimit -f 0 && exec "$@"'
    ended = subprocess.run(
        ["bash", "-c", command, "bash", *COMMAND, "reconcile", "--metrics", "m.prom"],
        cwd=kept.directory,
        env=os.environ | {"VAPI_API_KEY": "key"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == EXIT_PARTIAL, ended.stdout
    assert "the lock cannot be written: File too large" in ended.stdout
    assert "metrics cannot be written: File too large" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert kept.run("reconcile").code == 0
    assert kept.numbers()[0]["assistantId"] == "bot-2"


def test_it_repeats_reads_everything_anew_and_stops_on_sigterm(kept: Desk) -> None:
    process = start(kept, "reconcile", "--every", "200ms", "--format", "json")
    kept.manifest("b", sip("b"))
    until(lambda: len(kept.numbers()) == 2)
    broken = kept.directory / "reconciler.yaml"
    whole = broken.read_text()
    broken.write_text("kind: [")
    time.sleep(0.6)
    broken.write_text(whole)
    kept.manifest("c", sip("c"))
    until(lambda: len(kept.numbers()) == 3)
    time.sleep(0.6)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    endings = [json.loads(line)["ending"] for line in out.splitlines()]
    assert {"synced", "changed", "failed"} <= set(endings)


@pytest.mark.parametrize("lock", [True, False])
def test_a_configuration_that_vanishes_between_passes_is_waited_for(kept: Desk, lock: bool) -> None:
    config, metrics = kept.directory / "reconciler.yaml", kept.directory / "m.prom"
    process = start(kept, "reconcile", "numbers", "--every", "100ms", "--metrics", "m.prom")

    def ended(ending: str, target: str) -> float:
        name = "reconciler_passes_total"
        try:
            return metric(metrics, name, ending=ending, target=target)
        except (OSError, AssertionError):
            return 0

    until(lambda: ended("synced", "prod"))
    config.rename(kept.directory / "away.yaml")
    if not lock:
        (kept.directory / "reconciler.lock.json").unlink()
    until(lambda: ended("failed", "") >= 2)
    (kept.directory / "away.yaml").rename(config)
    before = ended("synced", "prod")
    until(lambda: ended("synced", "prod") > before)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "reconciler.yaml was there before and is gone" in out
    assert "default" not in out
    assert "recovered" in out


def test_an_outage_is_survived_without_a_flood(kept: Desk) -> None:
    whole = (kept.directory / "reconciler.yaml").read_text()
    away = whole.replace(kept.url, "http://127.0.0.1:9")
    (kept.directory / "reconciler.yaml").write_text(away)
    metrics = kept.directory / "m.prom"
    options = ("--every", "100ms", "--quiet", "--timeout", "300ms", "--metrics", "m.prom")
    process = start(kept, "reconcile", *options)

    def ended(ending: str) -> float:
        name = "reconciler_passes_total"
        return metric(metrics, name, ending=ending) if metrics.exists() else 0

    until(lambda: ended("failed") >= 4)
    (kept.directory / "reconciler.yaml").write_text(whole)
    until(lambda: ended("synced"))
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.count("cannot be reached") <= 2, out
    assert out.count("recovered") == 1, out


def test_a_service_can_be_scraped_and_asked_for_its_health(kept: Desk) -> None:
    port = free_port()
    process = start(kept, "reconcile", "--every", "1h", "--metrics-port", str(port))

    def page(path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": "x"})

    def passed() -> bool:
        try:
            return "reconciler_passes_total" in page("/metrics").text
        except httpx.ConnectError:
            return False

    until(passed)
    assert (page("/healthz").status_code, page("/healthz").text) == (200, "ok\n")
    assert 'reconciler_numbers_managed{target="prod"} 1.0' in page("/metrics").text
    assert [page(path).status_code for path in ("/", "/health", "/metrics/x")] == [404] * 3
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_service_that_leaves_its_target_to_another_run_is_alive(kept: Desk) -> None:
    port = free_port()
    options = ("--every", "200ms", "--metrics-port", str(port))
    with held(kept.directory):
        process = start(kept, "reconcile", *options)
        assert process.stderr is not None
        # After four passes of a fifth of a second each, the three intervals are over.
        for _ in range(5):
            assert "leaves it to it" in process.stderr.readline()
        health = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert (health.status_code, process.returncode) == (200, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--metrics-port", "9464"), "--metrics-port is for --every"),
        (("--notify", "nonsense"), "--notify: URL 1 is none that can be notified"),
        (("--every", "soon"), "is not a duration"),
        (("--dry-runn",), "No such option"),
    ],
)
def test_bad_usage_ends_with_1_before_anything_is_asked(
    kept: Desk, arguments: tuple[str, ...], message: str
) -> None:
    kept.forget_requests()
    ended = kept.run("reconcile", *arguments)
    assert (ended.code, kept.requests()) == (1, [])
    assert message in ended.err


ONE, TWO = "https://one.example.com", "https://two.example.com"
AS_JSON = ("reconcile", "--format", "json")
TOKEN = {"HOOK_TOKEN": "token"}


def server(url: str, **more: Any) -> dict[str, Any]:
    return sip("a", server={"url": url, "headers": {"X-Token": {"env": "HOOK_TOKEN"}}, **more})


def hooked(desk: Desk, on_drift: Any) -> None:
    """A number with a header that is secret, and a policy for what happens to it elsewhere."""
    desk.configure(onDrift=on_drift, secrets={"env": ["HOOK_*"]})
    desk.manifest("a", server(ONE))
    assert desk.run("reconcile", **TOKEN).code == 0


def edit_server(desk: Desk, **edited: Any) -> None:
    (number,) = desk.numbers()
    desk.edit(number["id"], {"server": {**number["server"], **edited}})


def test_ignored_drift_outlives_a_change_beside_it_in_the_same_field(desk: Desk) -> None:
    hooked(desk, {"do": "correct", "ignore": [{"fields": ["server.headers"]}]})
    headers = {"X-Token": "token", "X-More": "m"}
    edit_server(desk, headers=headers)
    assert desk.run("reconcile", **TOKEN).out.startswith("prod: in sync")
    desk.manifest("a", server(TWO))
    (change,) = desk.plan(**TOKEN)["operations"][0]["changes"]
    assert change["path"] == "server.url"
    assert desk.run("reconcile", **TOKEN).code == 0
    assert desk.numbers()[0]["server"] == {"url": TWO, "headers": headers}
    assert desk.run("reconcile", **TOKEN).out.startswith("prod: in sync")


def test_reported_drift_outlives_a_change_beside_it_and_is_reported_again(desk: Desk) -> None:
    hooked(desk, "report")
    headers = {"X-Token": "edited", "X-More": "m"}
    edit_server(desk, headers=headers, timeoutSeconds=55)
    desk.manifest("a", server(TWO))
    changed = desk.run(*AS_JSON, **TOKEN).json
    assert (changed["ending"], changed["drift"]) == ("changed", [])
    assert desk.numbers()[0]["server"] == {"url": TWO, "headers": headers, "timeoutSeconds": 55}
    told = desk.run(*AS_JSON, **TOKEN).json
    (drifted,) = told["drift"]
    assert drifted["paths"] == [
        "server.timeoutSeconds",
        "server.headers.X-More",
        "server.headers.X-Token",
    ]


@pytest.mark.parametrize("secrets", Secrets)
def test_a_change_beside_reported_drift_sends_no_mask_and_loses_no_secret(
    tmp_path: Path, secrets: Secrets
) -> None:
    with (
        Store() as store,
        running(create_app(DESCRIPTION, store, Settings(secrets=secrets))) as url,
    ):
        desk = Desk(tmp_path, url)
        hooked(desk, "report")
        edit_server(desk, timeoutSeconds=55, headers={"X-Token": "token"})
        desk.manifest("a", server(TWO))
        ended = desk.run("reconcile", **TOKEN)
        assert ended.code == 0, ended.out
        row = store.get("phone-number", desk.numbers()[0]["id"])
    assert row is not None
    held = {"url": TWO, "headers": {"X-Token": "token"}, "timeoutSeconds": 55}
    assert row.body["server"] == held


def test_a_secret_that_was_removed_elsewhere_is_reported_by_every_pass(desk: Desk) -> None:
    hooked(desk, "report")
    edit_server(desk, headers={})
    for spec in (server(ONE), server(ONE), server(TWO), server(TWO)):
        desk.manifest("a", spec)
        told = desk.run(*AS_JSON, **TOKEN).json
        if told["ending"] != "changed":
            assert [each["paths"] for each in told["drift"]] == [["server.headers.X-Token"]]
    assert (told["ending"], desk.numbers()[0]["server"]["url"]) == ("drift", TWO)
    desk.configure(secrets={"env": ["HOOK_*"]})
    assert desk.run("reconcile", **TOKEN).code == 0
    assert desk.numbers()[0]["server"]["headers"] == {"X-Token": "token"}


def test_a_change_that_waits_for_reported_drift_is_made_once_that_is_over(desk: Desk) -> None:
    desk.configure(onDrift="report")
    for key in ("a", "b"):
        desk.manifest(key, sip(key))
    assert desk.run("reconcile").code == 0
    (number,) = [each for each in desk.numbers() if each["name"] == "a"]
    desk.edit(number["id"], {"sipUri": "sip:new@sip.vapi.ai"})
    desk.manifest("b", sip("new"))
    assert "waits for PhoneNumber/a" in desk.run("reconcile").out
    desk.edit(number["id"], {"sipUri": "sip:a@sip.vapi.ai"})
    assert desk.run(*AS_JSON).json["ending"] == "changed"
    assert {each["name"]: each["sipUri"] for each in desk.numbers()} == {
        "a": "sip:a@sip.vapi.ai",
        "b": "sip:new@sip.vapi.ai",
    }


def start(desk: Desk, *arguments: str, stdout: Any = subprocess.PIPE) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=desk.directory,
        env=os.environ | {"VAPI_API_KEY": "key", "VAPI_BASE_URL": desk.url},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def until(holds: Any) -> None:
    """Wait until the world is as told, at most 20 seconds."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
