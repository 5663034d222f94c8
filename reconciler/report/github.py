"""Diagnostics -> workflow commands, which GitHub shows as annotations on the lines. Pure."""

from __future__ import annotations

from reconciler.model import Diagnostic
from reconciler.report.diagnostics import summary
from reconciler.report.escape import workflow_data, workflow_property
from reconciler.report.views import ValidationView


def validation_github(view: ValidationView) -> str:
    """One annotation a diagnostic, then the summary as plain text."""
    commands = [_command(each, view) for each in view.validation.diagnostics]
    return "\n".join([*commands, summary(view.validation)]) + "\n"


def _command(fault: Diagnostic, view: ValidationView) -> str:
    place = fault.place
    file = workflow_property(view.from_root(place.file))
    where = f"file={file},line={place.line},col={place.column},title={fault.code}"
    text = f"{fault.message}\nhelp: {fault.help}" if fault.help else fault.message
    return f"::{fault.severity.value} {where}::{workflow_data(text)}"
