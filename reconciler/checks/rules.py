"""The codes: each rule's severity and what it says, as `docs/rules.md` explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """A stable code that diagnostics carry. A code is never given a second meaning."""

    code: str
    severity: Severity
    title: str


def _error(code: str, title: str) -> Rule:
    return Rule(code, Severity.ERROR, title)


def _warning(code: str, title: str) -> Rule:
    return Rule(code, Severity.WARNING, title)


_ALL: Final = (
    # documents: the text of a file
    _error("R001", "a file that is too large or not UTF-8"),
    _error("R002", "text that is not YAML"),
    _error("R003", "a key that stands twice in one mapping"),
    _error("R004", "a tag"),
    _error("R005", "an alias without an anchor, or aliases that expand without bound"),
    _error("R006", "values nested too deep"),
    _error("R008", "a key that is not text"),
    _error("R009", "a number that JSON cannot carry"),
    # manifests: the files themselves
    _error("R010", "a path that does not exist"),
    _error("R011", "a directory without a manifest"),
    _error("R012", "a file or directory that cannot be read"),
    _warning("R013", "a file without a document"),
    _error("R014", "a document that is not a mapping"),
    _error("R020", "an overlay without a manifest"),
    _error("R021", "a variable that is not defined"),
    _error("R022", "two overlays of one path for one manifest"),
    _warning("R023", "a ${…} that is no variable"),
    # schema: one manifest by itself
    _error("R101", "a field that does not exist"),
    _error("R102", "a field that is missing"),
    _error("R103", "a value of the wrong type"),
    _error("R104", "a value that is none of those allowed"),
    _error("R105", "a text of the wrong length or form"),
    _error("R106", "a number out of its range"),
    _error("R107", "too many entries, or too few"),
    _error("R108", "a field that only the API sets"),
    _error("R109", "a field of another provider"),
    _error("R110", "a value that the schema refuses for another reason"),
    # semantics: what no schema can say
    _error("R201", "more than one of assistantId, squadId, workflowId"),
    _error("R202", "a metadata.name that two manifests share"),
    _error("R203", "a SIP URI that two manifests share"),
    _error("R204", "a telephone number that two manifests share"),
    _error("R205", "a previous name that is another manifest's"),
    _error("R206", "a live number that two manifests are bound to"),
    _error("R207", "nothing that says which number to create"),
    _error("R208", "a SIP URI that is not one"),
    _error("R209", "a SIP host that does not serve the target"),
    _error("R210", "a telephone number that is not E.164"),
    _error("R211", "an area code that is not a US one"),
    _warning("R212", "a call.ringing hook with more than one action"),
    _warning("R213", "a webhook without TLS"),
    _error("R214", "a URL that is not an https one"),
    _error("R215", "credentials in a URL"),
    _error("R216", "a secret written out"),
    _warning("R217", "a transfer setting that its mode ignores"),
    _error("R218", "a tombstone that forbids its own release"),
    _error("R219", "an ignored field that does not exist"),
    _warning("R220", "a bound number with a field that only a purchase needs"),
    # references: what is looked up outside of the manifest
    _error("R301", "a secret that cannot be read"),
    _error("R302", "a name that several resources have"),
    _error("R303", "a name that no resource has"),
    _error("R304", "a key that the GitOps state does not know"),
    _error("R305", "an environment variable that manifests may not read"),
    _error("R306", "the API key, which no manifest may read"),
    _error("R307", "a file that manifests may not read"),
    # policies: the team's own rules
    _error("R501", "a manifest that does not meet a policy"),
    # the configuration file
    _error("R401", "a key that the configuration does not have"),
    _error("R402", "a key that the configuration lacks"),
    _error("R403", "a value that the configuration does not take"),
    _error("R404", "a base URL that would send the key in clear"),
    _error("R405", "a configuration that is not one document"),
    _error("R406", "a file of the configuration that cannot be used"),
)

RULES: Final[Mapping[str, Rule]] = {rule.code: rule for rule in _ALL}
