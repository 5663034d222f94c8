"""A run as it happens -> one file of JSON lines: what was asked, answered, when, by which plan.

The first line tells of the run, then each operation has a line when it is asked and another when it
has ended, so that after a kill the file shows what was under way; the last line sums up. Secrets
and fields that the description does not know stay out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path
from threading import Lock as Mutex
from typing import BinaryIO, Final, assert_never

from reconciler import __version__
from reconciler.errors import ApiError, InputError, Unsent
from reconciler.fields import Field
from reconciler.model import Json, Live, Operation, Outcome, Plan, Status
from reconciler.planning.document import TOOL, to_document
from reconciler.planning.hiding import Hiding, hidden
from reconciler.planning.normal import child_field, is_free
from reconciler.planning.secrecy import redacted

FORMAT_VERSION: Final = "1.0"


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation is about to be sent."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Answered:
    """It was done; `live` is the number as answered, None where it was released."""

    operation: Operation
    live: Live | None
    status: Status


@dataclass(frozen=True, slots=True)
class Failed:
    """It ended in an error, be it that it was not sent after all."""

    operation: Operation
    error: ApiError


Step = Asked | Answered | Failed


@contextmanager
def recording(
    directory: Path,
    plan: Plan,
    *,
    commit: str | None,
    hiding: Hiding,
    now: Callable[[], str],
    complain: Callable[[str], None],
) -> Iterator[Record]:
    """Record one run of `plan`, made from git's `commit`, in a new file of `directory`.

    `hiding` knows what is secret; `now` is the time as ISO 8601; `complain` is told once if the
    disk refuses. Raises InputError where no file can be made there.
    """
    digest = str(to_document(plan, __version__)["digest"])
    moment = now().replace(":", "").replace("-", "")
    path = directory / f"{moment}-{digest.removeprefix('sha256:')[:12]}.jsonl"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = path.open("xb")
    except OSError as error:
        raise InputError(
            f"{path}: the record cannot be written: {error.strerror}",
            help="name a directory that can be written with --record",
        ) from None
    record = Record(file, hiding, now, complain)
    record.begin(plan, digest, commit)
    try:
        yield record
    finally:
        # What a full disk refused is still in the buffer, and is refused again here.
        with suppress(OSError):
            file.close()


@dataclass
class Record:
    """The file of one run; threads share it. A disk that refuses ends it, not the run."""

    file: BinaryIO
    hiding: Hiding
    now: Callable[[], str]
    complain: Callable[[str], None]
    _mutex: Mutex = field(default_factory=Mutex)
    _refused: bool = False

    def begin(self, plan: Plan, digest: str, commit: str | None) -> None:
        """Tell which run this is; `digest` is the plan document's own."""
        self._line(
            "run",
            {
                "formatVersion": FORMAT_VERSION,
                "tool": {"name": TOOL, "version": __version__},
                "target": plan.target,
                "baseUrl": plan.base_url,
                "orgId": plan.org_id,
                "plan": digest,
                "manifestsDigest": plan.manifests_digest,
                "commit": commit,
                "operations": len(plan.operations),
            },
        )

    def tell(self, step: Step) -> None:
        """Write one line, in the thread where it happens. Raises nothing for a full disk."""
        operation = step.operation
        about: dict[str, Json] = {"operation": operation.id, "address": operation.address}
        match step:
            case Asked():
                self._line("asked", about | self._question(operation))
            case Answered(_, live, status):
                body = self._shown(operation, live) if live else None
                live_id = live.id if live else operation.live_id
                self._line("answered", about | {"status": status, "liveId": live_id, "body": body})
            case Failed(_, error):
                told: Json = {"kind": error.kind, "message": error.message, "status": error.status}
                status = Status.SKIPPED if isinstance(error, Unsent) else Status.FAILED
                self._line("failed", about | {"status": status, "error": told})
            case other:
                assert_never(other)

    def end(self, outcome: Outcome) -> None:
        """Sum up: what was not tried, and what the API did not take."""
        counted = Counter(each.status for each in outcome.results)
        skipped = [each for each in outcome.results if each.status is Status.SKIPPED]
        self._line(
            "end",
            {
                "interrupted": outcome.interrupted,
                "summary": {status: counted[status] for status in Status},
                "skipped": [each.operation.id for each in skipped],
                "notTaken": {
                    each.operation.id: each.not_taken for each in outcome.results if each.not_taken
                },
            },
        )

    def _question(self, operation: Operation) -> dict[str, Json]:
        return {
            "action": operation.action,
            "reason": operation.reason,
            "provider": operation.provider,
            "liveId": operation.live_id,
            "body": self._shown(
                operation, Live(operation.live_id or "", operation.provider, operation.body)
            ),
        }

    def _shown(self, operation: Operation, number: Live) -> dict[str, Json]:
        """What may be kept of a body: the fields that the description knows, without secrets.

        An answer holds more than what was sent, so it is the manifest that says what is secret.
        """
        described = self.hiding.fields.providers.get(operation.provider)
        known = described.fields if described else {}
        texts = self.hiding.texts(number, self.hiding.manifest(operation.address))
        return {
            name: hidden(redacted(_known(value, known[name]), known[name]), texts)
            for name, value in number.body.items()
            if name in known
        }

    def _line(self, event: str, values: Mapping[str, Json]) -> None:
        with self._mutex:
            if self._refused:
                return
            try:
                self.file.write(
                    dumps({"event": event, "at": self.now(), **values}).encode() + b"\n"
                )
                self.file.flush()
            except OSError as error:
                self._refused = True
                self.complain(f"the record ends here, and the run goes on: {error.strerror}")


def _known(value: Json, field: Field) -> Json:
    """A value without the parts that nobody has said are no secrets."""
    match value:
        case Mapping() if not is_free(field):
            return {
                key: _known(child, described)
                for key, child in value.items()
                if (described := child_field(field, key))
            }
        case list() | tuple() if field.items:
            return [_known(item, field.items) for item in value]
        case _:
            return value
