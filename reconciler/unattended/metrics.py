"""Passes -> Prometheus metrics: a text file for the node exporter, or a page to scrape.

The file is read back before it is written, so that counters go on and the time of the last success
stays, although each pass of a cron job is a process of its own. Several processes, each with other
targets, may share it: they take turns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.files import read_regular
from reconciler.held import Turn
from reconciler.model import Action, Ending, PassReport, Reason, Status
from reconciler.report.passes import managed

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

# A metric, and its labels beside the target: values by these two.
Key = tuple[str, tuple[tuple[str, str], ...]]
Values = dict[Key, float]

# Seconds to wait for others who write the same file, each of which needs milliseconds.
_PATIENCE: Final = 10.0
# A file of a thousand targets is a tenth of that.
_MOST_BYTES: Final = 64_000_000

_NAMELESS: Final = ("target", "")
# A pass that left the target to another is none.
_COUNTED: Final = tuple(each for each in Ending if each is not Ending.BUSY)
_GOOD: Final = frozenset({Ending.SYNCED, Ending.CHANGED, Ending.DRIFT, Ending.FROZEN})
HELP: Final = {
    "reconciler_last_pass_timestamp_seconds": "When the last pass ended, in seconds since 1970.",
    "reconciler_last_success_timestamp_seconds": "When the last pass ended that did not fail.",
    "reconciler_pass_duration_seconds": "How long the last pass took.",
    "reconciler_numbers_managed": "Live numbers that manifests declare.",
    "reconciler_numbers_drifted": "Managed numbers that somebody changed elsewhere.",
    "reconciler_numbers_blocked": "Numbers for which a guard refuses what the manifests ask.",
    "reconciler_numbers_unhealthy": "Managed numbers that serve no calls.",
    "reconciler_frozen": "1 while a maintenance window holds writes back.",
    "reconciler_passes": "Passes, by how they ended.",
    "reconciler_operations": "Operations, by action and result.",
    "reconciler_api_requests": "Requests to the API.",
    "reconciler_api_throttled": "Requests that the API answered with 429.",
}
_COUNTERS: Final = frozenset(
    {
        "reconciler_passes",
        "reconciler_operations",
        "reconciler_api_requests",
        "reconciler_api_throttled",
    }
)


class Metrics:
    """What is measured, of all targets of a process; to be written to `path`, if any.

    Others who write that file are waited for, `patience` seconds at most.
    """

    def __init__(self, path: Path | None = None, *, patience: float = _PATIENCE) -> None:
        """Go on from what the file holds; one that cannot be read is begun anew."""
        self._path = path
        self._patience = patience
        # What the file held when it was last seen, and what was counted since.
        self._known: Values = {}
        self._unwritten: Values = {}
        self._known = self._held()
        self._values = self._known
        self._last_pass = 0.0

    def add(self, report: PassReport, ended: float) -> None:
        """Count a pass that ended at `ended`, in seconds since 1970.

        Raises OSError where the file cannot be written, or others keep it to themselves; the old
        one is then in place, and the next pass writes what this one could not.
        """
        self.ended(ended)
        target = ("target", report.target)
        measured = {
            (name, (target, *labels)): value for name, labels, value in _measured(report, ended)
        }
        self._unwritten = _added(self._unwritten, measured)
        # At once: threads that serve a page may be reading the old ones.
        self._values = _added(self._known, self._unwritten)
        if self._path is not None:
            self._write(self._path)
        self._known, self._unwritten = self._values, {}

    def _write(self, path: Path) -> None:
        """Bring the file up to date, with what others wrote to it meanwhile. Raises OSError."""
        from prometheus_client import write_to_textfile  # noqa: PLC0415 - slow to load

        with Turn(path).taken(self._patience):
            self._known = self._held()
            self._values = _added(self._known, self._unwritten)
            write_to_textfile(str(path), self.registry())

    def _held(self) -> Values:
        """What the file holds; where that is nothing that can be read, what it held before."""
        if self._path is None:
            return self._known
        try:
            return _read(read_regular(self._path, _MOST_BYTES).decode()) or self._known
        except (OSError, ValueError):
            return self._known

    def ended(self, moment: float) -> None:
        """Note that a pass of this process ended, be it one that is not counted: it is alive."""
        self._last_pass = moment

    def last_pass(self) -> float:
        """When the last pass of this process ended, in seconds since 1970; 0 before the first."""
        return self._last_pass

    def registry(self) -> CollectorRegistry:
        """The values as prometheus-client serves them."""
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - slow to load

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return registry

    def collect(self) -> Iterable[Metric]:
        """The metrics, as a prometheus-client registry asks for them."""
        from prometheus_client.core import (  # noqa: PLC0415 - slow to load
            CounterMetricFamily,
            GaugeMetricFamily,
        )

        values = self._values  # of one pass, whatever is added meanwhile
        for name, text in HELP.items():
            held = {labels: value for (each, labels), value in values.items() if each == name}
            if not held:
                continue
            names = [label for label, _ in next(iter(held))]
            make = CounterMetricFamily if name in _COUNTERS else GaugeMetricFamily
            family = make(name, text, labels=names)
            for labels, value in sorted(held.items()):
                family.add_metric([each for _, each in labels], value)
            yield family


def _added(values: Values, more: Values) -> Values:
    """The values with those of later passes: counters are summed, all else is replaced.

    What was measured where no target was known is over once one is; what was counted then stays.
    """
    if any(key[1][0] != _NAMELESS for key in more):
        values = {
            key: value
            for key, value in values.items()
            if key[0] in _COUNTERS or key[1][0] != _NAMELESS
        }
    counted = {
        key: value + (values.get(key, 0.0) if key[0] in _COUNTERS else 0.0)
        for key, value in more.items()
    }
    return values | counted


def _measured(
    report: PassReport, ended: float
) -> Iterator[tuple[str, tuple[tuple[str, str], ...], float]]:
    """What one pass says, each as a name, labels and a value."""
    yield "reconciler_last_pass_timestamp_seconds", (), ended
    if report.ending in _GOOD:
        yield "reconciler_last_success_timestamp_seconds", (), ended
    yield "reconciler_pass_duration_seconds", (), report.seconds
    yield "reconciler_frozen", (), float(_is_frozen(report))
    for ending in _COUNTED:
        yield "reconciler_passes", (("ending", ending.value),), float(report.ending is ending)
    yield "reconciler_api_requests", (), report.requests
    yield "reconciler_api_throttled", (), report.throttled
    plan = report.plan
    if plan is not None:
        drifted = {each.address for each in plan.operations if each.reason is Reason.DRIFTED}
        yield "reconciler_numbers_managed", (), managed(report)
        yield (
            "reconciler_numbers_drifted",
            (),
            len(drifted | {each.address for each in report.held}),
        )
        yield "reconciler_numbers_blocked", (), len({each.address for each in plan.blocked})
        health = report.outcome.health if report.outcome else plan.health
        yield "reconciler_numbers_unhealthy", (), len(health)
    results = report.outcome.results if report.outcome else ()
    counted = Counter((each.operation.action, each.status) for each in results)
    for action in Action:
        for status in Status:
            labels = (("action", action.value), ("result", status.value))
            yield "reconciler_operations", labels, counted[action, status]


def _is_frozen(report: PassReport) -> bool:
    """Whether a window held writes back, be it all of them or the last."""
    return report.ending is Ending.FROZEN or bool(report.outcome and report.outcome.frozen)


def _read(text: str) -> Values:
    """The values of a file that was written before. Raises ValueError for what is none."""
    from prometheus_client.parser import (  # noqa: PLC0415 - slow to load
        text_string_to_metric_families,
    )

    values: Values = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name.removesuffix("_total")
            labels = sample.labels
            if name in HELP and "target" in labels:
                # Labels are sorted in the file; the target comes first here.
                rest = tuple((key, labels[key]) for key in sorted(labels) if key != "target")
                values[name, (("target", labels["target"]), *rest)] = sample.value
    return values
