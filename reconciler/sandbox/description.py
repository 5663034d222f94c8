"""An OpenAPI document -> what each verb takes and answers, by provider. Pure.

The sandbox reads the description by itself, as the API's own code would: by its paths and
discriminators. The client reads it by shape, elsewhere; where the two differ, a test fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.errors import InputError
from reconciler.model import Json

Schema = Mapping[str, Any]

_BODY: Final = ("content", "application/json", "schema")


@dataclass(frozen=True, slots=True)
class Description:
    """The schemas of phone numbers by provider, and of query parameters by name."""

    create: Mapping[str, Schema]
    update: Mapping[str, Schema]
    answer: Mapping[str, Schema]
    list_parameters: Mapping[str, Schema]
    page_parameters: Mapping[str, Schema]
    components: Mapping[str, Schema]

    def resolve(self, schema: Schema) -> Schema:
        """The schema behind a reference, or behind an `allOf` that wraps a single one."""
        while True:
            if "$ref" in schema:
                schema = self.components[schema["$ref"].rpartition("/")[2]]
            elif len(schema.get("allOf", ())) == 1:
                schema = schema["allOf"][0]
            else:
                return schema


def read_description(document: Json) -> Description:
    """Read the phone-number part of an OpenAPI document.

    Raises InputError where a part that the sandbox needs is missing.
    """
    root: Any = document
    try:
        collection, item = root["paths"]["/phone-number"], root["paths"]["/phone-number/{id}"]
        # Older descriptions have no second list.
        page = root["paths"].get("/v2/phone-number", {}).get("get", {})
        return Description(
            create=_variants(root, _dig(collection["post"]["requestBody"])),
            update=_variants(root, _dig(item["patch"]["requestBody"])),
            answer=_variants(root, _dig(item["get"]["responses"]["200"])),
            list_parameters=_query(root, collection["get"]),
            page_parameters=_query(root, page),
            components=root["components"]["schemas"],
        )
    except (KeyError, TypeError) as error:
        message = f"the description of the API does not have what the sandbox needs: {error}"
        raise InputError(message, help="use the description that comes with the program") from None


def _dig(holder: Any) -> Schema:
    for key in _BODY:
        holder = holder[key]
    schema: Schema = holder
    return schema


def _variants(root: Any, schema: Schema) -> dict[str, Schema]:
    mapping = schema["discriminator"]["mapping"]
    return {provider: _follow(root, reference) for provider, reference in mapping.items()}


def _query(root: Any, operation: Mapping[str, Any]) -> dict[str, Schema]:
    parameters = (_parameter(root, each) for each in operation.get("parameters", ()))
    return {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}


def _parameter(root: Any, parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    return _follow(root, parameter["$ref"]) if "$ref" in parameter else parameter


def _follow(root: Any, reference: str) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    schema: Schema = found
    return schema
