"""What passes tell, whom, and how often: each trouble once, with its place and the way out."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from reconciler.report.news import RECOVERED
from reconciler.unattended import alone
from tests.api.server import Exchange, serving
from tests.journeys.desk import Desk, sandbox, sip
from tests.journeys.test_reconcile import drift, free_port, start, until


def misconfigure(desk: Desk) -> None:
    path = desk.directory / "reconciler.yaml"
    path.write_text(f"{path.read_text()}    nonsense: 1\n")


def test_a_configuration_that_cannot_be_used_is_told_with_every_place(kept: Desk) -> None:
    misconfigure(kept)
    ended = kept.run("reconcile")
    first, *below = ended.out.splitlines()
    assert ended.code == 1
    assert first.startswith("failed: the configuration has errors, and no number was touched (")
    assert [each.split()[:2] for each in below] == [["reconciler.yaml:10:5", "R401"]]
    assert kept.run("reconcile", "--quiet").out == "", "it was told once"


def test_a_configuration_that_can_be_used_again_is_told_once(kept: Desk) -> None:
    recovered = "recovered: the configuration could not be used, and now it can"
    for _ in range(2):
        misconfigure(kept)
        assert "R401" in kept.run("reconcile", "--quiet").out
        kept.configure()
        assert recovered in kept.run("reconcile", "--quiet").out
        assert kept.run("reconcile", "--quiet").out == ""


def test_where_two_targets_could_be_meant_none_is_named_and_the_way_out_is(kept: Desk) -> None:
    path = kept.directory / "reconciler.yaml"
    stage = "  stage:\n    apiKey: {env: K}\n    manifests: [numbers]\n"
    path.write_text(f"{path.read_text()}{stage}")
    ended = kept.run("reconcile")
    assert ended.code == 1
    assert ended.out.startswith("failed: which target is meant? (")
    assert "  = help: add --target with one of: prod, stage\n" in ended.out


def test_one_limit_that_is_passed_is_told_once_below_the_sum(desk: Desk) -> None:
    desk.configure(limits={"creates": 1})
    for key in "abcde":
        desk.manifest(key, sip(key))
    first, *below = desk.run("reconcile").out.splitlines()
    assert first.startswith("prod: refused: nothing was applied, a guard refuses, 0 numbers (")
    some = "  PhoneNumber/a, PhoneNumber/b, PhoneNumber/c and 2 more: "
    assert below == [
        f"{some}limits.creates is 1, and 5 numbers would be created",
        "    --max-creates 5",
    ]


def test_a_key_that_expires_in_an_outage_is_told_and_so_is_the_other_way_round(kept: Desk) -> None:
    def down() -> str:
        kept.configure(baseUrl="http://127.0.0.1:9")
        out = kept.run("reconcile", "--quiet", "--timeout", "100ms").out
        kept.configure()
        return out

    def refused() -> str:
        return kept.run("reconcile", "--quiet", VAPI_API_KEY="pk_expired").out

    told = [down(), down(), refused(), refused(), down()]
    assert ["cannot be reached" in each for each in told] == [True, False, False, False, True]
    assert ["answered 401" in each for each in told] == [False, False, True, False, False]
    assert kept.run("reconcile", "--quiet").out.count("recovered") == 1


def test_a_failure_is_told_once_however_the_api_words_it(tmp_path: Path) -> None:
    with sandbox(stock={"415": 0, "628": 1, "212": 9}) as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        desk.manifest("a", {"provider": "vapi", "numberDesiredAreaCode": "415"})
        first = desk.run("reconcile", "--quiet")
        desk.ask("POST", "/phone-number", {"provider": "vapi", "numberDesiredAreaCode": "628"})
        second, loud = desk.run("reconcile", "--quiet"), desk.run("reconcile")
    assert ("Try one of 212, 628" in first.out, first.code) == (True, 1)
    assert (second.out, second.code) == ("", 1)
    assert "Try one of 212." in loud.out, "a pass itself says what it was told"


def test_a_field_that_the_api_does_not_take_is_told_once_and_what_else_is_done_each_time(
    tmp_path: Path,
) -> None:
    with sandbox(not_cleared=frozenset({"fallbackDestination"})) as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        desk.manifest("a", sip("a"))
        desk.run("reconcile")
        fallback = {"type": "number", "number": "+14155550100"}
        desk.edit(desk.numbers()[0]["id"], {"fallbackDestination": fallback})
        first, second = (desk.run("reconcile", "--quiet") for _ in range(2))
        desk.manifest("b", sip("b"))
        third = desk.run("reconcile", "--format", "json")
    assert "PhoneNumber/a: not taken by the API: fallbackDestination" in first.out
    assert (second.out, second.code) == ("", 4)
    assert (third.json["news"], third.code) == (["create PhoneNumber/b: done"], 4)


def test_drift_that_is_left_is_told_again_when_the_value_is_another(kept: Desk) -> None:
    kept.configure(onDrift="report")
    (number,) = kept.numbers()
    told = []
    for value in ("x", "evil", "evil"):
        kept.edit(number["id"], {"assistantId": value})
        told.append(kept.run("reconcile", "--quiet").out)
    assert [each.partition("left so: ")[2] for each in told] == [
        'assistantId is "x"\n',
        'assistantId is "evil"\n',
        "",
    ]


def test_drift_of_a_secret_is_told_again_when_it_is_changed_again_and_never_shown(
    kept: Desk,
) -> None:
    kept.configure(onDrift="report", secrets={"env": ["HOOK"]})
    server = {"url": "https://a.example", "headers": {"X-Token": {"env": "HOOK"}}}
    kept.manifest("a", sip("a", server=server))
    kept.run("reconcile", HOOK="hunter1")
    (number,) = kept.numbers()
    told = []
    for value in ("hunter2", "", "hunter3"):
        if value:
            kept.edit(number["id"], {"server": {**server, "headers": {"X-Token": value}}})
        told.append(kept.run("reconcile", "--quiet", HOOK="hunter1").out)
    assert ["headers.X-Token is (sensitive)" in each for each in told] == [True, False, True]
    kept_of_it = (kept.directory / ".reconciler.prod.told.json").read_text()
    assert "hunter" not in "".join([*told, kept_of_it])


def test_a_create_that_waits_for_drift_was_not_changed_elsewhere(kept: Desk) -> None:
    kept.configure(onDrift="report")
    kept.edit(kept.numbers()[0]["id"], {"sipUri": "sip:b@sip.vapi.ai"})
    kept.manifest("b", sip("b"))
    told = kept.run("reconcile", "--quiet").out
    assert "PhoneNumber/a was changed elsewhere, and is left so: sipUri is " in told
    assert "  create PhoneNumber/b: held back, for it waits for PhoneNumber/a\n" in told
    assert kept.run("reconcile", "--quiet").out == ""


def vanish(desk: Desk) -> None:
    (number,) = desk.numbers()
    desk.ask("DELETE", f"/phone-number/{number['id']}")


def test_dry_runs_tell_once_what_they_find(kept: Desk) -> None:
    vanish(kept)
    first, second = (kept.run("reconcile", "--dry-run").out for _ in range(2))
    assert ("a vanished, " in first, "a vanished, " in second) == (True, False)


def test_a_dry_run_after_a_refused_pass_is_no_recovery(kept: Desk) -> None:
    vanish(kept)
    told = [
        kept.run("reconcile", *arguments).out
        for arguments in ((), ("--dry-run",), (), ("--dry-run",))
    ]
    assert "refused: " in told[0]
    assert [each.count("recovered") for each in told] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("broken", "well"),
    [
        (("--only", "b"), ("--only", "a")),
        (("--selector", "team=b"), ("--selector", "team=a")),
        (("numbers/b.yaml",), ("numbers/a.yaml",)),
        ((), ("--only", "a")),
    ],
)
def test_a_part_that_is_well_tells_no_recovery_of_another(
    kept: Desk, broken: tuple[str, ...], well: tuple[str, ...]
) -> None:
    for key in ("a", "b"):
        kept.manifest(key, sip(key), metadata={"labels": {"team": key}})
    kept.run("reconcile")
    (number,) = (each for each in kept.numbers() if each["name"] == "b")
    kept.ask("DELETE", f"/phone-number/{number['id']}")
    told = [kept.run("reconcile", "--quiet", *each).out for each in (broken, well) * 2]
    assert ["b vanished" in each for each in told] == [True, False, False, False]
    assert [bool(each) for each in told] == [True, False, False, False], told
    again = kept.run("reconcile", "--quiet", *broken, "--max-recreates", "1")
    assert again.out.count("recovered") == 1


def test_all_paths_of_a_target_are_the_whole_of_it(kept: Desk) -> None:
    (number,) = kept.numbers()
    kept.ask("DELETE", f"/phone-number/{number['id']}")
    told = [kept.run("reconcile", "--quiet", *each).out for each in ((), ("./numbers/",))]
    assert [bool(each) for each in told] == [True, False]
    assert len(list(kept.directory.glob(".reconciler.prod.told*"))) == 1


def test_notifications_say_if_they_are_of_a_failure_or_a_success(kept: Desk) -> None:
    with serving(lambda exchange: exchange.answer(200)) as (url, heard):
        notify = f"{url.replace('http', 'json')}/token"
        kept.run("reconcile", "--notify", notify, VAPI_API_KEY="pk_expired")
        kept.run("reconcile", "--notify", notify)
        kept.configure(onDrift="report")
        drift(kept)
        kept.run("reconcile", "--notify", notify)
    kinds = [json.loads(each.body)["type"] for each in heard]
    assert kinds == ["failure", "success", "info"]


def test_news_that_nobody_could_be_notified_of_are_sent_by_a_later_pass(kept: Desk) -> None:
    def away(exchange: Exchange) -> None:
        exchange.answer(503)

    with serving(away, lambda exchange: exchange.answer(200)) as (url, heard):
        notify = f"{url.replace('http', 'json')}/token"
        failing = kept.run("reconcile", "--notify", notify, VAPI_API_KEY="pk_expired")
        assert "--notify: URL 1 could not be notified" in failing.err
        kept.run("reconcile", "--notify", notify, VAPI_API_KEY="pk_expired")
        kept.run("reconcile", "--notify", notify, VAPI_API_KEY="pk_expired")
    _, late = (json.loads(each.body)["message"] for each in heard)
    assert late.startswith("failed: the API answered 401")


def test_a_pass_has_told_and_measured_before_the_next_one_may_begin(kept: Desk) -> None:
    turns, measured = [], kept.directory / "m.prom"

    def notified(exchange: Exchange) -> None:
        with alone(kept.directory, "prod") as is_alone:
            turns.append((is_alone, measured.exists()))
        exchange.answer(200)

    with serving(notified) as (url, _):
        notify = f"{url.replace('http', 'json')}/token"
        options = ("--metrics", "m.prom", "--notify", notify)
        kept.run("reconcile", *options, VAPI_API_KEY="pk_expired")
    assert turns == [(False, True)]


def test_no_news_are_too_long_for_a_url_and_keep_later_ones_from_it(kept: Desk) -> None:
    def sparing(exchange: Exchange) -> None:
        exchange.answer(200 if len(exchange.body) <= 2_000 else 400)

    bad = kept.directory / "numbers" / f"{'bad' * 50}.yaml"
    with serving(sparing) as (url, heard):
        notify = f"{url.replace('http', 'json')}/token"
        bad.write_text("---\n".join(f"kind: x{index}\n" for index in range(30)))
        assert kept.run("reconcile", "--notify", notify).err == ""
        bad.unlink()
        kept.run("reconcile", "--notify", notify)
    first, second = (json.loads(each.body)["message"] for each in heard)
    assert first.startswith("failed: the manifests have errors, and no number was touched:\n")
    assert (first[-1], second) == ("…", RECOVERED)


def test_one_dead_url_makes_no_other_get_old_news(kept: Desk) -> None:
    def refused(exchange: Exchange) -> None:
        exchange.answer(503)

    def taken(exchange: Exchange) -> None:
        exchange.answer(200)

    with (
        serving(refused, refused, refused, taken, refused) as (ill, to_ill),
        serving(taken) as (
            well,
            to_well,
        ),
    ):
        urls = [f"{each.replace('http', 'json')}/hidden" for each in (ill, well)]
        told = []
        for key in ("pk_expired", "pk_expired", "key", "key", "pk_expired"):
            told.append(
                kept.run("reconcile", RECONCILER_NOTIFY=",".join(urls), VAPI_API_KEY=key).err
            )
            kept_of_it = (kept.directory / ".reconciler.prod.told.json").read_text()
            assert not [each for each in (*urls, "hidden", "127.0.0.1") if each in kept_of_it]
    complaint = "warning: --notify: URL 1 could not be notified, and is tried again by each pass\n"
    assert told == [complaint, "", "", "", complaint]
    assert [first_words(each) for each in to_well] == ["failed", "recovered", "failed"]
    assert [first_words(each) for each in to_ill] == ["failed"] * 5
    assert "recovered: " in json.loads(to_ill[3].body)["message"]


def test_a_pass_that_notifies_nobody_forgets_nothing_that_is_owed(kept: Desk) -> None:
    def away(exchange: Exchange) -> None:
        exchange.answer(503)

    with serving(away, lambda exchange: exchange.answer(200)) as (url, heard):
        notify = f"{url.replace('http', 'json')}/token"
        kept.run("reconcile", "--notify", notify, VAPI_API_KEY="pk_expired")
        kept.run("reconcile", VAPI_API_KEY="pk_expired")
        kept.run("reconcile", "--notify", notify, VAPI_API_KEY="pk_expired")
    assert [first_words(each) for each in heard] == ["failed", "failed"]


def test_what_cannot_be_told_is_said_once_until_it_is_over(kept: Desk) -> None:
    directory, told = kept.directory / "metrics", []

    def tell(*options: str) -> None:
        told.append(kept.run("reconcile", "--quiet", *options).err)

    for there in (False, False, True, False, False):
        if there:
            directory.mkdir()
        elif directory.exists():
            shutil.rmtree(directory)
        tell("--metrics", "metrics/m.prom")
    tell()
    tell("--metrics", "metrics/m.prom")
    complaint = "warning: metrics cannot be written: No such file or directory\n"
    assert told == [complaint, "", "", complaint, "", "", ""]


def test_a_selector_that_fits_nothing_is_said_once_to_who_asked_to_be_quiet(kept: Desk) -> None:
    selected = ("reconcile", "--selector", "team=none")
    quiet = [kept.run(*selected, "--quiet").err for _ in range(2)]
    said = "warning: prod: no manifest that is meant has the label team=none\n"
    assert quiet == [said, ""]
    assert kept.run(*selected).err == said


def test_no_url_and_no_part_of_one_reaches_any_output(kept: Desk) -> None:
    dead = free_port()
    for url in (
        f"json://user:hunter2@127.0.0.1:{dead}/hunter2",
        f"jsons://127.0.0.1:{dead}/hunter2?verify=no",
        "mailto://u:hunter2@nowhere.invalid",
        f"json://127.0.0.1:{dead}/a,nonsense://hunter2",
    ):
        (kept.directory / ".reconciler.prod.told.json").unlink(missing_ok=True)
        ended = kept.run("reconcile", RECONCILER_NOTIFY=url, VAPI_API_KEY="pk_expired")
        assert "--notify: URL " in ended.err
        said = ended.out + ended.err
        assert not [each for each in ("hunter2", str(dead), "nowhere") if each in said]
    assert "--notify: URL 2 is none that can be notified" in ended.err


def first_words(exchange: Exchange) -> str:
    """What kind of news a notification begins with."""
    message: str = json.loads(exchange.body)["message"]
    return message.partition(":")[0]


def test_a_disk_that_takes_no_output_ends_no_service_and_hides_no_pass(kept: Desk) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(kept, "reconcile", "--every", "100ms", "--metrics", "m.prom", stdout=full)
        for _ in range(2):
            drift(kept)
            until(lambda: kept.numbers()[0]["assistantId"] == "bot-1")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert "the pass cannot be printed: No space left on device" in err
    changed = 'reconciler_passes_total{ending="changed",target="prod"} 2.0'
    assert changed in (kept.directory / "m.prom").read_text()
