"""No manifest reads the API key, be it of its own target or of another."""

import pytest
import yaml

from tests.journeys.desk import Desk


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ({"env": "HOOK_STAGING"}, "HOOK_STAGING holds the API key"),
        ({"env": "HOOK_PROD"}, "HOOK_PROD holds the API key"),
        ({"file": "secrets/other.key"}, "the file secrets/other.key holds the API key"),
    ],
)
def test_the_api_key_of_any_target_is_out_of_reach(
    desk: Desk, reference: dict[str, str], says: str
) -> None:
    (desk.directory / "secrets").mkdir()
    (desk.directory / "secrets" / "other.key").write_text("canary")
    common = {
        "baseUrl": desk.url,
        "manifests": ["numbers"],
        "secrets": {"env": ["HOOK_*"], "files": ["secrets"]},
    }
    keys = {
        "staging": {"env": "HOOK_STAGING"},
        "prod": {"env": "HOOK_PROD"},
        "other": {"file": "secrets/other.key"},
    }
    targets = {name: common | {"apiKey": key} for name, key in keys.items()}
    document = {"apiVersion": "vapi-reconciler/v1", "kind": "Config", "targets": targets}
    (desk.directory / "reconciler.yaml").write_text(yaml.safe_dump(document))
    server = {"url": "https://a.example", "headers": {"X-Token": reference}}
    desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "server": server})
    ended = desk.run("plan", "--target", "staging", HOOK_STAGING="key", HOOK_PROD="canary")
    assert ended.code == 1
    assert says in ended.err
    assert "canary" not in ended.out + ended.err
