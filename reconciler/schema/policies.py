"""A file that `policy` of a target names -> the JSON Schema, whole with all that it refers to.

References are followed here, at the door, to schema files beside the policy and never over a
network. What comes out refers to nothing that is not there, and never to itself without end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, unquote, urlsplit

from reconciler.checks.policy import validator_class
from reconciler.documents import MAX_PLAIN_BYTES, find_place, read_documents
from reconciler.errors import InputError
from reconciler.files import read_regular
from reconciler.model import Json, Layer, Policy
from reconciler.model import Path as Steps

if TYPE_CHECKING:  # jsonschema takes long to import, and most targets have no policy
    from referencing.jsonschema import SchemaResource

_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
# Keywords whose schemas look at the same value as the schema around them.
_LISTED: Final = ("allOf", "anyOf", "oneOf")
_SINGLE: Final = ("not", "if", "then", "else")
_NAMED: Final = ("dependentSchemas", "dependencies")
_BESIDE: Final = "write the path of a schema file beside the policy: nothing is fetched"
_A_SCHEMA: Final = "a policy is one JSON Schema, as JSON or YAML"


def read_policy(path: str, root: Path) -> Policy:
    """The policy of a file, as JSON or YAML, whole with what it refers to.

    A reference may lead to files below the policy's own directory and below `root`. Raises
    InputError, with the place in the file, for what is no schema and for what refers to nothing.
    """
    file = Path(path).resolve()
    reading = _Reading((file.parent, root.resolve()))
    uri = quote(file.as_posix())
    reading.read(uri, path)
    reading.follow(uri)
    return Policy(path, uri, {each: found.contents for each, found in reading.resources.items()})


class _Reading:
    """Reads a policy and what it refers to. A URI here is the path of a file, without a scheme."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.resources: dict[str, SchemaResource] = {}
        self._roots = roots
        self._layers: list[tuple[Json, Layer]] = []

    def read(self, uri: str, name: str) -> SchemaResource:
        """The schema of a file, as a message names it. Raises InputError."""
        from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - only policies need it

        try:
            data = read_regular(unquote(uri), MAX_PLAIN_BYTES)
            parsed = read_documents(data, name, max_bytes=MAX_PLAIN_BYTES)
        except OSError as error:
            raise InputError(f"{name}: cannot be read: {error.strerror}", help=_A_SCHEMA) from error
        for fault in parsed.diagnostics:
            raise InputError(f"{fault.place}: {fault.message}", help=fault.help)
        if len(parsed.documents) != 1:
            said = f"{name}: one document is expected, {len(parsed.documents)} were found"
            raise InputError(said, help=_A_SCHEMA)
        (document,) = parsed.documents
        schema: Any = document.value
        self._layers.append((schema, Layer(name, document.spot)))
        self._check(schema)
        found = self.resources[uri] = DRAFT202012.detect(schema).create_resource(schema)
        return found

    def follow(self, uri: str) -> None:
        """Follow every reference from the document at `uri` on. Raises InputError."""
        from jsonschema_specifications import REGISTRY  # noqa: PLC0415 - only policies need it
        from referencing import Registry  # noqa: PLC0415
        from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

        beside: Any = Registry(retrieve=self._beside)  # type: ignore[call-arg] # an attrs alias
        registry = REGISTRY.combine(beside)
        first = registry.resolver().lookup(uri)
        queue = [(first.contents, first.resolver, DRAFT202012)]
        seen: dict[int, Mapping[str, Any]] = {}
        same_value: dict[int, list[int]] = {}
        while queue:
            schema, resolver, outer = queue.pop()
            if not isinstance(schema, Mapping) or id(schema) in seen:
                continue
            specification = outer.detect(schema)
            seen[id(schema)] = schema
            same = same_value[id(schema)] = [id(each) for each in _of_the_same_value(schema)]
            for keyword in _REFERENCES:
                if isinstance(schema.get(keyword), str):
                    found = self._target(schema, keyword, resolver)
                    same.append(id(found.contents))
                    queue.append((found.contents, found.resolver, specification))
            for each in specification.subresources_of(schema):
                inner = specification.detect(each)
                inside = resolver.in_subresource(inner.create_resource(each))
                queue.append((each, inside, inner))
        self._raise_if_endless(same_value, seen)

    def _target(self, schema: Mapping[str, Any], keyword: str, resolver: Any) -> Any:
        """What a reference leads to: contents, and the resolver of what stands in them."""
        from referencing.exceptions import Unresolvable  # noqa: PLC0415 - only policies need it

        reference = schema[keyword]
        where = self._place(schema, (keyword,))
        try:
            found = resolver.lookup(reference)
        except (Unresolvable, ValueError, TypeError) as error:
            reason: BaseException | None = error
            while reason and not isinstance(reason, InputError):
                reason = reason.__cause__
            if reason:
                raise InputError(
                    f"{where}: {keyword} {reference}: {reason}", help=_BESIDE
                ) from error
            said = f"{where}: {keyword} {reference} leads to nothing"
            raise InputError(said, help="refer to a schema that is there") from error
        self._check(found.contents)
        return found

    def _beside(self, uri: str) -> SchemaResource:
        """The schema at a URI that no schema read so far has as its own. Raises InputError."""
        if uri in self.resources:
            return self.resources[uri]
        about = urlsplit(uri)
        if about.scheme or about.netloc:
            raise InputError("it is not among the schemas read, and nothing is fetched")
        file = Path(unquote(uri)).resolve()
        if not any(file.is_relative_to(each) for each in self._roots):
            raise InputError("it is neither below the policy's directory nor the configuration's")
        return self.read(uri, os.path.relpath(file))

    def _check(self, schema: Any) -> None:
        """Raise InputError, with its place, for what is no schema."""
        from jsonschema import SchemaError  # noqa: PLC0415 - only policies need it

        if not isinstance(schema, Mapping | bool):
            said = f"{self._place(schema)}: a schema is a mapping, and this is none"
            raise InputError(said, help=_A_SCHEMA)
        try:
            validator_class(schema).check_schema(cast("Any", schema))
        except SchemaError as error:
            where = self._place(schema, tuple(error.absolute_path))
            raise InputError(
                f"{where}: is not a JSON Schema: {error.message}", help=_A_SCHEMA
            ) from error

    def _raise_if_endless(
        self, same_value: Mapping[int, list[int]], seen: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """A schema that asks itself about the value that it is asked about never answers."""
        try:
            TopologicalSorter(same_value).prepare()
        except CycleError as error:
            schemas = [seen[each] for each in error.args[1]]
            held = next(each for each in schemas if any(key in each for key in _REFERENCES))
            keyword = next(key for key in _REFERENCES if key in held)
            where = self._place(held, (keyword,))
            raise InputError(
                f"{where}: {keyword} {held[keyword]} leads back to itself without end",
                help="a schema may refer to itself only for a value within its own",
            ) from error

    def _place(self, schema: Json, path: Steps = ()) -> str:
        """Where `path` of a schema stands, as `file:line:column`."""
        for value, layer in self._layers:
            for steps in _paths_to(schema, value, ()):
                return str(find_place((layer,), (*steps, *path)))
        return self._layers[0][1].file


def _of_the_same_value(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schemas within a schema that look at the value that it looks at."""
    for key, held in schema.items():
        if key in _LISTED and isinstance(held, list):
            yield from (each for each in held if isinstance(each, Mapping))
        elif key in _SINGLE and isinstance(held, Mapping):
            yield held
        elif key in _NAMED and isinstance(held, Mapping):
            yield from (each for each in held.values() if isinstance(each, Mapping))


def _paths_to(wanted: Json, value: Json, path: Steps) -> Iterator[Steps]:
    """Where in `value` the very object `wanted` stands."""
    if value is wanted:
        yield path
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _paths_to(wanted, each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _paths_to(wanted, each, (*path, index))
