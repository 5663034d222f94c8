"""A live number -> the manifest that declares it as it is. Pure.

Secrets become `{env: NAME}`, ids become names where the account has one of that name only, and
what says nothing (null, defaults, what only answers carry) is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from unicodedata import normalize

from reconciler.fields import Field, FieldTable, Nature, Provider, dotted
from reconciler.model import Directory, Json, Live, Path, Secret, holds_credentials
from reconciler.planning.normal import child_field, is_free, is_masked, normal
from reconciler.planning.secrecy import is_secret

_LONGEST_KEY: Final = 40
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HALF_A_PAIR: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Adopted:
    """A number as a manifest.

    `document` is what the file says, `spec` the same with the values that the account showed.
    `variables` are those that the manifest reads; `unshown` paths of secrets that the account
    masks or leaves out; `unknown` paths that the description does not know and the manifest lacks.
    """

    key: str
    live: Live
    document: Mapping[str, Json]
    spec: Mapping[str, Json]
    variables: tuple[str, ...]
    unshown: tuple[str, ...]
    unknown: tuple[str, ...]


def adopt(
    chosen: Sequence[Live],
    live: Sequence[Live],
    fields: FieldTable,
    directory: Directory,
    taken: Collection[str],
) -> tuple[Adopted, ...]:
    """Turn `chosen` numbers of all the `live` ones into manifests with keys not in `taken`."""
    used = set(taken)
    variables: set[str] = set()
    adopted: list[Adopted] = []
    for each in chosen:
        writing = _Writing(_free_key(each, used), directory, variables)
        used.add(writing.key)
        adopted.append(_adopted(writing, each, live, fields.providers[each.provider]))
    return tuple(adopted)


def natural_keys(live: Live, provider: Provider) -> tuple[tuple[str, str], ...]:
    """What only one manifest may declare of a number, strongest first: field and value.

    Names are none of it: any number of numbers may share one.
    """
    strong = list(provider.identities.values())[:-1]
    values = ((each.name, normal(live.body.get(each.name), each)) for each in strong)
    return tuple((name, str(value)) for name, value in values if value is not None)


def _adopted(writing: _Writing, live: Live, others: Sequence[Live], provider: Provider) -> Adopted:
    written: dict[str, Json] = {"provider": live.provider}
    shown: dict[str, Json] = {"provider": live.provider}
    for name in sorted(provider.fields, key=lambda each: _rank(provider.fields[each])):
        described = provider.fields[name]
        if described.nature is Nature.READ_ONLY or described.purchase or name in written:
            continue
        value = live.body.get(name)
        if normal(value, described) is not None:
            written[name] = writing.written(value, described, (name,))
            shown[name] = writing.shown(value, described)
    unknown = [*writing.unknown, *_strangers(live.body, provider.fields)]
    binding = _binding(live, others, provider)
    *_, label = (each.name for each in provider.identities.values())
    # A manifest without a label takes its key for one; a number that has none keeps none.
    unlabelled = {"lifecycle": {"ignoreChanges": [label]}} if label not in written else {}
    document: dict[str, Json] = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": writing.key},
        **unlabelled,
        **({"binding": binding} if binding else {}),
        "spec": written,
    }
    return Adopted(
        key=writing.key,
        live=live,
        document=document,
        spec=shown,
        variables=tuple(writing.variables),
        unshown=tuple(writing.unshown),
        unknown=tuple(unknown),
    )


def _rank(described: Field) -> tuple[int, int]:
    """What tells a number comes first, then single values, then nested ones."""
    nested = bool(described.properties or described.items)
    return (-described.identity if described.identity else 0, int(nested))


def _strangers(body: Mapping[str, Json], known: Mapping[str, Field]) -> list[str]:
    return [name for name, value in body.items() if name not in known and value is not None]


def _binding(live: Live, others: Sequence[Live], provider: Provider) -> dict[str, Json] | None:
    """The binding that a number needs, None where a value of its spec tells which it is."""
    alike = [each for each in others if each.provider == live.provider]
    held = Counter(key for each in alike for key in natural_keys(each, provider))
    for name, value in natural_keys(live, provider):
        if held[name, value] > 1:
            break
        is_declared = provider.fields[name].nature is Nature.MUTABLE
        return None if is_declared else {name: live.body[name]}
    return {"id": live.id}


def _free_key(live: Live, used: set[str]) -> str:
    """A manifest key from the number's name or digits, made unique."""
    name = "" if holds_credentials(live.name) else live.name
    source = name or live.number or live.sip_uri.partition("@")[0] or live.provider
    plain = normalize("NFKD", source).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST_KEY].strip("-")
    key = slug = slug or live.provider
    count = 1
    while key in used:
        count += 1
        suffix = f"-{count}"
        key = slug[: _LONGEST_KEY - len(suffix)] + suffix
    return key


