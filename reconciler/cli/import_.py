"""`reconciler import`: live numbers -> manifests and lock entries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconciler.cli.options import Shared, with_shared

if TYPE_CHECKING:
    from reconciler.importer import Imported


EXIT_ERROR: Final = 1


@click.command("import")
@click.option("--all", "everything", is_flag=True, help="Every number that nothing declares yet.")
@click.option("--id", "ids", multiple=True, metavar="ID", help="The number with this id.")
@click.option("--number", "numbers", multiple=True, metavar="E164", help="The number so dialled.")
@click.option("--out", metavar="DIR", help="Where to write [default: the target's manifests].")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@with_shared("text", "json")
def import_(
    shared: Shared,
    everything: bool,
    ids: tuple[str, ...],
    numbers: tuple[str, ...],
    out: str | None,
    force: bool,
) -> int:
    """Write manifests for live numbers, and bind them in the lock."""
    from reconciler.checks import Context
    from reconciler.cli.apply import alone_over
    from reconciler.cli.session import open_session
    from reconciler.importer import Wanted, import_numbers
    from reconciler.lockfile import LockWriter, read_lock

    if not everything and not ids and not numbers:
        raise click.UsageError("say which numbers: --all, --id ID or --number E164")
    session = open_session(shared)
    target = session.target
    directory = out or next(filter(_is_directory, target.manifests), "numbers")
    # The variables that the files read are allowed only once somebody has listed them.
    known = session.chosen
    reach = replace(target.reach, env=("*",))
    context = Context(known.schema, known.fields, target.base_url, reach, session.policies())
    with alone_over(session), session.account() as account:
        # Read once no other run writes it: the whole section is written again.
        lock = read_lock(session.lock_path, target.name, target.base_url)
        imported = import_numbers(
            Wanted(everything, ids, numbers),
            account,
            target,
            context,
            LockWriter(session.lock_path, target.name, target.base_url, lock),
            out=Path(directory),
            overwrite=force,
        )
    click.echo(_json(imported) if shared.format == "json" else _text(imported), nl=False)
    return EXIT_ERROR if imported.undeclarable else 0


def _is_directory(path: str) -> bool:
    return not Path(path).is_file() and not path.endswith((".yaml", ".yml"))


def _text(imported: Imported) -> str:
    from reconciler.report.escape import terminal

    lines: list[str] = []
    for file, each in imported.files.items():
        lines.append(f"{terminal(file)} written")
        lines += [
            f"  not kept, the description does not know it: {terminal(path)}"
            for path in each.unknown
        ]
        lines += [
            f"  not shown by the API, set it yourself: {terminal(path)}" for path in each.unshown
        ]
    lines += [f"skipped {terminal(each)}" for each in imported.skipped]
    for left in imported.undeclarable:
        lines += [f"left out {terminal(left)}", "  change it on the dashboard, and import it then"]
    lines += [f"ids stay ids, the account lists no {each}" for each in imported.unlisted]
    for fault in imported.faults:
        lines.append(terminal(f"{fault.place}: {fault.message}"))
    variables = _variables(imported)
    if variables:
        lines += ["", "Set these variables, and let the target read them in reconciler.yaml:"]
        lines += ["  secrets:", "    env:", *(f"      - {each}" for each in variables)]
    return "\n".join([*lines, "", _summary(imported)]) + "\n"


def _json(imported: Imported) -> str:
    from reconciler.report.escape import json_text

    return json_text(
        {
            "files": [
                {
                    "file": file,
                    "address": f"PhoneNumber/{each.key}",
                    "liveId": each.live.id,
                    "unknown": list(each.unknown),
                    "unshown": list(each.unshown),
                }
                for file, each in imported.files.items()
            ],
            "skipped": list(imported.skipped),
            "undeclarable": list(imported.undeclarable),
            "unlisted": list(imported.unlisted),
            "faults": [
                {"file": each.place.file, "line": each.place.line, "message": each.message}
                for each in imported.faults
            ],
            "variables": _variables(imported),
        }
    )


def _variables(imported: Imported) -> list[str]:
    return sorted(name for each in imported.files.values() for name in each.variables)


def _summary(imported: Imported) -> str:
    from reconciler.report.words import count

    left_out = f", {len(imported.undeclarable)} left out" if imported.undeclarable else ""
    number = count(len(imported.files), "number")
    return f"{number} imported, {len(imported.skipped)} skipped{left_out}."
