"""Which numbers are adopted, where their files go, and what the lock remembers of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.checks import Context
from reconciler.config import Target
from reconciler.errors import InputError, Refused
from reconciler.importer import Imported, Wanted, import_numbers
from reconciler.lockfile import LockWriter, read_lock
from reconciler.model import ApiKeySource, Live, Lock, LockEntry, Reach, Resource
from reconciler.schema.packaged import load_fields, load_manifest_schema
from tests.planning.numbers import live

URL = "https://api.vapi.ai"
VARIABLES = {"office": "sip:office@sip.vapi.ai"}
CONTEXT = Context(load_manifest_schema(), load_fields(), URL, Reach(env=("*",)))
TWILIO = {"twilioAccountSid": "AC1", "twilioAuthToken": "canary-0123456789"}


def twilio(number_id: str, number: str = "+14155550101", **more: Any) -> Live:
    return live(number_id, {"number": number, **TWILIO, **more}, provider="twilio")


@dataclass(frozen=True)
class Account:
    """An account held in memory."""

    numbers: tuple[Live, ...]
    resources: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)

    def list_numbers(self) -> tuple[Live, ...]:
        return self.numbers

    def list_resources(self, kind: str) -> tuple[Resource, ...]:
        if kind not in self.resources:
            raise Refused(f"Cannot GET /{kind}", status=404)
        return self.resources[kind]


@dataclass(frozen=True)
class Place:
    """A directory with the target's manifests and its lock."""

    root: Path

    @property
    def lock(self) -> Lock:
        return read_lock(self.root / "lock.json", "prod", URL)

    def write(self, name: str, text: str) -> Path:
        path = self.root / "numbers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def read(self, name: str) -> str:
        return (self.root / "numbers" / name).read_text("utf-8")

    def take(
        self,
        *numbers: Live,
        wanted: Wanted = Wanted(everything=True),
        out: str = "numbers",
        lock: Lock | None = None,
        **resources: tuple[Resource, ...],
    ) -> Imported:
        return import_numbers(
            wanted,
            Account(numbers, resources),
            Target("prod", URL, ApiKeySource(), (str(self.root / "numbers"),), variables=VARIABLES),
            CONTEXT,
            LockWriter(self.root / "lock.json", "prod", URL, lock or self.lock),
            out=self.root / out,
            overwrite=False,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def keys(imported: Imported) -> list[str]:
    return [each.key for each in imported.files.values()]


def test_the_lock_binds_what_was_written_and_holds_no_secret(place: Place) -> None:
    place.take(twilio("1", name="Sales"))
    entry = place.lock.entries["sales"]
    assert (entry.id, entry.provider, list(entry.secrets)) == ("1", "twilio", ["twilioAuthToken"])
    assert TWILIO["twilioAuthToken"] not in (place.root / "lock.json").read_text()


def test_of_a_number_whose_secret_is_masked_the_lock_knows_only_which_it_is(place: Place) -> None:
    place.take(twilio("1", name="Sales", twilioAuthToken="********"))
    assert place.lock.entries["sales"] == LockEntry("1", "twilio")


def test_a_number_that_a_manifest_matches_by_name_alone_is_managed(place: Place) -> None:
    head = "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\nmetadata: {name: desk}\n"
    place.write("desk.yaml", head + 'spec: {provider: vapi, numberDesiredAreaCode: "415"}\n')
    imported = place.take(live("1", {"name": "desk", "number": "+14155550100"}))
    assert (keys(imported), len(imported.skipped)) == ([], 1)
    assert "managed already, as desk" in imported.skipped[0]


def test_a_number_that_a_variable_tells_is_managed(place: Place) -> None:
    head = "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\nmetadata: {name: desk}\n"
    place.write("desk.yaml", head + 'spec: {provider: vapi, sipUri: "${var.office}"}\n')
    imported = place.take(live("1", {"name": "Office", "sipUri": "sip:office@sip.vapi.ai"}))
    assert "managed already, as desk" in imported.skipped[0]


def test_text_that_looks_like_a_variable_is_kept_as_it_is(place: Place) -> None:
    server = {"url": "https://x.example.com/${var.office}"}
    imported = place.take(twilio("1", name="a ${var.b}", server=server))
    assert imported.faults == ()
    assert 'url: "https://x.example.com/$${var.office}"' in place.read("a-var-b.yaml")


def test_a_number_of_the_lock_is_managed_though_its_manifest_is_gone(place: Place) -> None:
    locked = Lock("salt", "", {"old": LockEntry("1", "twilio")})
    assert "managed already, as old" in place.take(twilio("1"), lock=locked).skipped[0]


def test_of_two_numbers_with_the_same_digits_one_is_adopted(place: Place) -> None:
    imported = place.take(twilio("1", name="one"), twilio("2", name="two"))
    assert keys(imported) == ["one"]
    assert "another number with number +14155550101 has a manifest" in imported.skipped[0]
    assert imported.faults == ()


def test_a_provider_that_the_description_does_not_know_is_told(place: Place) -> None:
    imported = place.take(live("1", {"number": "+1"}, provider="plivo"))
    assert "its provider 'plivo' is not known here" in imported.skipped[0]


def test_nothing_is_adopted_beside_manifests_that_cannot_be_read(place: Place) -> None:
    place.write("broken.yaml", "a: [")
    with pytest.raises(InputError, match=r"broken\.yaml:2:1: not valid YAML"):
        place.take(twilio("1"))
    assert [each.name for each in (place.root / "numbers").iterdir()] == ["broken.yaml"]


def test_an_empty_directory_takes_manifests(place: Place) -> None:
    (place.root / "numbers").mkdir()
    assert keys(place.take(twilio("1", name="Sales"))) == ["sales"]


def test_nothing_is_written_where_no_plan_would_look_for_it(place: Place) -> None:
    with pytest.raises(InputError, match="is not among the manifests of the target"):
        place.take(twilio("1"), out="elsewhere")
    assert list(place.root.iterdir()) == []


def test_a_directory_below_the_manifests_is_as_good(place: Place) -> None:
    imported = place.take(twilio("1", name="Sales"), out="numbers/twilio")
    assert list(imported.files) == [str(place.root / "numbers/twilio/sales.yaml")]


def test_each_kind_of_resource_that_is_referred_to_is_asked_for_by_name(place: Place) -> None:
    held = (
        twilio("1", name="Sales", assistantId="a1"),
        twilio("2", "+14155550102", name="Night", squadId="s1"),
    )
    imported = place.take(*held, assistant=(Resource("a1", "Bot"),))
    assert [each.spec.get("assistantId") for each in imported.files.values()] == ["a1", None]
    assert imported.unlisted == ("squad",)
    assert "assistantId: {name: Bot}" in place.read("sales.yaml")
    assert "squadId: s1" in place.read("night.yaml")


def test_a_number_that_no_manifest_can_declare_is_left_out_and_the_others_are_not(
    place: Place,
) -> None:
    twice = twilio("1", name="Twice", assistantId="a1", squadId="s1")
    imported = place.take(twice, twilio("2", "+14155550102", name="Good"))
    assert (keys(imported), list(place.lock.entries)) == (["good"], ["good"])
    assert imported.undeclarable[0].startswith("1  Twice  +14155550101: no manifest can declare it")
    assert not (place.root / "numbers" / "twice.yaml").exists()


def test_what_cannot_be_declared_is_told_without_the_credentials_in_its_name(place: Place) -> None:
    twice = twilio("1", name="https://u:pw@x.example.com", assistantId="a1", squadId="s1")
    (told,) = place.take(twice).undeclarable
    assert told.startswith("1  (sensitive)  +14155550101: no manifest can declare it")


def test_a_url_that_holds_credentials_becomes_a_variable(place: Place) -> None:
    imported = place.take(twilio("1", name="Sales", server={"url": "https://u:p@x.example.com"}))
    assert "url: {env: SALES_SERVER_URL}" in place.read("sales.yaml")
    assert place.lock.entries["sales"].secrets.keys() == {"server.url", "twilioAuthToken"}
    assert (imported.undeclarable, imported.faults) == ((), ())
    assert "u:p" not in (place.root / "lock.json").read_text()


def test_a_number_is_found_however_its_digits_are_written(place: Place) -> None:
    held = twilio("1", name="one"), twilio("2", "+14155550102", name="two")
    wanted = Wanted(numbers=("+1 (415) 555-0102",))
    assert keys(place.take(*held, wanted=wanted)) == ["two"]


@pytest.mark.parametrize("wanted", [Wanted(ids=("2",)), Wanted(numbers=("+1",))])
def test_a_number_that_is_not_there_is_named(place: Place, wanted: Wanted) -> None:
    with pytest.raises(InputError, match="the account holds no such number"):
        place.take(twilio("1"), wanted=wanted)


def test_only_what_is_asked_for_is_adopted(place: Place) -> None:
    held = twilio("1", name="one"), twilio("2", "+14155550102", name="two")
    assert keys(place.take(*held, wanted=Wanted(ids=("2",)))) == ["two"]
