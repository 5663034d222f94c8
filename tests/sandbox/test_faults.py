"""Calls that go wrong, as they were told to."""

from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from reconciler.errors import InputError
from reconciler.model import Json
from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import ONLY_OF, parse_rule
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Fault, FaultName, FaultRule, Settings
from reconciler.sandbox.store import Store
from tests.sandbox.conftest import OpenSandbox

SIP = {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"}


def post(client: httpx.Client, fault: str) -> httpx.Response:
    return client.post("/phone-number", json=SIP, headers={"X-Sandbox-Fault": fault})


def count(client: httpx.Client) -> int:
    return len(client.get("/phone-number").json())


@pytest.mark.parametrize(("fault", "landed"), [("500-before", 0), ("500-after", 1)])
def test_a_500_comes_before_or_after_the_write(
    open_sandbox: OpenSandbox, fault: str, landed: int
) -> None:
    client = open_sandbox()
    assert post(client, fault).status_code == 500
    assert count(client) == landed


@pytest.mark.parametrize(("fault", "landed"), [("drop-before", 0), ("drop-after", 1)])
def test_a_drop_comes_before_or_after_the_write(
    open_sandbox: OpenSandbox, fault: str, landed: int
) -> None:
    client = open_sandbox()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        post(client, fault)
    assert count(client) == landed
    assert client.get("/_sandbox/requests").json()[0]["status"] is None


def test_a_cut_body_ends_before_its_length(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        post(client, "cut-body")
    assert count(client) == 1


def test_a_429_may_say_how_long_to_wait(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    silent, talking = post(client, "429"), post(client, "429=1.5")
    assert (silent.status_code, silent.headers.get("Retry-After")) == (429, None)
    assert (talking.status_code, talking.headers.get("Retry-After")) == (429, "1.5")
    assert count(client) == 0


def test_a_502_speaks_html(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    answer = post(client, "html-502")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert count(client) == 0


def test_a_delay_holds_the_answer_back(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    start = monotonic()
    assert post(client, "delay=200").status_code == 201
    assert monotonic() - start >= 0.2


def test_an_answer_may_be_late_although_the_write_was_not(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    with pytest.raises(httpx.ReadTimeout):
        client.post(
            "/phone-number", json=SIP, headers={"X-Sandbox-Fault": "delay-after=400"}, timeout=0.1
        )
    assert count(client) == 1


def test_a_400_is_a_refusal_of_what_is_right(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    answer = post(client, "400")
    assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request")
    assert count(client) == 0


def test_a_refusing_sandbox_takes_no_connection_for_a_while(document: Json) -> None:
    with Store() as store, running(create_app(document, store, Settings())) as url:
        headers = {"Authorization": "Bearer key", "User-Agent": "test/1"}
        with httpx.Client(base_url=url, headers=headers) as client:
            with pytest.raises(httpx.TransportError):
                post(client, "refuse=300")
            with pytest.raises(httpx.ConnectError):
                client.get("/phone-number")
            deadline = monotonic() + 5
            while monotonic() < deadline:
                try:
                    assert count(client) == 0
                except httpx.TransportError:
                    sleep(0.05)
                else:
                    return
    pytest.fail("the port never opened again")


def test_an_editor_changes_a_number_before_the_call(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox({"phone-number": [SIP]})
    (before,) = client.get("/phone-number").json()
    for _ in range(9):
        client.get("/phone-number", headers={"X-Sandbox-Fault": "edit"})
    (after,) = client.get("/phone-number").json()
    assert {key for key in after if after[key] != before.get(key)} > {"updatedAt"}
    assert client.get("/_sandbox/writes").json() == []


BOUGHT = {"provider": "vapi", "numberDesiredAreaCode": "415", "name": "a"}
HOOKED = {**BOUGHT, "server": {"url": "https://x.example.com", "headers": {"A": "b"}}}


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        ("husk", {"status": "active"}),
        ("late=60", {"status": "activating"}),
    ],
)
def test_a_number_may_have_no_digits_yet_or_ever(
    open_sandbox: OpenSandbox, fault: str, shown: dict[str, str]
) -> None:
    client = open_sandbox()
    headers = {"X-Sandbox-Fault": fault}
    made = client.post("/phone-number", json=BOUGHT, headers=headers).json()
    assert {"status": made["status"]} == shown
    assert "number" not in made


@pytest.mark.parametrize(
    ("fault", "headers"),
    [
        ("secrets-masked", {"A": "********"}),
        ("secrets-omitted", None),
        ("secrets-clear", {"A": "b"}),
    ],
)
def test_one_call_may_show_secrets_another_way(
    open_sandbox: OpenSandbox, fault: str, headers: dict[str, str] | None
) -> None:
    client = open_sandbox()
    made = client.post("/phone-number", json=HOOKED, headers={"X-Sandbox-Fault": fault}).json()
    assert made["server"].get("headers") == headers


def test_one_answer_may_hold_nulls_or_fields_that_nobody_described(
    open_sandbox: OpenSandbox,
) -> None:
    client = open_sandbox()
    client.post("/phone-number", json=HOOKED)

    def shown(fault: str) -> dict[str, Any]:
        answer: list[dict[str, Any]] = client.get(
            "/phone-number", headers={"X-Sandbox-Fault": fault}
        ).json()
        return answer[0]

    assert shown("nulls-kept")["squadId"] is None
    assert shown("new-field")["latestVersion"] == shown("new-field")["server"]["latestVersion"]
    assert shown("delay=0").keys().isdisjoint({"squadId", "latestVersion"})


def test_a_null_inside_may_be_ignored_in_silence(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    made = client.post("/phone-number", json=HOOKED).json()
    server = {"url": "https://y.example.com", "headers": None}
    path = f"/phone-number/{made['id']}"
    dropped = client.patch(
        path, json={"server": server}, headers={"X-Sandbox-Fault": "nested-nulls-dropped"}
    )
    assert dropped.json()["server"] == {"url": "https://y.example.com", "headers": {"A": "b"}}
    taken = client.patch(path, json={"server": server})
    assert taken.json()["server"] == {"url": "https://y.example.com"}


def test_one_call_may_be_of_an_older_era(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    made = client.post("/phone-number", json=SIP).json()
    answer = client.patch(
        f"/phone-number/{made['id']}",
        json={"provider": "vapi"},
        headers={"X-Sandbox-Fault": "provider-400"},
    )
    assert answer.json()["message"] == ["property provider should not exist"]
    v2 = client.get("/v2/phone-number", headers={"X-Sandbox-Fault": "v2-400"})
    assert (v2.status_code, client.get("/v2/phone-number").status_code) == (400, 200)


def test_what_landed_is_told_whether_or_not_it_was_answered(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    with pytest.raises(httpx.RemoteProtocolError):
        post(client, "drop-after")
    assert post(client, "500-before").status_code == 500
    (made,) = client.get("/phone-number").json()
    client.patch(f"/phone-number/{made['id']}", json={"name": "b"})
    client.delete(f"/phone-number/{made['id']}")
    assert client.get("/_sandbox/writes").json() == [
        {"method": "POST", "id": made["id"], "name": ""},
        {"method": "PATCH", "id": made["id"], "name": "b"},
        {"method": "DELETE", "id": made["id"], "name": "b"},
    ]


def test_an_unknown_fault_is_told(open_sandbox: OpenSandbox) -> None:
    answer = post(open_sandbox(), "earthquake")
    assert answer.status_code == 400
    assert "'earthquake' is not a fault" in answer.json()["message"]


def test_a_rule_strikes_the_call_it_names_and_no_other(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(faults=(parse_rule("GET:500-before@2"), parse_rule("GET:429@3")))
    client.post("/phone-number", json=SIP)
    assert [client.get("/phone-number").status_code for _ in range(4)] == [200, 500, 429, 200]


def test_chance_is_the_same_with_the_same_seed(open_sandbox: OpenSandbox) -> None:
    def statuses(seed: int) -> list[int]:
        client = open_sandbox(faults=(parse_rule("500-before@50%"),), fault_seed=seed)
        return [client.get("/phone-number").status_code for _ in range(40)]

    first = statuses(1)
    assert {200, 500} == set(first)
    assert first == statuses(1)
    assert first != statuses(2)


def test_the_control_paths_do_not_go_wrong(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(faults=(parse_rule("500-before"),))
    assert client.get("/phone-number").status_code == 500
    assert client.get("/_sandbox/health").status_code == 200


def test_a_rule_is_read_whole() -> None:
    assert parse_rule("POST:429=2@10%") == FaultRule(
        Fault(FaultName.THROTTLED, 2.0), method="POST", probability=0.1
    )
    assert parse_rule("drop-after@3") == FaultRule(Fault(FaultName.DROP_AFTER), nth=3)


@pytest.mark.parametrize(
    "text",
    [
        *("", "429=", "429@", "429@0", "post:429", "429=2=3", "delay 3"),
        *(f"429@{'9' * 5000}", f"429={'9' * 400}", "429=\u0662", "429@1%%"),
    ],
)
def test_a_rule_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is not a fault"):
        parse_rule(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FOO:500-before", "the methods of the API are GET, POST, PATCH, DELETE"),
        ("HEAD:429", "the methods of the API are GET, POST, PATCH, DELETE"),
        ("delay", "delay needs milliseconds, such as delay=300"),
        ("POST:delay-after@1", "delay-after needs milliseconds"),
        ("500-before=3", "500-before takes no argument"),
        ("husk=1", "husk takes no argument"),
        ("500-before@200%", "a percentage is more than 0 and at most 100"),
        ("500-before@0%", "a percentage is more than 0 and at most 100"),
        ("GET:husk", "husk befalls a POST and no GET"),
        ("DELETE:late=3@1", "late befalls a POST and no DELETE"),
        ("POST:v2-400", "v2-400 befalls a GET and no POST"),
        ("GET:provider-400@5%", "provider-400 befalls a PATCH and no GET"),
        ("POST:nested-nulls-dropped", "nested-nulls-dropped befalls a PATCH and no POST"),
    ],
)
def test_a_part_of_a_rule_that_means_nothing_is_told(
    open_sandbox: OpenSandbox, text: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as told:
        parse_rule(text)
    assert told.value.help.startswith("a fault is [METHOD:]NAME")
    answer = post(open_sandbox(), text)
    assert (answer.status_code, words in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("text", ["v2-400", "provider-400", "nested-nulls-dropped"])
def test_a_call_that_its_fault_cannot_befall_is_told(open_sandbox: OpenSandbox, text: str) -> None:
    client = open_sandbox()
    answer = post(client, text)
    assert (answer.status_code, count(client)) == (400, 0)
    assert f"{text} befalls a " in answer.json()["message"]


@pytest.mark.parametrize("fault", ONLY_OF)
def test_a_fault_may_be_told_of_the_one_method_that_it_befalls(fault: FaultName) -> None:
    assert parse_rule(f"{ONLY_OF[fault]}:{fault}").method == ONLY_OF[fault]


@pytest.mark.parametrize("text", ["POST:500-before", "500-before@1", "500-before@50%"])
def test_a_call_names_a_fault_of_its_own_and_no_other(open_sandbox: OpenSandbox, text: str) -> None:
    client = open_sandbox()
    answer = post(client, text)
    assert (answer.status_code, count(client)) == (400, 0)
    assert "is about the call that carries it" in answer.json()["message"]


@pytest.mark.parametrize("text", ["refuse", "refuse=20", "late", "late=0", "429", "429=0@100%"])
def test_an_argument_that_may_be_left_away_may_be(text: str) -> None:
    argument = None if "=" not in text else float(text.partition("=")[2].partition("@")[0])
    assert parse_rule(text).fault.argument == argument


def test_a_number_that_is_late_by_nothing_is_there_at_once(open_sandbox: OpenSandbox) -> None:
    made = open_sandbox().post("/phone-number", json=BOUGHT, headers={"X-Sandbox-Fault": "late=0"})
    assert made.json()["status"] == "active"
