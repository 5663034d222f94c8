"""The examples of unattended runs, checked by the tools that would read them."""

import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import kubernetes_validate
import pytest
import yaml
from cronsim import CronSim

from reconciler.cli.main import reconciler
from reconciler.unattended.metrics import HELP
from tests.journeys.desk import Desk, sandbox
from tests.journeys.runner import git

EXAMPLES = Path(__file__).parent.parent / "config-examples" / "unattended"


def read(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


def tool(name: str) -> str:
    """A program beside this interpreter, or on the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize("name", ["crontab", "reconciler.service", "cronjob.yaml", "Dockerfile"])
def test_every_option_that_an_example_uses_exists(name: str) -> None:
    command = reconciler.get_command(click.Context(reconciler), "reconcile")
    assert command is not None
    known = {option for each in command.params for option in each.opts}
    text = "\n".join(line for line in read(name).splitlines() if "reconcile" in line)
    used = set(re.findall(r"(?<![\w-])--(?:metrics-port|metrics|every|quiet|config)\b", text))
    assert used
    assert used <= known


def test_the_crontab_names_times_that_come() -> None:
    (line,) = (each for each in read("crontab").splitlines() if each.startswith("*"))
    schedule = " ".join(line.split()[:5])
    moments = CronSim(schedule, datetime(2026, 1, 1))  # noqa: DTZ001 - cron knows wall time only
    assert [next(moments).minute for _ in range(3)] == [5, 10, 15]


def test_the_crontab_s_line_follows_git_and_goes_on_without_it(tmp_path: Path) -> None:
    (line,) = (each for each in read("crontab").splitlines() if each.startswith("*"))
    upstream, checkout = tmp_path / "upstream", tmp_path / "checkout"
    with sandbox() as url:
        desk = Desk(upstream, url)
        upstream.mkdir()
        desk.configure(secrets={"env": ["HOOK_*"]})
        (upstream / ".gitignore").write_text(".env\n.reconciler.*\nreconciler.lock.json\n")
        server = {"url": "https://hooks.example.com", "headers": {"X-Token": {"env": "HOOK_TOKEN"}}}
        spec = {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "server": server}
        desk.manifest("a", spec)
        git(upstream, "init", "-q", "-b", "main")
        commit(upstream)
        git(tmp_path, "clone", "-q", str(upstream), str(checkout))
        (checkout / ".env").write_text("VAPI_API_KEY=key\nHOOK_TOKEN=token\n")

        def minute() -> tuple[int, str]:
            said = line.split(maxsplit=5)[5].replace("/srv/phone-numbers", str(checkout))
            done = subprocess.run(
                ["/bin/sh", "-c", said.replace("/var/lib/node_exporter", str(tmp_path))],
                env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
                capture_output=True,
                text=True,
                check=False,
            )
            return done.returncode, done.stdout + done.stderr

        code, said = minute()
        assert (code, "create PhoneNumber/a: done" in said) == (0, True), said
        assert minute() == (0, "")
        desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai"})
        commit(upstream)
        assert minute()[0] == 0
        assert [each["name"] for each in desk.numbers()] == ["b", "a"]
        upstream.rename(tmp_path / "gone")
        assert minute() == (0, "")


def commit(repository: Path) -> None:
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "lines")


def test_systemd_takes_the_service_and_the_timer(tmp_path: Path) -> None:
    for name in ("reconciler.service", "reconciler.timer"):
        # The program and the data stand elsewhere here; all else is verified as it is.
        text = read(name).replace("/opt/reconciler/bin/reconciler", "/bin/true")
        (tmp_path / name).write_text(text.replace("/usr/bin/git", "/bin/true"))
    done = subprocess.run(
        [tool("systemd-analyze"), "verify", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_cron_job_is_one_that_kubernetes_takes() -> None:
    document = yaml.safe_load(read("cronjob.yaml"))
    kubernetes_validate.validate(document, "1.31", strict=True)
    pod = document["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert document["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod["securityContext"]["runAsNonRoot"]


def test_the_image_is_small_in_what_it_may_do() -> None:
    done = subprocess.run(
        [tool("hadolint"), str(EXAMPLES / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "USER 10001" in read("Dockerfile")


def test_every_alert_is_about_a_metric_that_there_is() -> None:
    rules: list[dict[str, Any]] = yaml.safe_load(read("alerts.yml"))["groups"][0]["rules"]
    for rule in rules:
        used = set(re.findall(r"reconciler_[a-z_0-9]+", rule["expr"]))
        assert used
        assert {each.removesuffix("_total") for each in used} <= HELP.keys()


def test_prometheus_takes_the_alerts() -> None:
    done = subprocess.run(
        [tool("promtool"), "check", "rules", str(EXAMPLES / "alerts.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_of_operations_explains_every_metric() -> None:
    page = (EXAMPLES.parent.parent / "docs" / "operations.md").read_text("utf-8")
    for name in HELP:
        assert f"`{name}" in page, name
