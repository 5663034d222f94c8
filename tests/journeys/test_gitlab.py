"""The GitLab template: its scripts run as GitLab's shell runs them, against a served account."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.desk import Desk, sandbox
from tests.journeys.runner import ROOT, git

TEMPLATE = ROOT / "templates" / "vapi-reconciler.gitlab-ci.yml"
BIN = Path(sys.executable).parent


class GitLab(BaseHTTPRequestHandler):
    """The notes of merge request 7 of project 1."""

    notes: list[dict[str, Any]]

    def do_GET(self) -> None:
        self._answer(self.path.startswith("/projects/1/merge_requests/7/notes?"), self.notes)

    def do_POST(self) -> None:
        note = {"id": 100 + len(self.notes), **self._sent()}
        self.notes.append(note)
        self._answer(self.path == "/projects/1/merge_requests/7/notes", note)

    def do_PUT(self) -> None:
        found = [each for each in self.notes if self.path.endswith(f"/notes/{each['id']}")]
        for each in found:
            each.update(self._sent())
        self._answer(bool(found), found)

    def _sent(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, known: bool, value: Any) -> None:
        allowed = self.headers["PRIVATE-TOKEN"] == "token"
        self.send_response(200 if known and allowed else 404)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def gitlab() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    notes = [{"id": 3, "body": "looks good"}]
    server = HTTPServer(("127.0.0.1", 0), type("_GitLab", (GitLab,), {"notes": notes}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", notes
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with sandbox() as url:
        desk = Desk(tmp_path, url)
        desk.configure()
        desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
        git(tmp_path, "init", "-q", "-b", "main")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", "lines")
        yield desk


def job(desk: Desk, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a job, as `bash` with the template's variables and the pipeline's."""
    template = yaml.safe_load(TEMPLATE.read_text())
    clean = {key: each for key, each in os.environ.items() if not key.startswith("VAPI_")}
    known = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "VAPI_API_KEY": "key",
        "GITLAB_TOKEN": "token",
        "CI_COMMIT_BEFORE_SHA": "HEAD",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD",
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
    }
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(template[name]["script"])],
        cwd=desk.directory,
        env=clean | template["variables"] | known | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_gitlab_takes_the_template() -> None:
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", TEMPLATE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_one_note_is_kept_up_to_date(desk: Desk, gitlab: tuple[str, list[dict[str, Any]]]) -> None:
    url, notes = gitlab
    first = job(desk, "propose", CI_API_V4_URL=url)
    assert first.returncode == 0, first.stderr
    assert "1 to add, 0 to change, 0 to destroy" in notes[1]["body"]
    desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai", "name": "</pre><b>"})
    assert job(desk, "propose", CI_API_V4_URL=url).returncode == 0
    assert [each["id"] for each in notes] == [3, 101]
    assert "2 to add" in notes[1]["body"]
    assert notes[1]["body"].count("</pre>") == 1


def test_the_plan_that_was_kept_is_applied(desk: Desk) -> None:
    assert "1 to add" in job(desk, "plan").stdout
    applied = job(desk, "apply")
    assert applied.returncode == 0, applied.stderr
    assert [each["sipUri"] for each in desk.numbers()] == ["sip:a@sip.vapi.ai"]
    assert job(desk, "apply").returncode == 3


@pytest.mark.parametrize("target", ["", "prod"])
def test_faults_are_a_code_quality_report(desk: Desk, target: str) -> None:
    desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai", "nmae": "x"})
    ended = job(desk, "validate", RECONCILER_TARGET=target)
    assert ended.returncode == 1
    assert "error[" in ended.stdout
    (fault,) = json.loads((desk.directory / "gl-code-quality-report.json").read_text())
    assert fault["location"]["path"] == "numbers/b.yaml"
    assert (fault["severity"], len(fault["fingerprint"])) == ("major", 64)


def test_a_configuration_that_cannot_be_read_is_reported_too(desk: Desk) -> None:
    (desk.directory / "reconciler.yaml").write_text("targets: [")
    assert job(desk, "validate").returncode == 1
    (fault,) = json.loads((desk.directory / "gl-code-quality-report.json").read_text())
    assert (fault["check_name"], fault["location"]["path"]) == ("R002", "reconciler.yaml")


def test_a_fork_needs_no_key(desk: Desk) -> None:
    ended = job(desk, "foresee", VAPI_API_KEY="")
    assert ended.returncode == 0, ended.stderr
    assert "By the lock: 1 new" in ended.stdout
    assert desk.requests() == []
