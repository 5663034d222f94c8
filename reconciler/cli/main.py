"""Options in, text and exit code out: the command `reconciler`."""

from __future__ import annotations

import gc
import signal
import sys
from importlib import import_module
from typing import Any, Final, Never

import click

from reconciler import __version__
from reconciler.cli.exits import EXIT_DONE, EXIT_ERROR, EXIT_INTERRUPTED
from reconciler.cli.log import tell_ending, tell_error
from reconciler.cli.options import Shared, shared_options
from reconciler.cli.streams import settle_streams, unprinted
from reconciler.cli.targets import exit_code_of
from reconciler.errors import ReconcilerError

# A large plan keeps nearly all it makes: looking for garbage as often as Python does by itself
# would take a third of its time.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 200_000

# Command name to module and attribute: a command is imported when it is asked for.
_COMMANDS: Final = {
    "init": "init:init",
    "validate": "validate:validate",
    "plan": "plan:plan",
    "apply": "apply:apply",
    "reconcile": "reconcile:reconcile",
    "show": "show:show",
    "import": "import_:import_",
    "schema": "schema:schema",
    "sandbox": "sandbox:sandbox",
    "demo": "demo:demo",
}


# What ends a command.
_ENDINGS: Final = (ReconcilerError, OSError, click.ClickException, click.Abort, KeyboardInterrupt)


class _Commands(click.Group):
    """Imports a command's module only when that command, or the help, is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"reconciler.cli.{module}"), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what ends it is told in the format that it was asked for."""
        try:
            code = super().invoke(ctx)
        except _ENDINGS as error:
            return _end(_shared(ctx), error)
        fault = unprinted()
        return _end(_shared(ctx), fault) if fault else code


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconciler")
@shared_options
@click.pass_context
def reconciler(context: click.Context, /, **said: Any) -> None:
    """GitOps for the phone numbers of a Vapi account."""
    context.obj = Shared(**said)


def main() -> Never:
    """Run the command and exit with the code that the contract gives its ending."""
    # Who stops a service means what ctrl-C means; a command that must finish a call says otherwise.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settle_streams()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        code = reconciler.main(standalone_mode=False)
    except SystemExit:
        # click's answer to a reader that left early: stdout keeps the error.
        code = EXIT_ERROR
    except _ENDINGS as error:
        code = _end(Shared(), error)
    if fault := unprinted():
        code = _end(Shared(), fault)
    sys.exit(code if isinstance(code, int) else EXIT_DONE)


def _shared(context: click.Context) -> Shared:
    """What was said of the shared options, as far as that is known."""
    return context.find_object(Shared) or Shared()


def _end(shared: Shared, error: BaseException) -> int:
    """Tell what ended a command; its exit code. What stdout did not take is not tried again."""
    unprinted()
    match error:
        case click.ClickException():
            tell_ending(shared, error)
            return EXIT_ERROR
        case ReconcilerError() | OSError():
            tell_error(shared, error)
            return exit_code_of(error)
        case _:
            tell_ending(shared)
            return EXIT_INTERRUPTED
