"""Plans, diagnostics and outcomes -> text. One function a format, one dict of formats. Pure."""

from collections.abc import Callable, Mapping
from typing import Final

from reconciler.report.diagnostics import validation_json, validation_text
from reconciler.report.forecast import forecast_json, forecast_text
from reconciler.report.github import validation_github
from reconciler.report.outcome import outcome_json, outcome_text
from reconciler.report.passes import pass_json, pass_text
from reconciler.report.plan import plan_json, plan_text
from reconciler.report.sarif import validation_sarif
from reconciler.report.schema_diff import schema_diff_json, schema_diff_text
from reconciler.report.views import (
    ForecastView,
    OutcomeView,
    PassView,
    PlanView,
    SchemaDiffView,
    Style,
    ValidationView,
)

VALIDATION_FORMATS: Final[Mapping[str, Callable[[ValidationView], str]]] = {
    "text": validation_text,
    "json": validation_json,
    "github": validation_github,
    "sarif": validation_sarif,
}
PLAN_FORMATS: Final[Mapping[str, Callable[[PlanView], str]]] = {
    "text": plan_text,
    "json": plan_json,
}
FORECAST_FORMATS: Final[Mapping[str, Callable[[ForecastView], str]]] = {
    "text": forecast_text,
    "json": forecast_json,
}
OUTCOME_FORMATS: Final[Mapping[str, Callable[[OutcomeView], str]]] = {
    "text": outcome_text,
    "json": outcome_json,
}
PASS_FORMATS: Final[Mapping[str, Callable[[PassView], str]]] = {
    "text": pass_text,
    "json": pass_json,
}
SCHEMA_DIFF_FORMATS: Final[Mapping[str, Callable[[SchemaDiffView], str]]] = {
    "text": schema_diff_text,
    "json": schema_diff_json,
}

__all__ = [
    "FORECAST_FORMATS",
    "OUTCOME_FORMATS",
    "PASS_FORMATS",
    "PLAN_FORMATS",
    "SCHEMA_DIFF_FORMATS",
    "VALIDATION_FORMATS",
    "ForecastView",
    "OutcomeView",
    "PassView",
    "PlanView",
    "SchemaDiffView",
    "Style",
    "ValidationView",
]
