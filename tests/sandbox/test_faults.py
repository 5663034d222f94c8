"""Calls that go wrong, as they were told to."""

from time import monotonic

import httpx
import pytest

from reconciler.errors import InputError
from reconciler.sandbox.faults import parse_rule
from reconciler.sandbox.settings import Fault, FaultName, FaultRule
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


@pytest.mark.parametrize("text", ["", "429=", "429@", "429@0", "post:429", "429=2=3", "delay 3"])
def test_a_rule_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is not a fault"):
        parse_rule(text)
