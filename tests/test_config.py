"""`reconciler.yaml`: every option, and each mistake told once with its place."""

from pathlib import Path

import pytest

from reconciler.config import Configured, Target, read_config
from reconciler.errors import InputError
from reconciler.model import ApiKeySource, IgnoreRule, Limit, Limits, Ownership, Undeclared
from reconciler.schema.packaged import load_config_schema

SCHEMA = load_config_schema()
HEAD = "apiVersion: vapi-reconciler/v1\nkind: Config\n"
WHOLE = """
targets:
  prod:
    baseUrl: https://api.eu.vapi.ai/
    apiKey: {env: PROD_KEY}
    manifests: [numbers/, more.yaml]
    overlays: [overlays/prod/]
    vars: {stage: prod}
    ownership: exclusive
    undeclared: keep
    ignore: [{name: "demo-*"}, {provider: twilio, number: "+14155550100"}]
    limits: {creates: 10, deletes: 0, replaces: 1, changes: 30%, recreates: 2}
    gitopsState: .vapi-state.prod.json
    secrets: {env: ["SIP_*"], files: [secrets/]}
    policy: [policies/prod.schema.json]
"""


def read(tmp_path: Path, text: str, **environ: str) -> Configured:
    path = tmp_path / "reconciler.yaml"
    path.write_text(HEAD + text, "utf-8")
    return read_config(str(path), environ, SCHEMA)


def target(tmp_path: Path, text: str) -> Target:
    configured = read(tmp_path, text)
    assert configured.config is not None, configured.diagnostics
    (found,) = configured.config.targets.values()
    return found


def test_every_option_is_read(tmp_path: Path) -> None:
    below = f"{tmp_path}/"
    assert target(tmp_path, WHOLE) == Target(
        name="prod",
        base_url="https://api.eu.vapi.ai",
        api_key=ApiKeySource(env=("PROD_KEY",)),
        manifests=(f"{below}numbers", f"{below}more.yaml"),
        overlays=(f"{below}overlays/prod",),
        variables={"stage": "prod"},
        ownership=Ownership.EXCLUSIVE,
        undeclared=Undeclared.KEEP,
        ignore=(IgnoreRule(name="demo-*"), IgnoreRule(provider="twilio", number="+14155550100")),
        limits=Limits(
            Limit(count=10), Limit(count=0), Limit(count=1), Limit(percent=30), Limit(count=2)
        ),
        gitops_state=f"{below}.vapi-state.prod.json",
        secrets_env=("SIP_*",),
        secrets_files=("secrets/",),
        policy=(f"{below}policies/prod.schema.json",),
    )


def test_what_is_not_said_is_safe(tmp_path: Path) -> None:
    found = target(tmp_path, "targets: {a: {apiKey: {env: K}, manifests: [x]}}\n")
    assert (found.base_url, found.limits, found.secrets_env, found.ownership) == (
        "https://api.vapi.ai",
        Limits(),
        (),
        Ownership.SHARED,
    )


@pytest.mark.parametrize(
    ("text", "code", "line", "path"),
    [
        ("targets: {a: {apiKey: sk-live, manifests: [x]}}", "R403", 3, "targets.a.apiKey"),
        ("targets:\n  a: {manifests: [x]}", "R402", 4, "targets.a.apiKey"),
        ("targets: {}", "R403", 3, "targets"),
        ("target: {}", "R401", 3, "target"),
        (
            "targets:\n  a:\n    apiKey: {env: K}\n    manifests: [x]\n    limit: {deletes: 1}",
            "R401",
            7,
            "targets.a.limit",
        ),
        (
            "targets: {a: {apiKey: {env: K}, manifests: [x], limits: {deletes: -1}}}",
            "R403",
            3,
            "targets.a.limits.deletes",
        ),
        (
            "targets: {a: {apiKey: {env: K}, manifests: [x], limits: {changes: 30}}, A: {}}",
            "R403",
            3,
            "targets",
        ),
        (
            "targets: {a: {apiKey: {env: K}, manifests: [x], baseUrl: 'http://api.vapi.ai'}}",
            "R404",
            3,
            "targets.a.baseUrl",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, text: str, code: str, line: int, path: str
) -> None:
    configured = read(tmp_path, text + "\n")
    assert configured.config is None
    fault = configured.diagnostics[0]
    assert (fault.code, fault.place.line, fault.path) == (code, line, path)


def test_a_key_that_is_written_out_is_not_repeated(tmp_path: Path) -> None:
    configured = read(tmp_path, "targets: {a: {apiKey: canary-key, manifests: [x]}}\n")
    (fault,) = configured.diagnostics
    assert "canary" not in fault.message + fault.help
    assert "{env: NAME}" in fault.help


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "targets:\n  a: {manifest: [x], apiKey: {env: K}}\n  b: {manifests: [y], apikey: 1}\n"
    assert {each.place.line for each in read(tmp_path, text).diagnostics} == {4, 5}


def test_http_is_for_loopback(tmp_path: Path) -> None:
    text = "targets: {a: {apiKey: {env: K}, manifests: [x], baseUrl: 'http://127.0.0.1:8787'}}\n"
    assert target(tmp_path, text).base_url == "http://127.0.0.1:8787"


def test_without_a_file_the_environment_names_one_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    configured = read_config(None, {"VAPI_BASE_URL": "https://api.eu.vapi.ai/"}, SCHEMA)
    assert configured.config is not None
    found = configured.config.targets["default"]
    assert found.base_url == "https://api.eu.vapi.ai"
    assert found.api_key.env == ("VAPI_API_KEY", "VAPI_TOKEN")


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_config(str(tmp_path / "nothing.yaml"), {}, SCHEMA)
