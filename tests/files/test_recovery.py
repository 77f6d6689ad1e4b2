"""What a killed run leaves is completed or rolled back by the next one, which says so and touches nothing else."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from migrator import files
from migrator.errors import WriteError
from migrator.files import writing
from tests.files.conftest import AFTER, BEFORE, metadata, names


class Killed(BaseException):
    """Simulates the end of the process: nothing is cleaned up after it."""


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Let the process "die" just before the given call of an `os` function; its clean-up does not run either."""

    def arm(function: str, number: int) -> None:
        calls = 0
        real = getattr(os, function)

        def die(*arguments: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls == number:
                raise Killed
            return real(*arguments, **options)

        monkeypatch.setattr(os, function, die)
        monkeypatch.setattr("migrator.files.transaction._undo", lambda *_: "dead")

    return arm


@pytest.fixture
def layers(values: Path, tmp_path: Path) -> list[Path]:
    """Three layers in two directories."""
    paths = [values, tmp_path / "b" / "values.yaml", tmp_path / "b" / "prod.yaml"]
    paths[1].parent.mkdir()
    for path in paths[1:]:
        path.write_bytes(BEFORE)
    return paths


def change(*paths: Path, **options: object) -> list[writing.WrittenFile]:
    """Read files and write AFTER to them."""
    wanted = [writing.Replacement(files.read(str(path)), AFTER) for path in paths]
    return writing.write(wanted, **options)  # type: ignore[arg-type]


def all_files(directory: Path) -> list[str]:
    """Every file below a directory."""
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


def test_recovery_reports_nothing_if_nothing_was_left(values: Path) -> None:
    change(values)
    assert writing.recover([str(values)]) == []
    assert writing.recover([str(values.with_name("none.yaml"))]) == []
    assert len(names(values.parent)) == 2


def test_a_run_killed_before_it_replaced_anything_is_rolled_back(
    layers: list[Path], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context():
        kill_at("rename", 1)
        with pytest.raises(Killed):
            change(*layers)
    monkeypatch.undo()
    assert len(all_files(tmp_path)) == 3 * 5  # file, journal, new, old, backup
    messages = writing.recover([str(layers[2])])
    assert [sentence.split(": ", 1)[0] for sentence in messages] == [str(layer) for layer in layers]
    assert all("interrupted before it replaced this file, which is unchanged" in sentence for sentence in messages)
    assert [layer.read_bytes() for layer in layers] == [BEFORE] * 3
    assert all_files(tmp_path) == ["b/prod.yaml", "b/values.yaml", "values.yaml"]


@pytest.mark.parametrize("renames", [1, 2])
@pytest.mark.parametrize("named", [0, 1, 2])
def test_a_run_killed_between_two_files_is_completed(
    layers: list[Path],
    tmp_path: Path,
    kill_at: Callable[[str, int], None],
    monkeypatch: pytest.MonkeyPatch,
    renames: int,
    named: int,
) -> None:
    before = metadata(layers[0])
    kill_at("rename", renames + 1)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    assert [layer.read_bytes() for layer in layers] == [AFTER] * renames + [BEFORE] * (3 - renames)
    messages = writing.recover([str(layers[named])])
    assert sum("what it had prepared has now been written" in sentence for sentence in messages) == 3 - renames
    assert (
        sum("it had already written this file, which stays as written" in sentence for sentence in messages) == renames
    )
    assert [layer.read_bytes() for layer in layers] == [AFTER] * 3
    assert metadata(layers[0]) == before
    assert len(all_files(tmp_path)) == 6
    for layer in layers:
        writing.undo(str(layer))
    assert [layer.read_bytes() for layer in layers] == [BEFORE] * 3


def test_the_others_are_restored_if_a_pending_file_was_changed(
    layers: list[Path], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = layers[0].stat().st_mtime_ns
    kill_at("rename", 2)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    layers[1].write_bytes(b"by: somebody else\n")
    messages = writing.recover([str(layers[0])])
    assert "the file was restored" in messages[0]
    _, found, backup = messages[1].removesuffix(").").partition("has changed since; it stays as it is (before: ")
    assert found and Path(backup).read_bytes() == BEFORE
    assert [layer.read_bytes() for layer in layers] == [BEFORE, b"by: somebody else\n", BEFORE]
    assert layers[0].stat().st_mtime_ns == times
    left = all_files(tmp_path)
    assert len(left) == 4  # the backup of the changed file stays: nothing else has its old contents
    assert next(name for name in left if name.endswith(".bak")).startswith("b/values.yaml.")


def test_a_file_changed_after_all_were_written_is_kept_with_the_others(
    layers: list[Path], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at("unlink", 1)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    layers[0].write_bytes(b"by: somebody else\n")
    messages = writing.recover([str(layers[1])])
    assert all(
        "it had already written this file, which stays as written (backup: " in sentence for sentence in messages
    )
    assert [layer.read_bytes() for layer in layers] == [b"by: somebody else\n", AFTER, AFTER]
    assert len(all_files(tmp_path)) == 6


def torn(path: Path) -> None:
    path.write_bytes(b"torn")


def open_to_others(path: Path) -> None:
    path.chmod(0o666)


def a_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


@pytest.mark.parametrize("damage", [torn, open_to_others])
def test_a_damaged_copy_is_not_restored(
    layers: list[Path],
    kill_at: Callable[[str, int], None],
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
) -> None:
    kill_at("rename", 2)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    layers[1].write_bytes(b"by: somebody else\n")
    damage(next(layers[0].parent.glob(".values.yaml.*-old")))
    writing.recover([str(layers[0])])
    assert [layer.read_bytes() for layer in layers] == [AFTER, b"by: somebody else\n", BEFORE]
    assert next(layers[0].parent.glob("values.yaml.*.bak")).read_bytes() == BEFORE


@pytest.mark.parametrize("damage", [torn, open_to_others, a_link])
@pytest.mark.parametrize("staged", [".values.yaml.*-new", ".values.yaml.*-old", "values.yaml.*.bak"])
def test_all_files_are_restored_if_a_staged_file_is_damaged(
    layers: list[Path],
    kill_at: Callable[[str, int], None],
    monkeypatch: pytest.MonkeyPatch,
    staged: str,
    damage: Callable[[Path], None],
) -> None:
    kill_at("rename", 2)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    damage(next(layers[1].parent.glob(staged)))
    messages = writing.recover([str(layers[0])])
    assert "the file was restored" in messages[0]
    assert [layer.read_bytes() for layer in layers] == [BEFORE] * 3


def test_recovery_stops_if_a_staged_file_cannot_be_read(
    layers: list[Path], kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at("rename", 2)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    real = os.open

    def fail(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith("-new"):
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path, flags, mode)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        with pytest.raises(WriteError, match=r"cleaned up: Input/output error\."):
            writing.recover([str(layers[0])])
    assert [layer.read_bytes() for layer in layers] == [AFTER, BEFORE, BEFORE]
    writing.recover([str(layers[0])])
    assert [layer.read_bytes() for layer in layers] == [AFTER] * 3


@pytest.mark.parametrize("renames", [0, 1])
def test_recovery_never_overwrites_what_somebody_wrote_meanwhile(
    layers: list[Path], kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    """Not even the same bytes that the run was about to write."""
    kill_at("rename", renames + 1)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    theirs = [b"by: somebody else\n", AFTER] if renames else [AFTER, b"by: somebody else\n"]
    for layer, data in zip(layers, theirs):
        layer.write_bytes(data)
    messages = writing.recover([str(layers[0])])
    assert all("the file has changed since; it stays as it is (before: " in sentence for sentence in messages[:2])
    assert [layer.read_bytes() for layer in layers] == [*theirs, BEFORE]


def test_an_edited_backup_is_kept_when_its_run_is_rolled_back(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at("rename", 1)
    with pytest.raises(Killed):
        change(values)
    monkeypatch.undo()
    backup = next(values.parent.glob("*.bak"))
    backup.write_bytes(b"notes of mine")
    writing.recover([str(values)])
    assert names(values.parent) == ["values.yaml", backup.name]
    assert backup.read_bytes() == b"notes of mine"


@pytest.mark.parametrize("by_hand", [AFTER, BEFORE])
def test_a_run_that_had_only_to_remove_its_journal_is_not_reported(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch, by_hand: bytes
) -> None:
    """The file was written, even if somebody then restored the old one by hand."""
    kill_at("unlink", 2)
    with pytest.raises(Killed):
        change(values)
    monkeypatch.undo()
    assert len(names(values.parent)) == 3  # the file, its backup, its journal
    values.write_bytes(by_hand)
    assert writing.recover([str(values)]) == []
    assert values.read_bytes() == by_hand
    assert len(names(values.parent)) == (2 if by_hand == AFTER else 1)


def test_a_file_restored_by_hand_is_not_reported_as_written(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at("unlink", 1)
    with pytest.raises(Killed):
        change(values)
    monkeypatch.undo()
    values.write_bytes(BEFORE)
    assert writing.recover([str(values)]) == []
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_a_run_killed_while_it_wrote_its_journals_leaves_none(
    layers: list[Path], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One journal has its record, and the others are still empty."""
    kill_at("write", 2)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    assert len(all_files(tmp_path)) == 6
    assert writing.recover([str(layers[2])]) == []
    assert all_files(tmp_path) == ["b/prod.yaml", "b/values.yaml", "values.yaml"]


def test_a_file_is_recovered_even_if_the_folder_of_another_is_gone(
    layers: list[Path], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at("rename", 1)
    with pytest.raises(Killed):
        change(*layers)
    monkeypatch.undo()
    shutil.rmtree(layers[1].parent)
    (message,) = writing.recover([str(layers[0])])
    assert message.startswith(f"{layers[0]}: an earlier run was interrupted before it replaced this file")
    assert layers[0].read_bytes() == BEFORE
    assert names(tmp_path) == ["values.yaml"]


def test_an_undo_that_was_killed_is_completed(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(values)
    kill_at("unlink", 1)
    with pytest.raises(Killed):
        writing.undo(str(values))
    monkeypatch.undo()
    assert len(writing.recover([str(values)])) == 1
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_a_backup_that_was_changed_meanwhile_is_not_removed(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (written,) = change(values)
    kill_at("unlink", 1)
    with pytest.raises(Killed):
        writing.undo(str(values))
    monkeypatch.undo()
    assert written.backup is not None
    Path(written.backup).write_bytes(b"notes of mine")
    writing.recover([str(values)])
    assert Path(written.backup).read_bytes() == b"notes of mine"


def test_a_journal_that_another_run_just_removed_is_not_a_lock(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    flock = fcntl.flock
    locked: list[int] = []

    def lock_too_late(descriptor: int, operation: int) -> None:
        if not locked:
            values.with_name(".values.yaml.infrahub-migrator").unlink()
        locked.append(descriptor)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock_too_late)
    assert len(change(values)) == 1
    assert len(locked) == 2
    assert len(names(values.parent)) == 2


def test_a_journal_that_another_run_just_created_is_not_recovered(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = values.with_name(".values.yaml.infrahub-migrator")
    real = os.open

    def open_too_early(path: str, flags: int, mode: int = 0o777) -> int:
        try:
            return real(path, flags, mode)
        except FileNotFoundError:
            journal.touch()
            raise

    monkeypatch.setattr(os, "open", open_too_early)
    assert writing.recover([str(values)]) == []
    assert journal.exists()


@pytest.mark.parametrize("how", ["write", "create", "undo"])
def test_a_write_without_recovery_recovers_and_stops(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def act() -> None:
        if how == "write":
            change(values)
        elif how == "create":
            writing.create(str(values), AFTER, like=None)
        else:
            writing.undo(str(values))

    if how == "undo":
        change(values)
    kill_at("rename", 1)
    with pytest.raises(Killed):
        act()
    monkeypatch.undo()
    with pytest.raises(
        WriteError, match=r"interrupted before it replaced this file, which is unchanged\. Check that, and run again"
    ):
        act()
    act()
    assert values.read_bytes() == (BEFORE if how == "undo" else AFTER)
    assert len(names(values.parent)) == (2 if how == "write" else 1)


def test_a_journal_left_meanwhile_by_a_killed_run_is_kept(
    values: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at("rename", 1)
    with pytest.raises(Killed):
        change(values)
    monkeypatch.undo()
    monkeypatch.setattr("migrator.files.writing._refuse_leftovers", lambda paths: None)
    before = names(values.parent)
    with pytest.raises(WriteError, match="earlier run was interrupted while writing this file"):
        change(values)
    assert names(values.parent) == before
    assert len(writing.recover([str(values)])) == 1


def test_recovery_refuses_while_another_run_is_working(values: Path) -> None:
    import fcntl

    journal = values.with_name(".values.yaml.infrahub-migrator")
    with open(journal, "wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(WriteError, match="another run is working"):
            writing.recover([str(values)])
        with pytest.raises(WriteError, match="another run is working"):
            change(values)
    assert writing.recover([str(values)]) == []
    assert names(values.parent) == ["values.yaml"]


def forge_journal(values: Path, **fields: str) -> Path:
    """A journal in the right format, such as a repository could contain."""
    token = "0123456789abcdef"
    entry = {
        "target": str(values),
        "token": token,
        "old": sha256(BEFORE).hexdigest(),
        "new": sha256(AFTER).hexdigest(),
        "backup": "",
        "spent": "",
        **fields,
    }
    line = json.dumps({"format": 1, "tool": "0", "files": [entry]}).encode() + b"\n"
    journal = values.with_name(".values.yaml.infrahub-migrator")
    journal.write_bytes(line + sha256(line).hexdigest().encode() + b"\n")
    return journal


@pytest.mark.parametrize("field", ["target", "backup", "spent", "token"])
def test_a_journal_cannot_point_to_other_files(values: Path, tmp_path: Path, field: str) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(AFTER)
    forge_journal(values, **{field: str(precious)})
    with pytest.raises(WriteError, match="was not written for this file"):
        writing.recover([str(values)])
    assert precious.read_bytes() == AFTER
    assert values.read_bytes() == BEFORE


@pytest.mark.parametrize("field", ["backup", "spent"])
def test_a_journal_cannot_point_to_a_backup_of_another_migration(values: Path, field: str) -> None:
    older = values.with_name(f"values.yaml.20260624T101500Z.{'0' * 12}-{'1' * 12}-6fd0c1.bak")
    older.write_bytes(b"older: still\n")
    forge_journal(values, **{field: str(older)})
    with pytest.raises(WriteError, match="was not written for this file"):
        writing.recover([str(values)])
    assert older.read_bytes() == b"older: still\n"


@pytest.mark.parametrize("way", ["", "{folder}/../{name}/"])
def test_a_journal_cannot_point_to_a_backup_by_an_indirect_path(values: Path, way: str) -> None:
    digits = f"{sha256(BEFORE).hexdigest()[:12]}-{sha256(AFTER).hexdigest()[:12]}"
    folder = way.format(folder=values.parent, name=values.parent.name)
    forge_journal(values, backup=f"{folder}values.yaml.20260624T101500Z.{digits}-6fd0c1.bak")
    with pytest.raises(WriteError, match="was not written for this file"):
        writing.recover([str(values)])
    assert values.read_bytes() == BEFORE


def test_a_journal_with_an_impossible_file_name_is_refused(values: Path) -> None:
    digits = f"{sha256(BEFORE).hexdigest()[:12]}-{sha256(AFTER).hexdigest()[:12]}"
    forge_journal(values, backup=f"{values}.20260624T101500Z.{digits}-\0.bak")
    with pytest.raises(WriteError, match="was not written for this file"):
        writing.recover([str(values)])
    assert values.read_bytes() == BEFORE


def test_a_journal_is_not_followed_to_a_file_without_one(values: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "values.yaml"
    other.parent.mkdir()
    other.write_bytes(BEFORE)
    token = "0123456789abcdef"
    digests = {"old": sha256(BEFORE).hexdigest(), "new": sha256(AFTER).hexdigest()}
    fresh = other.with_name(f".values.yaml.infrahub-migrator-{token}-new")
    fresh.write_bytes(AFTER)
    entries = [{"target": str(path), "token": token, **digests, "backup": "", "spent": ""} for path in (values, other)]
    line = json.dumps({"format": 1, "tool": "0", "files": entries}).encode() + b"\n"
    values.with_name(".values.yaml.infrahub-migrator").write_bytes(line + sha256(line).hexdigest().encode() + b"\n")
    values.write_bytes(AFTER)
    writing.recover([str(values)])
    assert other.read_bytes() == BEFORE
    assert fresh.exists()


def test_a_journal_is_not_followed_to_a_file_whose_journal_differs(values: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes(BEFORE)
    token = "0123456789abcdef"
    fields = {"token": token, "old": sha256(BEFORE).hexdigest(), "new": sha256(AFTER).hexdigest()}
    other.with_name(f".other.yaml.infrahub-migrator-{token}-new").write_bytes(AFTER)
    other.with_name(f".other.yaml.infrahub-migrator-{token}-old").write_bytes(BEFORE)
    entries = [{"target": str(path), **fields, "backup": "", "spent": ""} for path in (values, other)]
    for path, recorded in ((values, entries), (other, entries[1:])):
        line = json.dumps({"format": 1, "tool": "0", "files": recorded}).encode() + b"\n"
        journal = path.with_name(f".{path.name}.infrahub-migrator")
        journal.write_bytes(line + sha256(line).hexdigest().encode() + b"\n")
    values.write_bytes(AFTER)
    writing.recover([str(values)])
    assert other.read_bytes() == BEFORE
    assert len([name for name in names(tmp_path) if name.startswith(".other.yaml")]) == 3


def test_a_staged_file_that_is_a_symbolic_link_is_not_used(values: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(AFTER)
    forge_journal(values)
    values.with_name(".values.yaml.infrahub-migrator-0123456789abcdef-new").symlink_to(secret)
    writing.recover([str(values)])
    assert not values.is_symlink()
    assert values.read_bytes() == BEFORE
    assert secret.read_bytes() == AFTER
    assert names(tmp_path) == ["secret", "values.yaml"]


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"{", b"[]\n", b"x" * 5000],
)
def test_a_torn_journal_means_that_nothing_was_replaced(values: Path, text: bytes) -> None:
    values.with_name(".values.yaml.infrahub-migrator").write_bytes(text)
    assert writing.recover([str(values)]) == []
    assert names(values.parent) == ["values.yaml"]


@pytest.mark.parametrize("line", [b"\xff\n", b"[]\n", b"{}\n", b'{"format": 1}\n', b'{"format": 1, "files": [3]}\n'])
def test_a_malformed_journal_is_refused(values: Path, line: bytes) -> None:
    journal = values.with_name(".values.yaml.infrahub-migrator")
    journal.write_bytes(line + sha256(line).hexdigest().encode() + b"\n")
    with pytest.raises(WriteError, match="was not written for this file"):
        writing.recover([str(values)])


def test_a_journal_of_a_later_version_is_refused(values: Path) -> None:
    line = b'{"format": 2}\n'
    values.with_name(".values.yaml.infrahub-migrator").write_bytes(line + sha256(line).hexdigest().encode() + b"\n")
    with pytest.raises(WriteError, match="left by another version of this tool"):
        writing.recover([str(values)])


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_rename_leaves_the_old_file(
    values: Path, monkeypatch: pytest.MonkeyPatch, kind: signal.Signals
) -> None:
    from migrator.files import transaction

    stage = transaction._stage

    def stage_and_signal(*arguments: object) -> None:
        signal.pthread_kill(threading.get_ident(), kind)
        stage(*arguments)  # type: ignore[arg-type]

    class SignalledError(Exception):
        pass

    def raise_signalled(*_: object) -> None:
        raise SignalledError

    monkeypatch.setattr(transaction, "_stage", stage_and_signal)
    former = signal.signal(kind, raise_signalled)
    try:
        with pytest.raises(SignalledError):
            change(values)
    finally:
        signal.signal(kind, former)
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_a_signal_after_the_rename_has_no_effect(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename
    heard: list[object] = []

    def rename_and_signal(*arguments: str) -> None:
        rename(*arguments)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    monkeypatch.setattr(os, "rename", rename_and_signal)
    former = signal.signal(signal.SIGINT, lambda *_: heard.append("^C"))
    try:
        assert len(change(values)) == 1
    finally:
        signal.signal(signal.SIGINT, former)
    assert heard == []
    assert values.read_bytes() == AFTER
    assert len(names(values.parent)) == 2


def test_a_fatal_signal_takes_effect_once_everything_is_written(values: Path) -> None:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        rename = os.rename

        def rename_and_signal(*arguments: str) -> None:
            rename(*arguments)
            os.kill(os.getpid(), signal.SIGTERM)

        os.rename = rename_and_signal  # type: ignore[assignment]
        try:
            change(values)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
    assert values.read_bytes() == AFTER
    assert len(names(values.parent)) == 2


def test_an_ignored_signal_stays_ignored(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from migrator.files import transaction

    stage = transaction._stage

    def stage_and_signal(*arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        stage(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(transaction, "_stage", stage_and_signal)
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert len(change(values)) == 1
    finally:
        signal.signal(signal.SIGHUP, former)
    assert values.read_bytes() == AFTER


def test_a_forged_journal_of_several_files_removes_none(values: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes(BEFORE)
    digests = {"old": "", "new": sha256(BEFORE).hexdigest()}
    token = "0123456789abcdef"
    entries = [
        {"target": str(values), "token": token, **digests, "backup": "", "spent": ""},
        {"target": str(other), "token": token, "old": "0" * 64, "new": "1" * 64, "backup": "", "spent": ""},
    ]
    line = json.dumps({"format": 1, "tool": "0", "files": entries}).encode() + b"\n"
    for path in (values, other):
        journal = path.with_name(f".{path.name}.infrahub-migrator")
        journal.write_bytes(line + sha256(line).hexdigest().encode() + b"\n")
    with pytest.raises(WriteError, match="was not written for this file"):
        writing.recover([str(values), str(other)])
    assert values.read_bytes() == other.read_bytes() == BEFORE


def test_recovery_ignores_paths_that_cannot_exist(values: Path) -> None:
    assert writing.recover([str(values / "below.yaml"), str(values.with_name("v" * 250)), "-"]) == []


def test_a_rollback_that_fails_is_left_to_the_next_run(
    layers: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename
    calls = 0

    def fail_from_the_second_on(*paths: str) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO), paths[0], None, paths[1])
        rename(*paths)

    monkeypatch.setattr(os, "rename", fail_from_the_second_on)
    with pytest.raises(WriteError, match="each file is intact, and the next run repairs this") as caught:
        change(*layers)
    monkeypatch.undo()
    assert str(layers[0]) in str(caught.value)
    assert [layer.read_bytes() for layer in layers] == [AFTER, BEFORE, BEFORE]
    writing.recover([str(layers[0])])
    assert [layer.read_bytes() for layer in layers] == [BEFORE] * 3
    assert all_files(tmp_path) == ["b/prod.yaml", "b/values.yaml", "values.yaml"]


def test_a_rollback_that_fails_after_a_change_by_others_is_reported(
    layers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def rename_once(*paths: str) -> None:
        rename(*paths)
        layers[1].write_bytes(b"by: somebody else\n")
        monkeypatch.setattr(os, "rename", refuse)

    def refuse(*paths: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), paths[0], None, paths[1])

    monkeypatch.setattr(os, "rename", rename_once)
    with pytest.raises(
        WriteError, match=r"b/values\.yaml: has changed since it was read\. .* It could not be rolled back at"
    ):
        change(*layers)
    assert [layer.read_bytes() for layer in layers] == [AFTER, b"by: somebody else\n", BEFORE]


def test_a_rename_that_fails_is_rolled_back(
    layers: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, status = metadata(layers[0]), layers[0].stat()
    rename = os.rename
    calls = 0

    def fail_at_the_third(*paths: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(errno.EIO, os.strerror(errno.EIO), paths[0], None, paths[1])
        rename(*paths)

    monkeypatch.setattr(os, "rename", fail_at_the_third)
    with pytest.raises(
        WriteError, match=r"b/prod\.yaml: could not be written: Input/output error .* original is intact"
    ):
        change(*layers)
    assert [layer.read_bytes() for layer in layers] == [BEFORE] * 3
    assert metadata(layers[0]) == before
    assert layers[0].stat().st_mtime_ns == status.st_mtime_ns
    assert all_files(tmp_path) == ["b/prod.yaml", "b/values.yaml", "values.yaml"]


def test_a_rename_that_worked_but_reported_an_error_is_rolled_back(
    values: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a network file system may do if its answer is lost on the way."""
    before, rename = metadata(values), os.rename
    calls = 0

    def answer_lost(*paths: str) -> None:
        nonlocal calls
        calls += 1
        rename(*paths)
        if calls == 1:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), paths[0], None, paths[1])

    monkeypatch.setattr(os, "rename", answer_lost)
    with pytest.raises(WriteError, match="The original is intact"):
        change(values)
    assert (values.read_bytes(), metadata(values)) == (BEFORE, before)
    assert all_files(tmp_path) == ["values.yaml"]


def test_the_backup_is_kept_if_a_failed_rename_cannot_be_rolled_back(
    values: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename
    calls = 0

    def answer_lost_and_then_the_link(*paths: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            rename(*paths)
        raise OSError(errno.EIO, os.strerror(errno.EIO), paths[0], None, paths[1])

    monkeypatch.setattr(os, "rename", answer_lost_and_then_the_link)
    with pytest.raises(WriteError, match=r"It could not be rolled back at .* the next run repairs this"):
        change(values)
    monkeypatch.undo()
    (message,) = writing.recover([str(values)])
    assert values.read_bytes() == AFTER
    (backup,) = [name for name in all_files(tmp_path) if name.endswith(".bak")]
    assert f"it had already written this file, which stays as written (backup: {tmp_path / backup})" in message
    assert writing.undo(str(values)).path == str(values)
    assert values.read_bytes() == BEFORE


SERVER = """\
prefect-server:
  server:
    env:
      - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
      - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
"""
BACKGROUND = """\
prefect-server:
  backgroundServices:
    runAsSeparateDeployment: true
    messaging: {redis: {host: redis, db: 1}}
"""


def test_migrate_reads_the_files_as_recovery_left_them(
    cli: Callable[..., Any], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run was killed between two layers, and one was edited since: the other is restored, then both are read."""
    (tmp_path / "server.yaml").write_text(SERVER)
    (tmp_path / "background.yaml").write_text(BACKGROUND)
    command = ("migrate", "-f", "server.yaml", "-f", "background.yaml", "--redis-db", "2", "--non-interactive")
    kill_at("rename", 2)
    with pytest.raises(Killed):
        cli(*command)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    replaced = [
        name for name in ("server.yaml", "background.yaml") if "MIGRATE_ON_START" in (tmp_path / name).read_text()
    ]
    (tmp_path / "background.yaml").write_text(BACKGROUND + "# edited meanwhile\n")

    dry = cli(*command, "--dry-run")
    again = cli(*command)

    assert replaced == ["server.yaml"]
    assert b"an earlier run was interrupted" not in dry.stderr
    assert (
        again.returncode,
        b"server.yaml: an earlier run was interrupted; the file was restored" in again.stderr,
    ) == (
        0,
        True,
    )
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START" in (tmp_path / "server.yaml").read_text()
    assert "TRIGGERS" not in (tmp_path / "server.yaml").read_text()
    assert "redis://redis:6379/2" in (tmp_path / "background.yaml").read_text()
    assert cli("check", "-f", "server.yaml", "-f", "background.yaml").returncode == 0


def test_migrate_removes_leftovers_next_to_its_output(
    cli: Callable[..., Any], tmp_path: Path, kill_at: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output is written, and only the clean-up was interrupted: there is nothing to write, only files to remove."""
    (tmp_path / "values.yaml").write_text(SERVER + BACKGROUND.replace("prefect-server:\n", ""))
    (tmp_path / "out.yaml").write_text("of: another run\n")
    command = ("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--output", "out.yaml")
    kill_at("unlink", 1)
    with pytest.raises(Killed):
        cli(*command)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]

    assert cli(*command).returncode == 0
    assert left
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
