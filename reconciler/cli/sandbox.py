"""`reconciler sandbox`: serves a local, stateful stand-in of the API."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import InputError

if TYPE_CHECKING:
    from reconciler.sandbox.settings import Settings

_EXTRA = frozenset({"starlette", "uvicorn"})


class Stock(click.ParamType[tuple[str, int]]):
    """An area code and how many numbers it has left: `415=3`."""

    name = "stock"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """The pair."""
        code, _, count = str(value).partition("=")
        if not (code.isdecimal() and count.isdecimal()):
            self.fail(f"{value!r} is not an area code and a count such as 415=3", param, ctx)
        return code, int(count)


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8787,
    show_default=True,
    help="Port; 0 picks a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--db", metavar="FILE", default=":memory:", help="Keep the account in this file.")
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Fill a fresh account from this YAML or JSON file.",
)
@click.option(
    "--openapi",
    metavar="FILE-OR-DIR",
    help="Description, or what schema build made of it [default: schema of reconciler.yaml].",
)
@click.option("--key", multiple=True, metavar="KEY", help="Take only this API key.")
@click.option(
    "--region",
    type=click.Choice(["us", "eu"]),
    default="us",
    show_default=True,
    help="Region of SIP hosts.",
)
@click.option("--quota", type=click.IntRange(0), default=5, show_default=True, help="Free numbers.")
@click.option("--stock", type=Stock(), multiple=True, metavar="CODE=N", help="Numbers for sale.")
@click.option(
    "--activation",
    type=click.FloatRange(0),
    default=0,
    metavar="S",
    help="Seconds until a bought number works.",
)
@click.option(
    "--secrets",
    type=click.Choice(["clear", "masked", "omitted"]),
    default="clear",
    show_default=True,
    help="How answers show secrets.",
)
@click.option("--echo-defaults", is_flag=True, help="Answer the defaults of unset fields.")
@click.option("--husks", is_flag=True, help="What is bought never gets digits.")
@click.option("--new-fields", is_flag=True, help="Answer fields that nobody described.")
@click.option("--nested-nulls-dropped", is_flag=True, help="Ignore null inside nested values.")
@click.option("--v2-refused", is_flag=True, help="Answer 400 to every v2 list.")
@click.option("--nulls-kept", is_flag=True, help="Answer unset fields as null.")
@click.option("--area-code-shown", is_flag=True, help="Answer numberDesiredAreaCode.")
@click.option("--no-provider-in-patch", is_flag=True, help="Refuse provider in a PATCH.")
@click.option("--not-cleared", multiple=True, metavar="FIELD", help="Ignore null for this field.")
@click.option(
    "--sip-taken",
    type=click.Choice(["400", "409"]),
    default="400",
    show_default=True,
    help="Status where a SIP URI is taken.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="RULE",
    help="Let calls go wrong: POST:drop-after@1, 429=2@10%, delay=300, edit@5%.",
)
@click.option("--fault-seed", type=int, default=0, help="Choose another chance for faults.")
def sandbox(
    *, port: int, host: str, db: str, seed: Path | None, openapi: str | None, **said: Any
) -> None:
    """Serve a local, stateful stand-in of the Vapi API."""
    try:
        from reconciler.sandbox.app import create_app
        from reconciler.sandbox.server import serve
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        message = f"the sandbox needs {missing}, which is not installed"
        raise InputError(message, help="pip install 'vapi-reconciler[sandbox]'") from None
    from reconciler.documents import MAX_PLAIN_BYTES, read_plain
    from reconciler.files import read_given
    from reconciler.sandbox.seed import plant
    from reconciler.sandbox.store import Store
    from reconciler.schema.chosen import chosen_description

    settings = _settings(said)
    description = chosen_description(openapi or _configured())
    with Store(db) as store:
        if seed is not None:
            plant(read_plain(read_given(seed, MAX_PLAIN_BYTES), str(seed)), store)
        app = create_app(description, store, settings)
        serve(app, host, port, _tell)


def _tell(url: str) -> None:
    # Whoever closed stdout knows where to look.
    with suppress(OSError):
        click.echo(f"sandbox listening on {url}")


def _configured() -> str | None:
    """What the configuration of the working directory names as `schema`, where there is one."""
    from reconciler.cli.options import Shared
    from reconciler.cli.session import InvalidConfigError, read_schema_path

    try:
        return read_schema_path(Shared())
    except InvalidConfigError:
        # It is about other commands; the sandbox needs none.
        return None


def _settings(said: Mapping[str, Any]) -> Settings:
    from reconciler.sandbox.faults import parse_rule
    from reconciler.sandbox.settings import Region, Secrets, Settings

    return Settings(
        keys=frozenset(said["key"]),
        region=Region(said["region"]),
        quota=said["quota"],
        stock=dict(said["stock"]) if said["stock"] else None,
        activation_seconds=said["activation"],
        secrets=Secrets(said["secrets"]),
        husks=said["husks"],
        new_fields=said["new_fields"],
        nested_nulls_dropped=said["nested_nulls_dropped"],
        v2_refused=said["v2_refused"],
        nulls_kept=said["nulls_kept"],
        echo_defaults=said["echo_defaults"],
        area_code_shown=said["area_code_shown"],
        provider_in_patch=not said["no_provider_in_patch"],
        not_cleared=frozenset(said["not_cleared"]),
        sip_taken_status=409 if said["sip_taken"] == "409" else 400,
        faults=tuple(parse_rule(each) for each in said["fault"]),
        fault_seed=said["fault_seed"],
    )
