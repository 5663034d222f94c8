"""YAML text -> the diagnostics of its manifests, as `validate` finds them."""

from pathlib import Path
from textwrap import dedent

from reconciler.checks import Context, check
from reconciler.documents import read_documents
from reconciler.manifests import load
from reconciler.model import Diagnostic, Layer, Manifest, Reach
from reconciler.schema.packaged import load_fields, load_manifest_schema

SCHEMA = load_manifest_schema()
FIELDS = load_fields()
REACH = Reach(
    env=("HOOK_*", "SIP_*"),
    files=("secrets/",),
    key_env=frozenset({"HOOK_API_KEY"}),
    key_files=frozenset({"secrets/vapi.key"}),
)
CONTEXT = Context(SCHEMA, FIELDS, reach=REACH)
HEADER = "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\n"


def context(base_url: str) -> Context:
    """The usual context with another API."""
    return Context(SCHEMA, FIELDS, base_url, REACH)


def parse(text: str, file: str = "numbers.yaml") -> tuple[Manifest, ...]:
    """The manifests of a text that reads well; each document may leave out its header."""
    parts = [dedent(part).lstrip("\n") for part in text.split("---\n")]
    whole = "---\n".join(part if "apiVersion" in part else HEADER + part for part in parts)
    parsed = read_documents(whole.encode(), file)
    assert not parsed.diagnostics
    return tuple(
        Manifest(document.value, (Layer(file, document.spot),))
        for document in parsed.documents
        if isinstance(document.value, dict)
    )


def found(text: str, against: Context = CONTEXT) -> tuple[Diagnostic, ...]:
    """All diagnostics of a text."""
    return check(parse(text), against)


def only(text: str, against: Context = CONTEXT) -> Diagnostic:
    """The one diagnostic of a text."""
    (diagnostic,) = found(text, against)
    return diagnostic


def codes(text: str, against: Context = CONTEXT) -> list[str]:
    """The codes of a text's diagnostics, in their order."""
    return [each.code for each in found(text, against)]


def sip(more: str = "", *, name: str = "support") -> str:
    """A valid manifest of a SIP number, with more lines of its spec."""
    lines = "".join(f"  {line}\n" for line in dedent(more).strip("\n").splitlines())
    spec = f"spec:\n  provider: vapi\n  sipUri: sip:{name}@sip.vapi.ai\n{lines}"
    return f"metadata: {{name: {name}}}\n{spec}"


def found_in_file(path: Path) -> tuple[Diagnostic, ...]:
    """All diagnostics of a file, those of reading it first."""
    loaded = load([str(path)])
    return (*loaded.diagnostics, *check(loaded.manifests, CONTEXT))
