"""What a manifest says of which number it is and where calls go -> diagnostics. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.checks.subject import Context, Node, Subject
from reconciler.model import Diagnostic, Path


def one_route(subject: Subject, _: Context) -> Iterator[Diagnostic]:
    """R201: of the fields of one group, at most one is set."""
    known = subject.provider.fields if subject.provider else {}
    groups: dict[str, list[Path]] = {}
    for name, value in subject.spec.items():
        if value is not None and name in known and (group := known[name].group):
            groups.setdefault(group, []).append(("spec", name))
    for group, paths in groups.items():
        if len(paths) > 1:
            first, second, *more = sorted(paths, key=subject.place)
            yield subject.fault(
                "R201",
                f"a number routes to at most one of {_members(subject, group)}",
                second,
                "remove all of them but one" if more else "remove one of the two",
                (subject.place(first),),
            )


def something_to_create(subject: Subject, _: Context) -> Iterator[Diagnostic]:
    """R207: a manifest that may create a number says what to create."""
    if not subject.provider or subject.binding or subject.released:
        return
    for group in subject.provider.require_one_of:
        if not any(name in subject.spec for name in group):
            named = " or ".join(group)
            yield subject.fault(
                "R207",
                f"a number of provider {subject.provider.name} needs {named}",
                ("spec",),
                f"add {named}; for a number that the account already holds, add a binding",
            )


def nothing_to_buy(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R220: for a manifest bound to a live number, what only a purchase needs buys nothing."""
    if subject.binding:
        yield subject.fault(
            "R220",
            f"{node.field.name} buys nothing here: this manifest is bound to a live number",
            node.path,
            "remove it, or remove the binding to buy a new number",
        )


def _members(subject: Subject, group: str) -> str:
    fields = subject.provider.fields.values() if subject.provider else ()
    return ", ".join(sorted(each.name for each in fields if each.group == group))
