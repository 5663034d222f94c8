"""`reconciler.yaml`: every option, and each mistake told once with its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.config import Configured, Target, read_config
from reconciler.errors import InputError
from reconciler.model import (
    ApiKeySource,
    Freeze,
    IgnoreRule,
    Limit,
    Limits,
    Ownership,
    Reach,
    Undeclared,
)
from reconciler.schema.chosen import known_providers
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
    return read_config(str(path), environ, SCHEMA, known_providers)


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
        reach=Reach(
            env=("SIP_*",),
            files=("secrets/",),
            key_env=frozenset({"VAPI_API_KEY", "VAPI_TOKEN", "PROD_KEY"}),
            root=str(tmp_path),
        ),
        private=(f"{below}secrets",),
        policy=(f"{below}policies/prod.schema.json",),
    )


def test_the_secrets_of_every_target_are_private_to_each(tmp_path: Path) -> None:
    text = (
        "targets:\n"
        "  a: {apiKey: {file: keys/a}, manifests: [x]}\n"
        "  b: {apiKey: {env: K}, manifests: [x], secrets: {files: [s/]}}\n"
    )
    configured = read(tmp_path, text)
    assert configured.config is not None
    for each in configured.config.targets.values():
        assert each.private == (f"{tmp_path}/keys/a", f"{tmp_path}/s")
        assert each.reach.key_files == {f"{tmp_path}/keys/a"}
        assert each.reach.key_env == {"K", "VAPI_API_KEY", "VAPI_TOKEN"}


def test_a_configuration_that_is_found_is_a_regular_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reconciler.yaml").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="no regular file"):
        read_config(None, {}, SCHEMA, known_providers)


def test_what_is_not_said_is_safe(tmp_path: Path) -> None:
    found = target(tmp_path, "targets: {a: {apiKey: {env: K}, manifests: [x]}}\n")
    assert (found.base_url, found.limits, found.reach.env, found.ownership) == (
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
            "targets.A",
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
    configured = read_config(
        None, {"VAPI_BASE_URL": "https://api.eu.vapi.ai/"}, SCHEMA, known_providers
    )
    assert configured.config is not None
    found = configured.config.targets["default"]
    assert found.base_url == "https://api.eu.vapi.ai"
    assert found.api_key.env == ("VAPI_API_KEY", "VAPI_TOKEN")


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_config(str(tmp_path / "nothing.yaml"), {}, SCHEMA, known_providers)


def test_an_unsafe_url_of_the_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"VAPI_BASE_URL: .* in clear"):
        read_config(None, {"VAPI_BASE_URL": "http://api.vapi.ai"}, SCHEMA, known_providers)


def test_the_file_of_the_working_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    read(tmp_path, WHOLE)
    configured = read_config(None, {}, SCHEMA, known_providers)
    assert configured.config is not None
    assert configured.config.directory == Path()
    assert configured.config.targets["prod"].manifests == ("numbers", "more.yaml")


def test_paths_are_relative_to_the_file_and_told_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "company").mkdir()
    one = "{apiKey: {file: ../key}, manifests: [numbers/, ../shared]}"
    read(tmp_path / "company", f"targets: {{a: {one}}}\n")
    configured = read_config("company/reconciler.yaml", {}, SCHEMA, known_providers)
    assert configured.config is not None
    found = configured.config.targets["a"]
    assert found.manifests == ("company/numbers", "shared")
    assert found.api_key == ApiKeySource(file="company/../key")
    assert configured.config.directory == Path("company")


def test_names_and_values_may_be_of_any_script(tmp_path: Path) -> None:
    found = target(tmp_path, whole_with("vars: {stage: 本番}").replace("[x]", "[numéros/]"))
    assert (found.manifests, found.variables) == ((f"{tmp_path}/numéros",), {"stage": "本番"})


def whole_with(option: str) -> str:
    return f"targets:\n  a:\n    apiKey: {{env: K}}\n    manifests: [x]\n    {option}\n"


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("ownership: mine", "ownership"),
        ("undeclared: unset", "undeclared"),
        ("vars: {stage: 1}", "vars.stage"),
        ("ignore: [{}]", "ignore[0]"),
        ("ignore: [{provider: twillio}]", "ignore[0].provider"),
        ("ignore: [{number: +14155550100}]", "ignore[0].number"),
        ("ignore: [{number: '+1 415 555 0100'}]", "ignore[0].number"),
        ("limits: {changes: 30 percent}", "limits.changes"),
        ("limits: {changes: 1.5}", "limits.changes"),
        ('limits: {changes: "30%\\n"}', "limits.changes"),
        ("limits: {deletes: yes}", "limits.deletes"),
        ("secrets: {env: SIP_*}", "secrets.env"),
        ("gitopsState: ''", "gitopsState"),
        ("policy: {a: b}", "policy"),
        ("overlays: [1]", "overlays[0]"),
        ('policy: ["a\\0b"]', "policy[0]"),
        ('gitopsState: "a\\0b"', "gitopsState"),
        ("baseUrl: https://me:canary@api.vapi.ai", "baseUrl"),
    ],
)
def test_a_value_that_an_option_does_not_take_is_one_fault(
    tmp_path: Path, option: str, path: str
) -> None:
    (fault,) = read(tmp_path, whole_with(option)).diagnostics
    assert (fault.code, fault.place.line, fault.path) == ("R403", 7, f"targets.a.{path}")
    assert "canary" not in f"{fault.message} {fault.help}"


@pytest.mark.parametrize(
    ("option", "path", "meant"),
    [
        ("undeclred: keep", "undeclred", "did you mean undeclared?"),
        ("limits: {deletions: 1}", "limits.deletions", "did you mean deletes?"),
        ("secrets: {enviroment: []}", "secrets.enviroment", "there are: env, files"),
        ("ignore: [{nmae: x}]", "ignore[0].nmae", "did you mean name?"),
    ],
)
def test_a_misspelt_key_is_told_with_what_was_meant(
    tmp_path: Path, option: str, path: str, meant: str
) -> None:
    (fault,) = read(tmp_path, whole_with(option)).diagnostics
    assert (fault.code, fault.path, fault.help) == ("R401", f"targets.a.{path}", meant)


@pytest.mark.parametrize(
    ("option", "code", "says"),
    [
        ("freeze: [{timezone: UTC}]", "R402", "freeze[0].cron is missing"),
        ("freeze: [{}]", "R402", "freeze[0].cron is missing"),
        ("freeze: [{cron: '* * * * * *'}]", "R403", "it must have 5 fields"),
        ("freeze: [{cron: '* * * *'}]", "R403", "it must have 5 fields"),
    ],
)
def test_a_window_that_would_freeze_nothing_is_told_with_how_to_write_one(
    tmp_path: Path, option: str, code: str, says: str
) -> None:
    (fault,) = read(tmp_path, whole_with(option)).diagnostics
    assert (fault.code, fault.help[:18]) == (code, "such as {cron: '* ")
    assert says in fault.message


@pytest.mark.parametrize("until", ["2026-12-01", "2026-12-01T06:00", "2026-12-01T06:00:00+01:00"])
def test_a_window_may_end_at_a_time_of_its_zone(tmp_path: Path, until: str) -> None:
    found = target(tmp_path, whole_with(f"freeze: [{{until: '{until}', timezone: Asia/Tokyo}}]"))
    assert found.freeze == (Freeze(until=until, timezone="Asia/Tokyo"),)


@pytest.mark.parametrize("key", ["sk-canary", "{env: 4f2c1d00-0000-4000-8000-canary}", "[canary]"])
def test_a_key_in_the_file_is_refused_with_the_way_out(tmp_path: Path, key: str) -> None:
    (fault,) = read(tmp_path, f"targets: {{a: {{apiKey: {key}, manifests: [x]}}}}\n").diagnostics
    assert (fault.code, fault.place.line) == ("R403", 3)
    assert "canary" not in f"{fault.message} {fault.help}"


def test_a_name_of_a_target_that_is_none_is_told_how_to_write_it(tmp_path: Path) -> None:
    (fault,) = read(
        tmp_path, "targets:\n  Prod US: {apiKey: {env: K}, manifests: [x]}\n"
    ).diagnostics
    assert fault.message == "targets.Prod US must not have ' ', 'P', 'S', 'U' in it"
    assert (fault.path, fault.place.line) == ("targets.Prod US", 4)
    assert "lower-case letters" in fault.help


def test_a_merge_key_is_told_to_be_none_in_yaml_1_2(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, whole_with("<<: {ownership: shared}")).diagnostics
    assert (fault.code, fault.path) == ("R401", "targets.a.<<")
    assert "no merge keys" in fault.help


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "R405"), ("---\na: 1\n---\nb: 2\n", "R405"), ("a: [", "R002"), ("[1]", "R403")],
)
def test_what_is_no_configuration_at_all_is_a_fault_and_no_crash(
    tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "reconciler.yaml"
    path.write_text(text, "utf-8")
    configured = read_config(str(path), {}, SCHEMA, known_providers)
    assert configured.config is None
    assert [each.code for each in configured.diagnostics] == [code]


@given(data=st.binary(max_size=200))
def test_no_bytes_make_it_crash(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    assert read_config(str(path), {}, SCHEMA, known_providers).config is None


def test_the_published_schema_is_one_and_describes_every_option() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    options = SCHEMA["$defs"]["Target"]["properties"]
    assert [name for name, each in options.items() if not each.get("description")] == []
