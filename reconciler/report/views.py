"""What the formats are given: a value, and how it is to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import join, normpath

from reconciler.model import Forecast, Json, Outcome, PassReport, Plan, SchemaDiff, Validation


@dataclass(frozen=True, slots=True)
class Style:
    """How text is to look, and whether what is left alone is listed too."""

    color: bool = False
    verbose: bool = False

    def red(self, text: str) -> str:
        """For what is lost or wrong."""
        return self._paint("31", text)

    def green(self, text: str) -> str:
        """For what is new."""
        return self._paint("32", text)

    def yellow(self, text: str) -> str:
        """For what changes or deserves a look."""
        return self._paint("33", text)

    def bold(self, text: str) -> str:
        """For what comes first."""
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        """For what can be passed over."""
        return self._paint("2", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


@dataclass(frozen=True, slots=True)
class ValidationView:
    """Diagnostics, the lines of the files that they are about, and the titles of the codes.

    `directory` is where the working directory stands in the repository, for readers that know files
    by their place in that.
    """

    validation: Validation
    sources: Mapping[str, Sequence[str]]
    style: Style = Style()
    titles: Mapping[str, str] = field(default_factory=dict)
    directory: str = ""

    def from_root(self, file: str) -> str:
        """The name of a file as seen from the root of the repository."""
        return normpath(join(self.directory, file)) if self.directory else file


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan, and the document that it is written as."""

    plan: Plan
    document: Mapping[str, Json]
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class ForecastView:
    """What can be said without the account."""

    forecast: Forecast
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What became of a plan."""

    outcome: Outcome
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class PassView:
    """An unattended pass, and what of it is worth telling."""

    report: PassReport
    news: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SchemaDiffView:
    """What changed between two descriptions of the API."""

    diff: SchemaDiff
    style: Style = Style()
