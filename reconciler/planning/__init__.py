"""Desired, Live and Lock -> Plan, and the Plan as a document. Pure."""

from reconciler.planning.digest import manifests_digest
from reconciler.planning.document import raise_if_altered, read_document, to_document
from reconciler.planning.drift import without_drift
from reconciler.planning.forecast import OfflineSituation, make_forecast
from reconciler.planning.guards import raise_if_blocked, unattended
from reconciler.planning.plan import make_plan
from reconciler.planning.refused import with_help
from reconciler.planning.saved import as_reviewed
from reconciler.planning.selection import (
    Selection,
    has_labels,
    raise_if_unknown,
    selected_keys,
)
from reconciler.planning.situation import Situation
from reconciler.planning.unknown import unknown_parts

__all__ = [
    "OfflineSituation",
    "Selection",
    "Situation",
    "as_reviewed",
    "has_labels",
    "make_forecast",
    "make_plan",
    "manifests_digest",
    "raise_if_altered",
    "raise_if_blocked",
    "raise_if_unknown",
    "read_document",
    "selected_keys",
    "to_document",
    "unattended",
    "unknown_parts",
    "with_help",
    "without_drift",
]
