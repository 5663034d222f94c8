"""Who may pass, and what is written down of a call."""

import httpx
import pytest

from tests.sandbox.conftest import OpenSandbox

INVALID = (
    "Invalid Key. Hot tip, you may be using the private key instead of the public key, "
    "or vice versa."
)


@pytest.mark.parametrize("agent", ["python-httpx/0.28", "python-requests/2.32", "Python-urllib/3"])
def test_the_edge_refuses_a_librarys_own_user_agent(open_sandbox: OpenSandbox, agent: str) -> None:
    answer = open_sandbox().get("/phone-number", headers={"User-Agent": agent})
    assert (answer.status_code, answer.text) == (403, "error code: 1010")


def test_a_call_without_a_key_is_refused(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    del client.headers["Authorization"]
    answer = client.get("/phone-number")
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "Missing Authorization Header.",
        "error": "Unauthorized",
        "statusCode": 401,
    }


@pytest.mark.parametrize("said", ["Bearer pk_1", "Bearer public-key", "Bearer", "Basic YTpi"])
def test_what_is_not_a_private_key_is_refused(open_sandbox: OpenSandbox, said: str) -> None:
    answer = open_sandbox().get("/phone-number", headers={"Authorization": said})
    assert (answer.status_code, answer.json()["message"]) == (401, INVALID)


def test_with_keys_only_those_open(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(keys=frozenset({"good"}))
    assert client.get("/phone-number").status_code == 401
    good = {"Authorization": "Bearer good"}
    assert client.get("/phone-number", headers=good).status_code == 200


def test_the_journal_keeps_calls_and_no_secret(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    client.get("/phone-number?limit=1")
    client.post("/phone-number", json={"provider": "twilio", "twilioAuthToken": "hush"})
    answer = httpx.get(client.base_url.join("_sandbox/requests"))
    assert "hush" not in answer.text
    assert answer.json() == [
        {
            "method": "GET",
            "path": "/phone-number",
            "query": "limit=1",
            "userAgent": "sandbox-tests/1",
            "status": 200,
            "bodyKeys": None,
        },
        {
            "method": "POST",
            "path": "/phone-number",
            "query": "",
            "userAgent": "sandbox-tests/1",
            "status": 400,
            "bodyKeys": ["provider", "twilioAuthToken"],
        },
    ]


def test_the_journal_can_be_cleared(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    client.get("/phone-number")
    client.delete("/_sandbox/requests")
    assert client.get("/_sandbox/requests").json() == []


def test_health_needs_no_key(open_sandbox: OpenSandbox) -> None:
    answer = httpx.get(open_sandbox().base_url.join("_sandbox/health"))
    assert answer.json() == {"status": "ok"}
