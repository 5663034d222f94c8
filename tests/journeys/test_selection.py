"""`--selector` and `--only`: what fits nothing is never taken for nothing to do."""

import pytest

from tests.journeys.desk import Desk


@pytest.fixture
def labelled(desk: Desk) -> Desk:
    """Two manifests that are applied, one of them with a label."""
    desk.configure()
    for key, labels in (("a", {"team": "support"}), ("b", {})):
        spec = {"provider": "vapi", "sipUri": f"sip:{key}@sip.vapi.ai"}
        desk.manifest(key, spec, metadata={"labels": labels})
    assert desk.run("apply", "--auto-approve").code == 0
    return desk


COMMANDS = [("validate",), ("plan",), ("plan", "--offline"), ("apply", "--auto-approve")]


@pytest.mark.parametrize("command", [*COMMANDS, ("reconcile",)])
def test_labels_that_no_manifest_has_are_a_warning(
    labelled: Desk, command: tuple[str, ...]
) -> None:
    ended = labelled.run(*command, "--selector", "team=suport")
    assert ended.code == 0
    assert "warning: prod: no manifest that is meant has the label team=suport" in ended.err
    assert "warning" not in labelled.run(*command, "--selector", "team=support").err


def test_labels_that_none_of_the_named_has_are_a_warning(labelled: Desk) -> None:
    ended = labelled.run("plan", "--selector", "team=support", "--only", "b")
    assert "has the label team=support" in ended.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_no_manifest_has_is_an_error(labelled: Desk, command: tuple[str, ...]) -> None:
    ended = labelled.run(*command, "--only", "zzz")
    assert (ended.code, ended.out) == (1, "")
    assert "--only zzz: there is no manifest of that name" in ended.err
    assert "there are: a, b" in ended.err


@pytest.mark.parametrize("command", COMMANDS[:3])
def test_a_name_that_the_lock_still_has_is_none(labelled: Desk, command: tuple[str, ...]) -> None:
    (labelled.directory / "numbers" / "b.yaml").unlink()
    assert labelled.run(*command, "--only", "b").code == 0
