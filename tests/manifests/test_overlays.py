"""Overlays of a target: which files they are, and in which order they apply."""

from pathlib import Path

import pytest

from reconciler.manifests import load_overlays


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: str, *names: str) -> None:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n".join(f"metadata: {{name: {each}}}\n" for each in names), "utf-8")


def order(*paths: str) -> list[str]:
    return [each.layers[0].file for each in load_overlays(paths).manifests]


def test_paths_apply_in_the_order_of_the_configuration() -> None:
    write("prod/a.yaml", "a")
    write("shared/a.yaml", "a")
    assert order("shared", "prod") == ["shared/a.yaml", "prod/a.yaml"]
    assert order("prod", "shared") == ["prod/a.yaml", "shared/a.yaml"]


def test_within_a_path_files_apply_by_name() -> None:
    write("prod/b.yaml", "b")
    write("prod/a.yaml", "a")
    assert order("prod") == ["prod/a.yaml", "prod/b.yaml"]


def test_a_file_that_two_paths_lead_to_applies_once_and_for_the_last() -> None:
    write("ov/prod/a.yaml", "a")
    write("ov/z.yaml", "a")
    assert order("ov", "ov/prod") == ["ov/z.yaml", "ov/prod/a.yaml"]
    assert load_overlays(("ov", "ov/prod")).diagnostics == ()


@pytest.mark.parametrize(
    "files", [{"ov/one.yaml": ("a", "a")}, {"ov/one.yaml": ("a",), "ov/two.yaml": ("a",)}]
)
def test_two_overlays_of_one_path_for_one_manifest_are_an_error_that_names_both(
    files: dict[str, tuple[str, ...]],
) -> None:
    for file, names in files.items():
        write(file, *names)
    (fault,) = load_overlays(("ov",)).diagnostics
    (before,) = fault.related
    assert (fault.code, before.file, fault.place.file) == ("R022", "ov/one.yaml", max(files))
    assert before != fault.place


def test_a_path_that_is_not_there_is_a_fault() -> None:
    assert [each.code for each in load_overlays(("nowhere",)).diagnostics] == ["R010"]