@dataclass(slots=True)
class _Writing:
    """Writes one number's values, and gathers what people must know of them."""

    key: str
    directory: Directory
    # The variables of all numbers written so far: one variable has one value.
    taken: set[str]
    variables: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def written(self, value: Json, described: Field, path: Path) -> Json:
        """A value as the manifest says it."""
        if is_secret(value, described):
            if value is None or is_masked(value):
                self.unshown.append(dotted(path))
            return {"env": self._variable(path)}
        if described.reference and isinstance(value, str):
            return self._named(described.reference, value)
        match value:
            case Mapping() if not is_free(described):
                return self._mapping(value, described, path)
            case list():
                return [
                    self.written(item, described.items, (*path, index)) if described.items else item
                    for index, item in enumerate(value)
                ]
            case _:
                return _writable(value)

    def shown(self, value: Json, described: Field) -> Json:
        """The same value as the account shows it, for the lock."""
        if is_secret(value, described):
            return Secret(str(value))
        match value:
            case Mapping() if not is_free(described):
                return {
                    key: self.shown(child, known)
                    for key, child in value.items()
                    if child is not None and (known := child_field(described, key))
                }
            case list():
                items = described.items
                return [self.shown(item, items) if items else item for item in value]
            case _:
                return _writable(value)

    def _mapping(self, value: Mapping[str, Json], described: Field, path: Path) -> Json:
        written: dict[str, Json] = {}
        hidden = [name for name, each in described.properties.items() if each.secret == "always"]  # noqa: S105
        for name in sorted(dict.fromkeys((*value, *hidden)), key=partial(_order, described)):
            known = child_field(described, name)
            if known is None and value[name] is not None:
                self.unknown.append(dotted((*path, name)))
            elif known and (name in hidden or normal(value.get(name), known) is not None):
                written[name] = self.written(value.get(name), known, (*path, name))
        return written

    def _variable(self, path: Path) -> str:
        """`SUPPORT_US_SERVER_HEADERS_X_TOKEN`: whose secret it is, and where it stands."""
        words = "_".join(_HUMP.sub("_", str(each)) for each in (self.key, *path))
        plain = re.sub(r"[^A-Z0-9]+", "_", words.upper()).strip("_")
        name = plain = plain if plain[:1].isalpha() else f"N_{plain}"
        count = 1
        while name in self.taken:
            count += 1
            name = f"{plain}_{count}"
        self.taken.add(name)
        self.variables.append(name)
        return name

    def _named(self, kind: str, resource_id: str) -> Json:
        resources = self.directory.kinds.get(kind, ())
        names = [each.name for each in resources if each.id == resource_id and each.name]
        if names and sum(1 for each in resources if each.name == names[0]) == 1:
            return {"name": names[0]}
        return resource_id


def _order(described: Field, name: str) -> tuple[bool, bool]:
    """Single values come before nested ones, and first those that there must be."""
    known = child_field(described, name) or described
    nested = bool(known.properties or known.items or known.values)
    return (nested, not nested and not known.required)


def _writable(value: Json) -> Json:
    """A value as a file can hold it: half a surrogate pair is JSON, and neither UTF-8 nor YAML."""
    return _HALF_A_PAIR.sub("\ufffd", value) if isinstance(value, str) else value
