"""`reconciler demo`: the whole story on an embedded sandbox, each step a real command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Final

import click

from reconciler.errors import InputError, ReconcilerError

_CONFIG: Final = """\
apiVersion: vapi-reconciler/v1
kind: Config
targets:
  demo:
    baseUrl: {url}
    apiKey: {{env: VAPI_API_KEY}}
    manifests: [numbers/]
    secrets: {{env: ["SIP_*", "HOOK_*", "TWILIO_*"]}}
"""
# Made up: the sandbox takes any key, and these open nothing.
_ENVIRONMENT: Final = {
    "VAPI_API_KEY": "demo-key",
    "HOOK_TOKEN": "demo-hook-token",
    "SIP_OFFICE_PASSWORD": "demo-sip-password-0001",
    "TWILIO_AUTH_TOKEN": "demo-twilio-token",
}
_STEPS: Final = (
    ("The manifests are checked offline.", ("validate",)),
    ("They are compared with the account: one number drifted, one is nobody's.", ("plan",)),
    ("The plan is applied: each call once, in order.", ("apply", "--auto-approve")),
    ("Nothing is left to do.", ("plan",)),
)


@click.command()
def demo() -> None:
    """Show the whole story on an embedded sandbox: validate, plan, apply, plan again."""
    with TemporaryDirectory(prefix="reconciler-demo-") as directory:
        copytree(examples() / "numbers", Path(directory, "numbers"))
        with _account() as url:
            Path(directory, "reconciler.yaml").write_text(_CONFIG.format(url=url), "utf-8")
            click.echo(f"A small company's phone numbers, and a sandbox of the API at {url}.")
            environment = {**os.environ, **_ENVIRONMENT}
            for what, arguments in _STEPS:
                click.echo(f"\n── {what}\n$ reconciler {' '.join(arguments)}")
                _run(arguments, directory, environment)


def examples() -> Path:
    """The example company: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent.parent
    installed = package / "_examples"
    return installed if installed.exists() else package.parent / "config-examples"


@contextmanager
def _account() -> Iterator[str]:
    """A sandbox that holds the example account; yields its URL."""
    try:
        from reconciler.sandbox.app import create_app
        from reconciler.sandbox.server import running
    except ModuleNotFoundError as error:
        message = f"the demo needs {error.name}, which is not installed"
        raise InputError(message, help="pip install 'vapi-reconciler[sandbox]'") from None
    from reconciler.documents import read_plain
    from reconciler.sandbox.seed import plant
    from reconciler.sandbox.settings import Settings
    from reconciler.sandbox.store import Store
    from reconciler.schema.packaged import OPENAPI, read_packaged

    seed = examples() / "account.yaml"
    with Store(":memory:") as store:
        plant(read_plain(seed.read_bytes(), str(seed)), store)
        description = read_plain(read_packaged(OPENAPI), OPENAPI)
        with running(create_app(description, store, Settings())) as url:
            yield url


def _run(arguments: tuple[str, ...], directory: str, environment: Mapping[str, str]) -> None:
    """Run one command as a user would. Raises ReconcilerError where it fails."""
    sys.stdout.flush()
    command = [sys.executable, "-m", "reconciler", *arguments]
    done = subprocess.run(command, cwd=directory, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise ReconcilerError(f"reconciler {arguments[0]} ended with {done.returncode}")
