"""The lock file: whole or not at all, and never of another account."""

import os
import subprocess
import sys
from json import loads
from pathlib import Path
from stat import S_IMODE
from threading import Thread

import pytest

from reconciler.errors import InputError
from reconciler.held import Turn
from reconciler.lockfile import LockWriter, locked_targets, read_lock, write_atomically
from reconciler.lockfile.disk import mark_of
from reconciler.model import Lock, LockEntry, SecretMark

URL = "https://api.vapi.ai"
ENTRY = LockEntry("1", "vapi", {"name": "a"}, {"p": SecretMark("f", shown=True)}, True)


def writer(path: Path, target: str = "prod") -> LockWriter:
    return LockWriter(path, target, URL, read_lock(path, target, URL))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    writer(path).update({"a": ENTRY})
    assert read_lock(path, "prod", URL).entries == {"a": ENTRY}


def test_a_missing_lock_is_an_empty_one(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "lock", "prod", URL).entries == {}


def test_a_key_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    writer(path).update({"a": ENTRY, "b": ENTRY})
    writer(path).update({}, gone=["a"])
    assert list(read_lock(path, "prod", URL).entries) == ["b"]


def test_targets_keep_to_themselves(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    writer(path, "prod").update({"a": ENTRY})
    writer(path, "staging").update({"b": ENTRY})
    assert list(read_lock(path, "prod", URL).entries) == ["a"]


def test_the_salt_stays(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = writer(path)
    first.update({"a": ENTRY})
    assert read_lock(path, "prod", URL).salt == first.lock.salt


def test_it_is_sorted_and_stable(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    LockWriter(one, "prod", URL, Lock("s")).update({"b": ENTRY, "a": ENTRY})
    LockWriter(other, "prod", URL, Lock("s")).update({"a": ENTRY})
    LockWriter(other, "prod", URL, read_lock(other, "prod", URL)).update({"b": ENTRY})
    assert one.read_bytes() == other.read_bytes()


def test_what_another_writer_put_in_between_two_writes_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = writer(path, "prod")
    first.update({"a": ENTRY})
    writer(path, "staging").update({"b": ENTRY})
    first.update({"c": ENTRY})
    assert list(read_lock(path, "staging", URL).entries) == ["b"]
    assert list(read_lock(path, "prod", URL).entries) == ["a", "c"]


def test_which_targets_a_file_knows_can_be_asked(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert locked_targets(path) == ()
    writer(path, "staging").update({"b": ENTRY})
    writer(path, "prod").update({"a": ENTRY})
    assert locked_targets(path) == ("prod", "staging")
    path.write_text("{")
    with pytest.raises(InputError, match="not whole JSON"):
        locked_targets(path)


@pytest.mark.parametrize("text", ["123456789012345678901234567890", '"\\ud800"'])
def test_all_that_json_can_say_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock"
    path.write_text(f'{{"formatVersion": "1.0", "targets": {{}}, "note": {text}}}')
    writer(path).update({"a": ENTRY})
    assert loads(path.read_text())["note"] == loads(text)


def test_threads_that_write_together_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    shared = writer(path)
    threads = [Thread(target=shared.update, args=({f"k{i}": ENTRY},)) for i in range(40)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(loads(path.read_text())["targets"]["prod"]["numbers"]) == 40


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not whole JSON"),
        ("[]", "not a lock file"),
        ('{"formatVersion": "2.0", "targets": {}}', "format version 2.0"),
        ('{"formatVersion": "1.0", "targets": {"prod": []}}', "not whole"),
        ('{"formatVersion": "1.0", "targets": {"prod": {"salt": "s"}}}', "not whole"),
        (
            '{"formatVersion": "1.0", "targets": {"prod": {"salt": "s", "numbers": []}}}',
            "not whole: it lacks its numbers",
        ),
        (
            '{"formatVersion": "1.0", "targets": {"prod": {"baseUrl": "https://other"}}}',
            "locked for https://other",
        ),
        (
            '{"formatVersion": "1.0", "targets": {"prod": {"baseUrl": "http://["}}}',
            r"locked for http://\[, and now is",
        ),
    ],
)
def test_a_lock_that_cannot_be_trusted_is_an_error(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "lock"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_lock(path, "prod", URL)


@pytest.mark.parametrize(
    "entry",
    [
        '{"id": "x"}',
        "[]",
        '{"id": 1, "provider": "vapi"}',
        '"text"',
        '{"id": null}',
        *(
            f'{{"id": "x", "provider": "vapi", {more}}}'
            for more in (
                '"applied": ["x"]',
                '"replaced": [["x"]]',
                '"replaced": "x"',
                '"replacing": [1]',
                '"replacing": null',
                '"preventDestroy": "no"',
                '"secrets": []',
                '"secrets": {"p": []}',
                '"secrets": {"p": {"fingerprint": ["f"], "shown": true}}',
                '"secrets": {"p": {"fingerprint": "f", "shown": 1}}',
                '"secrets": {"p": {"fingerprint": "f", "shown": true, "declared": null}}',
            )
        ),
    ],
)
def test_a_number_of_the_lock_that_is_not_whole_is_named(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "lock"
    section = f'{{"salt": "s", "numbers": {{"a": {entry}}}}}'
    path.write_text(f'{{"formatVersion": "1.0", "targets": {{"prod": {section}}}}}')
    with pytest.raises(InputError, match=r"prod is not whole: number a is not as it was written$"):
        read_lock(path, "prod", URL)


def test_a_conflict_that_a_merge_left_is_told_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text('{\n<<<<<<< HEAD\n  "a": 1\n=======\n  "a": 2\n>>>>>>> other\n}\n')
    with pytest.raises(InputError, match=r"lock:2: a merge left its conflict") as raised:
        read_lock(path, "prod", URL)
    assert f"git checkout --ours {path}" in raised.value.help
    assert "delete" in raised.value.help


def test_a_failed_write_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "lock"
    write_atomically(path, "old")
    path.chmod(mode)
    write_atomically(path, "new")
    assert (path.read_text(), S_IMODE(path.stat().st_mode)) == ("new", mode)


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_umask_gives(
    tmp_path: Path, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "lock", "new")
    finally:
        os.umask(before)
    assert S_IMODE((tmp_path / "lock").stat().st_mode) == mode


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_one_and_the_file_that_it_names_is_written(
    tmp_path: Path, is_there: bool
) -> None:
    real, link = tmp_path / "real" / "kept", tmp_path / "lock"
    real.parent.mkdir()
    if is_there:
        real.write_text("old")
        real.chmod(0o600)
    link.symlink_to("middle")
    (tmp_path / "middle").symlink_to(real)
    assert write_atomically(link, "new", follow=True) == mark_of(link)
    assert (link.is_symlink(), real.is_symlink(), real.read_text()) == (True, False, "new")
    assert (files(real.parent), files(tmp_path)) == (["kept"], ["lock", "middle", "real"])
    assert not is_there or S_IMODE(real.stat().st_mode) == 0o600


def test_a_link_that_is_not_to_be_followed_is_replaced_and_its_file_left(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("theirs")
    (tmp_path / "told").symlink_to("other")
    write_atomically(tmp_path / "told", "ours")
    assert (tmp_path / "other").read_text() == "theirs"
    assert ((tmp_path / "told").is_symlink(), (tmp_path / "told").read_text()) == (False, "ours")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere/lock", "No such file or directory"),
        ("lock", "Too many levels of symbolic links"),
        ("pipe", "it is no regular file"),
        (".", "Is a directory"),
    ],
)
def test_a_path_that_leads_to_no_file_is_left_as_it_is(
    tmp_path: Path, target: str, why: str
) -> None:
    link = tmp_path / "lock"
    os.mkfifo(tmp_path / "pipe")
    link.symlink_to(target)
    with pytest.raises(OSError, match=why) as raised:
        write_atomically(link, "new", follow=True)
    assert raised.value.filename == str(link)
    assert (str(link.readlink()), (tmp_path / "pipe").is_fifo()) == (target, True)
    assert files(tmp_path) == ["lock", "pipe"]


def test_what_a_bad_file_kept_from_being_written_is_written_once_it_is_mended(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    shared = writer(path)
    shared.update({"a": ENTRY})
    good = path.read_text()
    path.write_text("<<<<<<< HEAD\n")
    with pytest.raises(InputError, match="a merge left its conflict"):
        shared.change("b", lambda _: ENTRY)
    assert path.read_text() == "<<<<<<< HEAD\n"
    path.write_text(good)
    shared.change("c", lambda _: ENTRY)
    assert list(read_lock(path, "prod", URL).entries) == ["a", "b", "c"]


WRITE = """
import sys
from pathlib import Path
from reconciler.lockfile import LockWriter, read_lock
from reconciler.model import LockEntry
path, target, url = Path(sys.argv[1]), sys.argv[2], "https://api.vapi.ai"
writer = LockWriter(path, target, url, read_lock(path, target, url))
print("ready", flush=True)
sys.stdin.readline()
for index in range(60):
    writer.update({f"k{index}": LockEntry(str(index), "vapi")})
"""


@pytest.mark.parametrize("other", ["lock", "link"])
def test_processes_that_write_of_two_targets_lose_nothing(tmp_path: Path, other: str) -> None:
    path = tmp_path / "lock"
    (tmp_path / "link").symlink_to(path)
    targets = {"prod": path, "staging": tmp_path / other}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(each), target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for target, each in targets.items()
    ]
    for each in writers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    for each in writers:
        with each:
            assert each.wait(60) == 0
    assert [len(read_lock(path, each, URL).entries) for each in targets] == [60, 60]


def test_a_lock_that_cannot_be_kept_from_others_is_not_written(tmp_path: Path) -> None:
    (tmp_path / ".lock.lock").mkdir()
    with pytest.raises(OSError, match=r"\.lock\.lock") as raised:
        writer(tmp_path / "lock").update({"a": ENTRY})
    assert (raised.value.strerror, files(tmp_path)) == ("Is a directory", [".lock.lock"])


def test_a_writer_that_never_ends_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with Turn(path).taken(), pytest.raises(OSError, match="another process holds it"):
        take_a_turn(path, 0.01)


def take_a_turn(path: Path, patience: float) -> None:
    with Turn(path).taken(patience):
        pass


def files(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())
