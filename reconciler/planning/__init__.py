"""Desired, Live and Lock -> Plan, and the Plan as a document. Pure."""

from reconciler.planning.document import read_document, to_document
from reconciler.planning.plan import Situation, make_plan
from reconciler.planning.saved import as_reviewed

__all__ = ["Situation", "as_reviewed", "make_plan", "read_document", "to_document"]
