"""The manifest schema means the same to other validators: ajv in strict mode, check-jsonschema."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from reconciler.documents import read_documents
from reconciler.schema.build import build_schema
from reconciler.schema.packaged import (
    OVERLAY,
    load_config_schema,
    load_manifest_schema,
    read_packaged,
)
from tests.schema.published import bodies, encoded, published

SCHEMA = load_manifest_schema()
CASES = Path(__file__).parents[1] / "cases"
# Where `make test` installs it.
AJV = Path(sys.prefix) / "node/node_modules/ajv"
NODE = shutil.which("node")
ASK_AJV = """
const [schemaFile, corpusFile, ajv] = process.argv.slice(1);
const Ajv = require(ajv + "/dist/2020");
const read = (file) => JSON.parse(require("fs").readFileSync(file));
const fail = (...said) => { throw new Error(said.join(" ")); };
const logger = { log: fail, warn: fail, error: fail };
const validate = new Ajv({ strict: true, logger }).compile(read(schemaFile));
console.log(JSON.stringify(read(corpusFile).map((each) => validate(each))));
"""


def corpus() -> Iterator[tuple[str, Any]]:
    """Every document of the cases that can be read, by its file and place in it."""
    for path in sorted(CASES.glob("*/*.yaml")):
        parsed = read_documents(path.read_bytes(), str(path))
        for number, each in enumerate(parsed.documents):
            yield f"{path.parent.name}-{path.stem}-{number}", each.value


CORPUS = dict(corpus())


def repaired_from_what_is_published() -> dict[str, Any]:
    """What is made of a document with the published defects, and with parts of its own."""
    document = published(noise=1)
    for each in bodies(document):
        each["odd"] = {
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                {"type": "object", "minLength": 3, "required": True, "properties": {"a": {}}},
                {"type": ["string", "null"], "pattern": r"^\p{L}+$"},
            ]
        }
    made: dict[str, Any] = json.loads(
        build_schema(encoded(document), read_packaged(OVERLAY)).manifest_schema
    )
    return made


SCHEMAS = {"packaged": SCHEMA, "built": repaired_from_what_is_published()}


def verdicts(schema: dict[str, Any]) -> dict[str, bool]:
    ours = jsonschema_rs.validator_for(schema)
    return {name: ours.is_valid(value) for name, value in CORPUS.items()}


OURS = {kind: verdicts(schema) for kind, schema in SCHEMAS.items()}


def test_the_corpus_has_good_and_bad_documents() -> None:
    assert len(CORPUS) > 60
    assert all(len(set(each.values())) == 2 for each in OURS.values())


@pytest.mark.parametrize("schema", [SCHEMA, load_config_schema()], ids=["manifest", "config"])
def test_the_schema_passes_its_meta_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.skipif(
    NODE is None or not AJV.exists(), reason="ajv is not at hand: node and npm, then make test"
)
@pytest.mark.parametrize("kind", SCHEMAS)
def test_ajv_in_strict_mode_says_what_we_say(tmp_path: Path, kind: str) -> None:
    schema, documents = tmp_path / "schema.json", tmp_path / "corpus.json"
    schema.write_text(json.dumps(SCHEMAS[kind]), "utf-8")
    documents.write_text(json.dumps(list(CORPUS.values())), "utf-8")
    done = subprocess.run(
        [str(NODE), "-e", ASK_AJV, str(schema), str(documents), str(AJV)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    theirs = dict(zip(CORPUS, json.loads(done.stdout), strict=True))
    assert {name for name in CORPUS if theirs[name] != OURS[kind][name]} == set()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_check_jsonschema_says_what_we_say(tmp_path: Path, kind: str) -> None:
    files = {str(tmp_path / f"{name}.json"): name for name in CORPUS}
    for path, name in files.items():
        Path(path).write_text(json.dumps(CORPUS[name]), "utf-8")
    schema = tmp_path / "the.schema"
    schema.write_text(json.dumps(SCHEMAS[kind]), "utf-8")
    asked = [sys.executable, "-m", "check_jsonschema", "-o", "json"]
    done = subprocess.run(
        [*asked, "--schemafile", str(schema), *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["parse_errors"] == []
    refused = {files[each["filename"]] for each in told["errors"]}
    assert refused == {name for name, valid in OURS[kind].items() if not valid}
