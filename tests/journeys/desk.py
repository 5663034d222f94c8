"""A user's desk: the command as a process, real files, and a served sandbox."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator

from reconciler.documents import read_plain
from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import parse_rule
from reconciler.sandbox.seed import plant
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, read_packaged
from tests.forks import Ended, forks

DESCRIPTION = read_plain(read_packaged(OPENAPI), OPENAPI)
PLAN_SCHEMA = Draft202012Validator(json.loads(read_packaged("plan.schema.json")))
# The installed command, as it stands beside the interpreter of this environment.
COMMAND = [str(Path(sys.executable).with_name("reconciler"))]


@dataclass(frozen=True)
class Desk:
    """A directory with manifests, and the account that they are about."""

    directory: Path
    url: str
    environ: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **environ: str) -> Ended:
        unwanted = ("VAPI_", "PYTHONDONTWRITEBYTECODE")
        clean = {key: each for key, each in os.environ.items() if not key.startswith(unwanted)}
        known = {"VAPI_API_KEY": "key", "VAPI_BASE_URL": self.url, **self.environ, **environ}
        return forks().run(arguments, self.directory, clean | known)

    def apply(self, *arguments: str, **environ: str) -> Ended:
        return self.run("apply", "numbers", "--auto-approve", *arguments, **environ)

    def plan(self, *arguments: str, **environ: str) -> Any:
        """The plan document, which is always one that its schema allows."""
        ended = self.run("plan", "numbers", "--format", "json", *arguments, **environ)
        assert ended.code == 0, ended.err
        assert list(PLAN_SCHEMA.iter_errors(ended.json)) == []
        return ended.json

    def manifest(self, key: str, spec: Mapping[str, Any], **parts: Any) -> Path:
        """Write the manifest of a number; `parts` are lifecycle, binding and metadata."""
        metadata = {"name": key, **parts.pop("metadata", {})}
        document = {
            "apiVersion": "vapi-reconciler/v1",
            "kind": "PhoneNumber",
            "metadata": metadata,
            **parts,
            "spec": spec,
        }
        path = self.directory / "numbers" / f"{key}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(document), "utf-8")
        return path

    def configure(self, **target: Any) -> None:
        """Write a reconciler.yaml with one target, `prod`."""
        known = {"baseUrl": self.url, "apiKey": {"env": "VAPI_API_KEY"}, "manifests": ["numbers"]}
        document = {
            "apiVersion": "vapi-reconciler/v1",
            "kind": "Config",
            "targets": {"prod": known | target},
        }
        (self.directory / "reconciler.yaml").write_text(yaml.safe_dump(document), "utf-8")

    # What the account holds, asked without our client.

    def numbers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", "/phone-number?limit=1000")
        return found

    def edit(self, number_id: str, body: Mapping[str, Any]) -> None:
        self.ask("PATCH", f"/phone-number/{number_id}", body)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": "Bearer key", "User-Agent": "journey"}
        answer = httpx.request(method, self.url + path, json=body, headers=headers)
        return answer.raise_for_status().json() if answer.content else None

    def requests(self) -> list[tuple[str, str]]:
        """Every API request since the log was last cleared: method and path."""
        logged = self.ask("GET", "/_sandbox/requests")
        return [(each["method"], each["path"]) for each in logged]

    def forget_requests(self) -> None:
        self.ask("DELETE", "/_sandbox/requests")

    def empty(self) -> None:
        """Leave the account as a fresh one is."""
        for each in self.numbers():
            self.ask("DELETE", f"/phone-number/{each['id']}")
        self.forget_requests()


def sip(user: str, **more: Any) -> dict[str, Any]:
    return {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai", **more}


@contextmanager
def sandbox(
    seed: Mapping[str, Any] | None = None, faults: Sequence[str] = (), **switches: Any
) -> Iterator[str]:
    """A sandbox on a free port of loopback, with an account that holds `seed`; yields its URL."""
    with Store(":memory:") as store:
        plant(seed or {}, store)
        rules = tuple(parse_rule(each) for each in faults)
        with running(create_app(DESCRIPTION, store, Settings(faults=rules, **switches))) as url:
            yield url


@contextmanager
def served() -> Iterator[str]:
    """`reconciler sandbox` as a process on a free port, with an empty account; yields its URL."""
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
