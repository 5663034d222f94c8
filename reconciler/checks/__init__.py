"""Manifests -> all diagnostics at once; one function a rule."""

from reconciler.checks.check import check
from reconciler.checks.consequences import consequences
from reconciler.checks.rules import RULES, Rule
from reconciler.checks.subject import Context

__all__ = ["RULES", "Context", "Rule", "check", "consequences"]
