"""Creating, changing and releasing numbers."""

import re
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from reconciler.sandbox.settings import Region, Secrets
from tests.sandbox.conftest import OpenSandbox

TWILIO = {"provider": "twilio", "number": "+14155550100", "twilioAccountSid": "AC1"}


def create(client: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = client.post("/phone-number", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def buy(client: httpx.Client, area_code: str = "415", **body: Any) -> dict[str, Any]:
    return create(client, provider="vapi", numberDesiredAreaCode=area_code, **body)


def sip(client: httpx.Client, user: str = "a", **body: Any) -> dict[str, Any]:
    return create(client, provider="vapi", sipUri=f"sip:{user}@sip.vapi.ai", **body)


def patch(client: httpx.Client, made: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = client.patch(f"/phone-number/{made['id']}", json=body)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def refused(answer: httpx.Response, status: int = 400) -> Any:
    assert answer.status_code == status
    body = answer.json()
    assert body["statusCode"] == status
    return body["message"]


def test_a_create_answers_the_whole_object(open_sandbox: OpenSandbox) -> None:
    made = buy(open_sandbox(), name="Sales", assistantId="dangling")
    assert UUID(made.pop("id")).version == 4
    assert re.fullmatch(r"\+1415555\d{4}", made.pop("number"))
    created, updated = made.pop("createdAt"), made.pop("updatedAt")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created)
    assert updated == created
    assert made.keys() == {
        "orgId", "provider", "status", "name", "assistantId", "providerResourceId",
    }  # fmt: skip
    assert (made["status"], made["assistantId"]) == ("active", "dangling")


def test_a_sip_number_is_active_at_once_and_has_no_digits(open_sandbox: OpenSandbox) -> None:
    made = sip(open_sandbox(activation_seconds=60))
    assert made["status"] == "active"
    assert made.keys().isdisjoint({"number", "providerResourceId"})


def test_a_bought_number_gets_its_digits_later(open_sandbox: OpenSandbox) -> None:
    times = count(1_000_000, 20_000)
    client = open_sandbox(activation_seconds=30, clock=lambda: next(times))
    made = buy(client)
    assert (made["status"], "number" in made) == ("activating", False)
    ready = client.get(f"/phone-number/{made['id']}").json()
    assert (ready["status"], ready["number"]) == ("active", "+14155550000")


def test_no_digits_are_sold_twice(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    first = buy(client)
    client.delete(f"/phone-number/{first['id']}")
    assert buy(client)["number"] != first["number"]


def test_digits_that_a_seed_holds_are_not_sold(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox({"phone-number": [{**TWILIO, "number": "+14155550000"}]})
    assert buy(client)["number"] == "+14155550001"


def test_a_vapi_number_needs_an_area_code_or_a_sip_uri(open_sandbox: OpenSandbox) -> None:
    answer = open_sandbox().post("/phone-number", json={"provider": "vapi"})
    assert refused(answer) == "At least one of numberDesiredAreaCode, sipUri must be provided"


@pytest.mark.parametrize("area_code", ["999", "416", "800", "041"])
def test_an_area_code_that_is_not_of_the_us_has_no_stock(
    open_sandbox: OpenSandbox, area_code: str
) -> None:
    body = {"provider": "vapi", "numberDesiredAreaCode": area_code}
    assert refused(open_sandbox().post("/phone-number", json=body)) == (
        "This area code is currently not available. Hint: Try one of 562, 662, 716."
    )


def test_a_stock_runs_out_and_a_release_does_not_refill_it(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(stock={"415": 1, "212": 1})
    client.delete(f"/phone-number/{buy(client)['id']}")
    answer = client.post("/phone-number", json={"provider": "vapi", "numberDesiredAreaCode": "415"})
    assert refused(answer) == ("This area code is currently not available. Hint: Try one of 212.")


def test_the_quota_counts_free_numbers_and_a_release_frees_a_slot(
    open_sandbox: OpenSandbox,
) -> None:
    client = open_sandbox(quota=2)
    first, _ = buy(client), buy(client)
    sip(client)
    create(client, **TWILIO)
    answer = client.post("/phone-number", json={"provider": "vapi", "numberDesiredAreaCode": "415"})
    assert "limit of 2 free phone numbers" in refused(answer)
    client.delete(f"/phone-number/{first['id']}")
    buy(client)


def test_a_refused_purchase_leaves_the_stock_alone(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(stock={"415": 1})
    sip(client, "taken")
    body = {"provider": "vapi", "numberDesiredAreaCode": "415", "sipUri": "sip:taken@sip.vapi.ai"}
    refused(client.post("/phone-number", json=body))
    buy(client)


@pytest.mark.parametrize("status", [400, 409])
def test_a_sip_uri_is_held_once_in_whatever_case(open_sandbox: OpenSandbox, status: int) -> None:
    client = open_sandbox(sip_taken_status=status)
    sip(client, "sales")
    body = {"provider": "vapi", "sipUri": "SIP:Sales@Sip.Vapi.AI"}
    assert "already exists" in refused(client.post("/phone-number", json=body), status)


@pytest.mark.parametrize(
    ("region", "host", "status"),
    [
        ("us", "sip.vapi.ai", 201),
        ("us", "sip.eu.vapi.ai", 400),
        ("eu", "sip.eu.vapi.ai", 201),
        ("eu", "sip.vapi.ai", 400),
    ],
)
def test_a_sip_uri_is_of_the_region(
    open_sandbox: OpenSandbox, region: str, host: str, status: int
) -> None:
    body = {"provider": "vapi", "sipUri": f"sip:a@{host}"}
    answer = open_sandbox(region=Region(region)).post("/phone-number", json=body)
    assert answer.status_code == status


def test_the_same_twilio_number_can_be_imported_twice(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    assert create(client, **TWILIO)["id"] != create(client, **TWILIO)["id"]


def test_an_unknown_provider_is_refused(open_sandbox: OpenSandbox) -> None:
    (message,) = refused(open_sandbox().post("/phone-number", json={"provider": "acme"}))
    assert message.startswith("provider must be one of the following values: ")


def test_a_patch_merges_the_top_level_and_replaces_what_is_nested(
    open_sandbox: OpenSandbox,
) -> None:
    client = open_sandbox()
    server = {"url": "https://a.example", "headers": {"X-A": "1"}}
    made = sip(client, name="Sales", assistantId="a", server=server)
    changed = patch(client, made, squadId="s", server={"url": "https://b.example"})
    assert (changed["name"], changed["assistantId"], changed["squadId"]) == ("Sales", "a", "s")
    assert changed["server"] == {"url": "https://b.example"}


def test_null_clears_a_field(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    made = sip(client, name="Sales", server={"url": "https://a.example"})
    changed = patch(client, made, name=None, server=None)
    assert changed.keys().isdisjoint({"name", "server"})
    assert changed == client.get(f"/phone-number/{made['id']}").json()


def test_a_null_inside_a_value_is_dropped(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    server = {"url": "https://a.example", "headers": None}
    assert patch(client, sip(client), server=server)["server"] == {"url": "https://a.example"}


def test_a_field_can_be_one_that_null_does_not_clear(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(not_cleared=frozenset({"name"}))
    changed = patch(client, sip(client, name="Sales", assistantId="a"), name=None, assistantId=None)
    assert changed["name"] == "Sales"
    assert "assistantId" not in changed


@pytest.mark.parametrize("field", ["numberDesiredAreaCode", "number", "id", "createdAt", "status"])
def test_what_a_patch_does_not_take_is_refused(open_sandbox: OpenSandbox, field: str) -> None:
    client = open_sandbox()
    made = buy(client)
    answer = client.patch(f"/phone-number/{made['id']}", json={field: "415"})
    assert refused(answer) == [f"property {field} should not exist"]


def test_a_refused_patch_changes_nothing(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    made = sip(client)
    refused(client.patch(f"/phone-number/{made['id']}", json={"name": "New", "nope": 1}))
    assert client.get(f"/phone-number/{made['id']}").json() == made


def test_what_a_create_needs_cannot_be_cleared(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    made = create(client, **TWILIO)
    answer = client.patch(f"/phone-number/{made['id']}", json={"number": None})
    assert refused(answer) == ["number must be a string"]


def test_a_sip_number_cannot_lose_its_only_address(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    answer = client.patch(f"/phone-number/{sip(client)['id']}", json={"sipUri": None})
    assert "must be provided" in refused(answer)


def test_a_sip_uri_can_move_but_not_onto_another(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    first, second = sip(client, "one"), sip(client, "two")
    path = f"/phone-number/{second['id']}"
    refused(client.patch(path, json={"sipUri": first["sipUri"]}))
    assert patch(client, first, sipUri="sip:ONE@sip.vapi.ai")["sipUri"] == "sip:ONE@sip.vapi.ai"
    patch(client, first, sipUri="sip:three@sip.vapi.ai")
    patch(client, second, sipUri="sip:one@sip.vapi.ai")


def test_the_provider_in_a_patch_is_of_an_era(open_sandbox: OpenSandbox) -> None:
    late, early = open_sandbox(), open_sandbox(provider_in_patch=False)
    patch(late, sip(late), provider="vapi")
    answer = early.patch(f"/phone-number/{sip(early)['id']}", json={"provider": "vapi"})
    assert refused(answer) == ["property provider should not exist"]


def test_every_patch_moves_updated_at_alone(open_sandbox: OpenSandbox) -> None:
    times = count(1_000_000, 1)
    client = open_sandbox(clock=lambda: next(times))
    made = sip(client)
    changed = patch(client, made)
    assert changed.pop("updatedAt") > made.pop("updatedAt")
    assert changed == made


def test_a_patched_number_is_found_by_its_new_time(open_sandbox: OpenSandbox) -> None:
    times = count(1_000_000, 1)
    client = open_sandbox(clock=lambda: next(times))
    first, second = sip(client, "one"), sip(client, "two")
    patch(client, first)
    query = {"updatedAtGt": second["updatedAt"]}
    assert [each["id"] for each in client.get("/phone-number", params=query).json()] == [
        first["id"]
    ]


def test_a_patch_remembers_that_the_check_of_digits_is_off(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    trunk = {"provider": "byo-phone-number", "credentialId": "c", "number": "1001"}
    made = create(client, **trunk, numberE164CheckEnabled=False)
    assert patch(client, made, number="1002")["number"] == "1002"


def test_a_delete_answers_what_it_deleted_and_then_404(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    made = sip(client)
    path = f"/phone-number/{made['id']}"
    answer = client.delete(path)
    assert (answer.status_code, answer.json()) == (200, made)
    for gone in (client.delete(path), client.get(path), client.patch(path, json={})):
        assert made["id"] in refused(gone, 404)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "server": {"timeoutSeconds": NaN}}',
        b"[" * 100_000,
        b'"\xff"',
        b"1" * 5000,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    open_sandbox: OpenSandbox, content: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    refused(open_sandbox().post("/phone-number", content=content, headers=headers))


def test_a_body_that_does_not_say_it_is_json_is_not_read(open_sandbox: OpenSandbox) -> None:
    content = b'{"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"}'
    (message,) = refused(open_sandbox().post("/phone-number", content=content))
    assert message.startswith("provider must be one of the following values: ")


def test_text_that_utf8_cannot_carry_comes_back_as_it_was_sent(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    content = b'{"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "name": "\\ud800 \\u0000"}'
    headers = {"Content-Type": "application/json"}
    answer = client.post("/phone-number", content=content, headers=headers)
    assert answer.json()["name"] == "\ud800 \0"


def test_an_unknown_path_or_method_is_a_404(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    assert refused(client.put("/phone-number"), 404) == "Cannot PUT /phone-number"
    assert refused(client.get("/nope"), 404) == "Cannot GET /nope"


@pytest.mark.parametrize("levels", [101, 800, 5_000])
def test_a_body_nested_beyond_what_can_be_walked_is_refused(
    open_sandbox: OpenSandbox, levels: int
) -> None:
    client = open_sandbox(secrets=Secrets.MASKED)
    made = sip(client)
    deep = '{"a":' * levels + "1" + "}" * levels
    body = f'{{"server": {{"url": "https://x.example.com", "headers": {deep}}}}}'
    json = {"Content-Type": "application/json"}
    path = f"/phone-number/{made['id']}"
    for answer in (
        client.post("/phone-number", content=body, headers=json),
        client.patch(path, content=body, headers=json),
    ):
        assert refused(answer) == "The body is nested deeper than 100 levels"
