"""Undo: bytes, mode and times of the original are restored, and never over somebody's later work."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

import pytest

from migrator import files
from migrator.errors import InputError, RefusedError, WriteError
from migrator.files import writing
from tests.files.conftest import AFTER, BEFORE, metadata, names, set_attribute

LATER = AFTER + b"more: yes\n"


def change(path: Path, data: bytes = AFTER, **options: object) -> list[writing.WrittenFile]:
    """Read a file and write `data` to it."""
    return writing.write([writing.Replacement(files.read(str(path)), data)], **options)  # type: ignore[arg-type]


def test_restores_bytes_mode_and_times(values: Path) -> None:
    before, status = metadata(values), values.stat()
    change(values)
    values.chmod(0o644)
    assert writing.undo(str(values))[:3] == (str(values), None, ())
    after = values.stat()
    assert values.read_bytes() == BEFORE
    assert metadata(values) == before
    assert (after.st_mtime_ns, after.st_atime_ns) == (status.st_mtime_ns, status.st_atime_ns)
    assert names(values.parent) == ["values.yaml"]


def test_restores_extended_attributes(values: Path) -> None:
    set_attribute(values, "user.origin", b"by hand")
    before = metadata(values)
    change(values)
    set_attribute(values, "user.origin", b"later")
    writing.undo(str(values))
    assert metadata(values) == before


def test_undoes_one_migration_at_a_time(values: Path) -> None:
    change(values, AFTER)
    change(values, LATER)
    writing.undo(str(values))
    assert values.read_bytes() == AFTER
    writing.undo(str(values))
    assert values.read_bytes() == BEFORE
    (values.parent / "store").mkdir()
    for elsewhere, shown in ((None, values.parent), (str(values.parent / "store"), values.parent / "store")):
        with pytest.raises(InputError, match=f"has no backup in {shown}\\."):
            writing.undo(str(values), backup_dir=elsewhere)


def test_undoes_the_migration_that_wrote_the_current_contents(values: Path) -> None:
    change(values, AFTER)
    change(values, LATER)
    values.write_bytes(AFTER)  # restored by hand, from version control
    writing.undo(str(values))
    assert values.read_bytes() == BEFORE


def test_force_takes_the_newest_backup(values: Path) -> None:
    change(values, AFTER)
    change(values, LATER)
    values.write_bytes(b"by: somebody else\n")
    writing.undo(str(values), force=True)
    assert values.read_bytes() == AFTER


def test_a_changed_file_stays_without_force(values: Path) -> None:
    change(values)
    values.write_bytes(LATER)
    before = names(values.parent)
    with pytest.raises(RefusedError, match="has changed since the migration wrote it"):
        writing.undo(str(values))
    assert values.read_bytes() == LATER
    assert names(values.parent) == before


def test_force_keeps_the_changed_file_as_a_backup(values: Path) -> None:
    change(values)
    values.write_bytes(LATER)
    undone = writing.undo(str(values), force=True)
    assert values.read_bytes() == BEFORE
    assert undone.backup is not None
    assert Path(undone.backup).read_bytes() == LATER
    assert stat.S_IMODE(Path(undone.backup).stat().st_mode) == 0o600
    assert len(names(values.parent)) == 2
    writing.undo(str(values))
    assert values.read_bytes() == LATER


def test_a_file_that_was_restored_by_hand_needs_no_undo(values: Path) -> None:
    change(values)
    values.write_bytes(BEFORE)
    before = values.stat()
    with pytest.raises(InputError, match="already as it was before the migration"):
        writing.undo(str(values))
    after = values.stat()  # not compared whole: reading a file may change its access time
    assert (after.st_ino, after.st_mtime_ns, after.st_mode) == (before.st_ino, before.st_mtime_ns, before.st_mode)
    assert len(names(values.parent)) == 2


def test_a_damaged_backup_is_refused_without_force(values: Path) -> None:
    (written,) = change(values)
    assert written.backup is not None
    Path(written.backup).write_bytes(b"torn")
    with pytest.raises(WriteError, match=r"its backup .* has changed since it was made"):
        writing.undo(str(values))
    assert values.read_bytes() == AFTER
    writing.undo(str(values), force=True)
    assert values.read_bytes() == b"torn"
    assert Path(written.backup).exists()


def test_follows_a_symbolic_link(values: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to("values.yaml")
    change(link)
    writing.undo(str(link))
    assert link.is_symlink()
    assert values.read_bytes() == BEFORE


def test_a_backup_that_is_a_link_is_not_followed(values: Path, tmp_path: Path) -> None:
    (written,) = change(values)
    assert written.backup is not None
    backup = Path(written.backup)
    (tmp_path / "secret").write_bytes(BEFORE)
    backup.unlink()
    backup.symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="is not a regular file"):
        writing.undo(str(values))
    assert values.read_bytes() == AFTER


def test_a_backup_made_writable_by_others_meanwhile_is_not_restored(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (written,) = change(values)
    backup = Path(written.backup or "")

    def look_too_early(*_: object) -> str:
        backup.chmod(0o666)
        return ""

    monkeypatch.setattr("migrator.files.writing._distrust", look_too_early)
    with pytest.raises(InputError, match=r"its backup .* is writable by others \(mode 0666\)\. Inspect it\."):
        writing.undo(str(values))
    assert (values.read_bytes(), backup.read_bytes()) == (AFTER, BEFORE)


def test_files_with_similar_names_are_not_backups(values: Path) -> None:
    for name in (
        "values.yaml.bak",
        "values.yaml.old.bak",
        "values.yaml.1.2-3.bak",
        "values.yaml.20200101T000000Z.a-b.bak",
        "values.yaml.20200101T000000Z.a-0123456789ab.bak",
        "values.yaml.20200101T000000Z.0123456789ab-b.bak",
        "values.yaml.20200101T000000Z-x.0123456789ab-0123456789ab.bak",
        "values.yaml.20200101T00Z.0123456789ab-0123456789ab.bak",
        "values.yaml.20200101T000000Z.0123456789ab-0123456789ab.old",
        "values-yaml.20200101T000000Z.0123456789ab-0123456789ab.bak",
        "other-values.yaml.20200101T000000Z.0123456789ab-0123456789ab.bak",
    ):
        values.with_name(name).write_bytes(BEFORE)
    with pytest.raises(InputError, match="has no backup"):
        writing.undo(str(values))


def test_the_files_own_directory_may_be_given_as_backup_directory(values: Path) -> None:
    change(values, backup_dir=os.path.relpath(values.parent))
    writing.undo(str(values))
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_a_missing_backup_directory_is_refused(values: Path) -> None:
    with pytest.raises(WriteError, match="does not exist"):
        writing.undo(str(values), backup_dir=str(values.parent / "none"))


def test_a_failure_after_the_rename_is_rolled_back_whatever_the_mode(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is our own, although others may write to it, as they may to the file itself."""
    from migrator.files.recovery import make_durable

    change(values)
    values.chmod(0o666)
    rounds: list[object] = []

    def failing(paths: Iterable[str]) -> None:
        rounds.append(paths)
        if len(rounds) == 3:  # all is renamed
            raise OSError(errno.EIO, "Input/output error")
        make_durable(paths)

    monkeypatch.setattr("migrator.files.transaction.make_durable", failing)
    with pytest.raises(WriteError, match="The original is intact"):
        writing.undo(str(values))
    assert values.read_bytes() == AFTER
    assert stat.S_IMODE(values.stat().st_mode) == 0o666
