"""What an editor does with the schema line: it finds the schema, and the schema finds mistakes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, sandbox
from tests.journeys.runner import ROOT

SCHEMA = "phone-number.schema.json"
EXAMPLES = ROOT / "config-examples"
CHECK = Path(sys.executable).with_name("check-jsonschema")
_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def schema_of(file: Path) -> Path:
    """The schema that the first line of a file names, as the YAML language server reads it."""
    found = _LINE.fullmatch(file.read_text().splitlines()[0])
    assert found, file
    return (file.parent / found[1]).resolve()


def check(schema: Path, *files: Path) -> tuple[int, str]:
    done = subprocess.run(
        [CHECK, "--schemafile", schema, *files], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_every_example_meets_the_schema_that_it_names() -> None:
    files = [*EXAMPLES.rglob("reconciler.yaml"), *EXAMPLES.rglob("numbers/*.yaml")]
    by_schema: dict[Path, list[Path]] = {}
    for each in files:
        if each.parent.name != "starter":
            by_schema.setdefault(schema_of(each), []).append(each)
    assert {schema.parent for schema in by_schema} == {ROOT / "schemas"}
    for schema, named in by_schema.items():
        code, said = check(schema, *named)
        assert code == 0, said


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What `init` writes, and a manifest that `import` adds to it."""
    seed = {"phone-number": [{"provider": "vapi", "sipUri": "sip:x@sip.vapi.ai", "name": "x"}]}
    with sandbox(seed) as url:
        desk = Desk(tmp_path, url)
        assert desk.run("init").code == 0
        config = tmp_path / "reconciler.yaml"
        config.write_text(config.read_text().replace("https://api.vapi.ai\n", url + "\n"))
        assert desk.run("import", "--all").code == 0
    return tmp_path


def test_an_import_brings_the_schema_that_its_files_name(tmp_path: Path) -> None:
    seed = {"phone-number": [{"provider": "vapi", "sipUri": "sip:x@sip.vapi.ai", "name": "x"}]}
    with sandbox(seed) as url:
        assert Desk(tmp_path, url).run("import", "--all", "--out", "lines/us").code == 0
    manifest = tmp_path / "lines" / "us" / "x.yaml"
    assert schema_of(manifest).read_bytes() == (ROOT / "schemas" / SCHEMA).read_bytes()
    assert check(schema_of(manifest), manifest)[0] == 0


def test_what_init_and_import_write_meets_the_schema_that_it_names(repository: Path) -> None:
    for name in ("reconciler.yaml", "numbers/first-line.yaml", "numbers/x.yaml"):
        code, said = check(schema_of(repository / name), repository / name)
        assert code == 0, said


def test_a_misspelt_field_is_found_by_its_name(repository: Path) -> None:
    file = repository / "numbers" / "x.yaml"
    file.write_text(file.read_text().replace("sipUri", "sipURI"))
    code, said = check(schema_of(file), file)
    assert code == 1
    assert "sipURI" in said
