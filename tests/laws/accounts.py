"""An account in this process, as the laws ask for it: a sandbox, our client, and a lock."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from reconciler.api import Client
from reconciler.apply import Executor
from reconciler.documents import read_plain
from reconciler.model import Desired, Lifecycle, Live, Lock, Operation, Plan, Secret, State, Status
from reconciler.planning import without_drift
from reconciler.planning.memory import remembered
from reconciler.sandbox.app import create_app
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, read_packaged
from tests.laws.worlds import UNLIMITED
from tests.planning.numbers import FIELDS, plan, provider

AGENT = {"User-Agent": "law"}
TOMBSTONE = Lifecycle(state=State.ABSENT)
DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)


class Account:
    """A sandbox, our client, and the lock that is kept of it."""

    def __init__(self, url: str, client: Client) -> None:
        self.url = url
        self.client = client
        self.lock = Lock("salt")

    def fresh(self) -> None:
        """Leave it as a new account is, with nothing remembered and no request logged."""
        for each in self.client.list_numbers():
            self.client.delete_number(each.id)
        self.lock = Lock("salt")
        httpx.delete(f"{self.url}/_sandbox/requests", headers=AGENT).raise_for_status()

    def plan(self, wanted: tuple[Desired, ...], *, hold_drift: bool = False) -> Plan:
        held = self.client.list_numbers()
        return plan(wanted, held, lock=self.lock, limits=UNLIMITED, hold_drift=hold_drift)

    def apply(self, wanted: tuple[Desired, ...], *, hold_drift: bool = False) -> list[Status]:
        made = self.plan(wanted, hold_drift=hold_drift)
        if hold_drift:
            made, _ = without_drift(made)
        entries = dict(self.lock.entries)
        by_key = {each.key: each for each in wanted}

        def remember(operation: Operation, number: Live | None) -> None:
            key = operation.address.partition("/")[2]
            if number:
                described = provider(number.provider)
                entries[key] = remembered(
                    by_key[key],
                    number,
                    described,
                    self.lock.salt,
                    self.lock.entries.get(key),
                    operation.body,
                )
            elif operation.reason.value != "replace":
                del entries[key]

        executor = Executor(self.client, FIELDS, remember)
        known = frozenset(each.id for each in self.client.list_numbers())
        outcome = executor.execute(made, known)
        self.lock = Lock("salt", "", entries)
        assert made.blocked == ()
        assert [each.error_message for each in outcome.results if each.error_message] == []
        assert [each.not_taken for each in outcome.results if each.not_taken] == []
        return [each.status for each in outcome.results]

    def methods(self) -> set[str]:
        logged = httpx.get(f"{self.url}/_sandbox/requests", headers=AGENT).json()
        return {each["method"] for each in logged}


@contextmanager
def account(**switches: object) -> Iterator[Account]:
    with Store(":memory:") as store:
        app = create_app(DESCRIPTION, store, Settings(**switches))  # type: ignore[arg-type]
        with running(app) as url, Client(url, Secret("key")) as client:
            yield Account(url, client)
