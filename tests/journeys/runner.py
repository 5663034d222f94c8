"""What GitHub does with `action.yml`: its steps in order, their shell for real, artifacts kept."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass
class Artifact:
    """What a run uploaded; `fork` says that it was a run of another repository."""

    name: str
    run_id: int
    content: bytes
    fork: bool = False
    expired: bool = False

    def listed(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "expired": self.expired,
            "created_at": f"2026-01-01T00:00:{self.run_id:02}Z",
            "workflow_run": {
                "id": self.run_id,
                "repository_id": 1,
                "head_repository_id": 2 if self.fork else 1,
            },
        }


@dataclass
class Forge:
    """One repository at GitHub: its artifacts, its comments, and the API that lists artifacts."""

    url: str = ""
    artifacts: list[Artifact] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)

    def find(self, name: str, run_id: int) -> bytes:
        (found,) = (e for e in self.artifacts if (e.name, e.run_id) == (name, run_id))
        return found.content


@dataclass(frozen=True)
class Ran:
    """How a run of the action ended: the step that failed, and all that it said."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    failed: str = ""


@dataclass
class Runner:
    """Runs the action in a checkout, as one workflow run after another; numbers them from 1."""

    checkout: Path
    forge: Forge
    environ: Mapping[str, str]
    temp: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, event: str = "pull_request", **inputs: str) -> Ran:
        """One run of the action. The tool is there already: Install has a test of its own."""
        run = next(self.numbers)
        action = read_action()
        defaults = {name: each.get("default", "") for name, each in action["inputs"].items()}
        temp = self.temp / f"run-{run}"
        temp.mkdir(parents=True)
        context = {"runner.temp": str(temp), "github.event_name": event, "github.token": "token"}
        given = {name: filled(value, context) for name, value in (defaults | inputs).items()}
        context["github.run_id"] = str(run)
        context |= {f"inputs.{name}": value for name, value in given.items()}
        log = ""
        for step in action["runs"]["steps"]:
            if step.get("name") == "Install" or not _holds(step.get("if", ""), context):
                continue
            if "run" in step:
                ended = self.shell(step, context, temp)
                log += ended.stdout + ended.stderr
                if ended.returncode:
                    return self._ran(action, context, temp, (ended.returncode, log, step["name"]))
            else:
                self._use(step, context)
        return self._ran(action, context, temp, (0, log, ""))

    def shell(
        self, step: Mapping[str, Any], context: dict[str, str], temp: Path
    ) -> subprocess.CompletedProcess[str]:
        """Run one `run:` step as GitHub's `shell: bash` does; its outputs go into `context`."""
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        output = temp / f"output-{step.get('id', 'none')}"
        unwanted = ("VAPI_", "GITHUB_", "PYTHONDONTWRITEBYTECODE")
        clean = {key: each for key, each in os.environ.items() if not key.startswith(unwanted)}
        said = {name: filled(value, context) for name, value in step.get("env", {}).items()}
        known = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(temp),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_REPOSITORY": "acme/lines",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.checkout / filled(step.get("working-directory", "."), context),
            env=clean | known | dict(self.environ) | said,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        for line in output.read_text().splitlines() if output.exists() else ():
            name, _, value = line.partition("=")
            context[f"steps.{step['id']}.outputs.{name}"] = value
        return done

    def _use(self, step: Mapping[str, Any], context: Mapping[str, str]) -> None:
        """What the actions that ours uses would do."""
        used = step["uses"].partition("@")[0]
        given = {key: filled(str(each), context) for key, each in step["with"].items()}
        if used == "actions/upload-artifact":
            content = Path(given["path"]).read_bytes()
            self.forge.artifacts.append(
                Artifact(given["name"], int(context["github.run_id"]), content)
            )
        elif used == "actions/download-artifact":
            path = Path(given["path"])
            path.mkdir()
            plan = self.forge.find(given["name"], int(given["run-id"]))
            (path / "plan.json").write_bytes(plan)
        elif used == "marocchino/sticky-pull-request-comment":
            self.forge.comments[given["header"]] = Path(given["path"]).read_text()
        else:
            assert used == "actions/setup-python"

    def _ran(
        self,
        action: Mapping[str, Any],
        context: Mapping[str, str],
        temp: Path,
        ended: tuple[int, str, str],
    ) -> Ran:
        code, log, failed = ended
        outputs = {name: filled(each["value"], context) for name, each in action["outputs"].items()}
        summary = temp / "summary.md"
        return Ran(code, log, outputs, summary.read_text() if summary.exists() else "", failed)


def taken_as_text(log: str) -> str:
    """The part of a log in which GitHub takes no line for a workflow command."""
    _, _, rest = log.partition("::stop-commands::")
    token, _, text = rest.partition("\n")
    assert len(token) > 32, log
    inside, resumed, _ = text.partition(f"::{token}::\n")
    assert resumed, log
    return inside


def read_action() -> dict[str, Any]:
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return action


def filled(text: str, context: Mapping[str, str]) -> str:
    """`text` with its expressions replaced; what is not known is empty, as at GitHub."""
    return _EXPRESSION.sub(lambda found: context.get(found[1], ""), text)


def _holds(condition: str, context: Mapping[str, str]) -> bool:
    """Whether an `if:` of the form `a == 'b' && c != 'd'` holds."""
    for each in filter(None, condition.split(" && ")):
        name, operator, value = each.split()
        assert operator in {"==", "!="}
        if (context[name] == value.strip("'")) != (operator == "=="):
            return False
    return True


@contextmanager
def forge() -> Iterator[Forge]:
    """A repository whose API is served on loopback."""
    made = Forge()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            known = asked.path == "/repos/acme/lines/actions/artifacts"
            allowed = self.headers["Authorization"] == "Bearer token"
            (name,) = parse_qs(asked.query)["name"]
            listed = [each.listed() for each in made.artifacts if each.name == name]
            self.send_response(200 if known and allowed else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"artifacts": listed}).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def git(checkout: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=checkout, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
