"""Options in, text and exit code out: the command `reconciler`."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final, Never

import click

from reconciler import __version__
from reconciler.cli.options import Shared, shared_options
from reconciler.errors import GuardError, ReconcilerError

EXIT_ERROR: Final = 1
EXIT_GUARD: Final = 3
EXIT_INTERRUPTED: Final = 130

# A large plan keeps nearly all it makes: looking for garbage as often as Python does by itself
# would take a third of its time.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 200_000

# Command name to module and attribute: a command is imported when it is asked for.
_COMMANDS: Final = {
    "validate": "validate:validate",
    "plan": "plan:plan",
    "apply": "apply:apply",
    "show": "show:show",
    "import": "import_:import_",
    "schema": "schema:schema",
    "sandbox": "sandbox:sandbox",
    "demo": "demo:demo",
}


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


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconciler")
@shared_options
@click.pass_context
def reconciler(context: click.Context, /, **said: Any) -> None:
    """GitOps for the phone numbers of a Vapi account."""
    context.obj = Shared(**said)


def main() -> Never:
    """Run the command and exit with the code that the contract gives its ending."""
    _show_what_can_be_shown()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        code = reconciler.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_ERROR)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except ReconcilerError as error:
        _tell_error(error)
        sys.exit(EXIT_GUARD if isinstance(error, GuardError) else EXIT_ERROR)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_ERROR)
    except OSError as error:
        _tell(f"{error.filename or 'the system'}: {error.strerror or error}", "")
        sys.exit(EXIT_ERROR)


def _show_what_can_be_shown() -> None:
    """Escape what a terminal of a small character set cannot show, rather than fail on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _tell_error(error: ReconcilerError) -> None:
    """Say what is wrong; for files with errors, every one of them with its place."""
    validation = getattr(error, "validation", None)
    if validation is None:
        _tell(error.message, error.help)
        return
    from reconciler.cli.session import show_validation

    click.echo(show_validation(Shared(), validation), nl=False, err=True)


def _tell(message: str, help_text: str) -> None:
    from reconciler.report.escape import terminal_lines

    click.echo(f"error: {terminal_lines(message)}", err=True)
    if help_text:
        click.echo(f"  = help: {terminal_lines(help_text)}", err=True)
