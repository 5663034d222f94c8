"""YAML 1.2 text -> values that know line and column. Pure; the only importer of `yaml`."""

from reconciler.documents.build import MAX_DEPTH, Document
from reconciler.documents.places import find_place
from reconciler.documents.read import MAX_BYTES, MAX_PLAIN_BYTES, Parsed, read_documents, read_plain
from reconciler.documents.spans import Found, Span, find_values

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_PLAIN_BYTES",
    "Document",
    "Found",
    "Parsed",
    "Span",
    "find_place",
    "find_values",
    "read_documents",
    "read_plain",
]
