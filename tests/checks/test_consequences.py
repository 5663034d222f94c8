"""What a newer description means for one manifest."""

import json

from reconciler.checks import Context, consequences
from reconciler.fields import read_field_table
from reconciler.model import Standing
from reconciler.schema.build import build_schema
from reconciler.schema.packaged import OVERLAY, read_packaged
from tests.checks.checking import CONTEXT, parse, sip
from tests.schema.published import bodies, encoded, plain


def short_names() -> Context:
    """A description in which a name has ten characters at most."""
    document = plain()
    for each in bodies(document):
        each["name"]["maxLength"] = 10
    made = build_schema(encoded(document), read_packaged(OVERLAY))
    fields = read_field_table(json.loads(made.field_table))
    return Context(json.loads(made.manifest_schema), fields)


def test_a_fault_that_was_there_before_is_not_told_again() -> None:
    manifests = parse(sip("name: The support of all\nsquad: x"))
    (told,) = consequences(manifests, CONTEXT, short_names())
    assert told.standing is Standing.STILL_INVALID
    assert [each.code for each in told.faults] == ["R105"]


def test_a_manifest_is_newly_valid_on_the_way_back() -> None:
    manifests = parse(sip("name: The support of all"))
    (told,) = consequences(manifests, short_names(), CONTEXT)
    assert (told.standing, told.faults) == (Standing.NEWLY_VALID, ())
