"""`--output PATH`: the file is written whole or not at all, and only where it was asked for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

import pytest

from migrator import files
from migrator.errors import WriteError
from migrator.files import writing
from tests.files.conftest import AFTER, BEFORE, names


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_gets_the_mode_of_the_input(values: Path) -> None:
    output = values.with_name("out.yaml")
    writing.create(str(output), AFTER, like=files.read(str(values)))
    assert output.read_bytes() == AFTER
    assert mode(output) == 0o600
    assert names(values.parent) == ["out.yaml", "values.yaml"]


def test_without_an_input_file_the_umask_decides(tmp_path: Path) -> None:
    former = os.umask(0o027)
    try:
        writing.create(str(tmp_path / "out.yaml"), AFTER, like=None)
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(former)
    assert mode(tmp_path / "out.yaml") == 0o640


def test_a_private_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    former = os.umask(0o022)
    try:
        writing.create(str(tmp_path / "answers.yaml"), AFTER, like=None, private=True)
    finally:
        os.umask(former)
    assert mode(tmp_path / "answers.yaml") == 0o600


def test_an_existing_file_is_replaced_and_keeps_its_mode(values: Path) -> None:
    output = values.with_name("out.yaml")
    output.write_bytes(BEFORE)
    output.chmod(0o644)
    assert writing.create(str(output), AFTER, like=files.read(str(values))) == writing.WrittenFile(str(output), None)
    assert output.read_bytes() == AFTER
    assert mode(output) == 0o644
    assert names(values.parent) == ["out.yaml", "values.yaml"]


def test_an_existing_file_is_kept_as_a_backup(values: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.yaml"
    store = tmp_path / "store"
    store.mkdir()
    for kept, place in ((None, tmp_path), (str(store), store)):
        output.write_bytes(BEFORE)
        written = writing.create(str(output), AFTER, like=files.read(str(values)), backup=True, backup_dir=kept)
        assert written.backup is not None
        assert Path(written.backup).parent == place
        assert Path(written.backup).read_bytes() == BEFORE
        assert output.read_bytes() == AFTER
    assert writing.undo(str(output), backup_dir=str(store)).path == str(output)
    assert output.read_bytes() == BEFORE


def test_a_new_file_needs_no_backup(values: Path) -> None:
    output = values.with_name("out.yaml")
    assert writing.create(str(output), AFTER, like=None, backup=True) == writing.WrittenFile(str(output), None)
    assert names(values.parent) == ["out.yaml", "values.yaml"]


def test_output_is_not_created_if_its_backup_directory_is_missing(values: Path) -> None:
    missing = str(values.with_name("none"))
    with pytest.raises(WriteError, match="the backup directory does not exist"):
        writing.create(str(values.with_name("out.yaml")), AFTER, like=None, backup=True, backup_dir=missing)
    assert names(values.parent) == ["values.yaml"]


def test_a_file_that_cannot_be_accessed_is_not_taken_for_missing(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = values.with_name("out.yaml")
    output.write_bytes(BEFORE)
    real = os.lstat

    def failing(path: str) -> os.stat_result:
        if path == str(output):
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path)

    monkeypatch.setattr(os, "lstat", failing)
    with pytest.raises(WriteError, match=r"cannot be accessed: Input/output error\. Nothing was written\."):
        writing.create(str(output), AFTER, like=files.read(str(values)))
    assert output.read_bytes() == BEFORE
    assert names(values.parent) == ["out.yaml", "values.yaml"]


def test_a_file_created_meanwhile_is_not_overwritten(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from migrator.files.journal import Journal, claim

    output = values.with_name("out.yaml")

    def create_and_claim(target: str, shown: str, *, create: bool) -> Journal | None:
        output.write_bytes(b"by: somebody else\n")
        return claim(target, shown, create=create)

    monkeypatch.setattr("migrator.files.transaction.claim", create_and_claim)
    with pytest.raises(WriteError, match="has changed since it was read"):
        writing.create(str(output), AFTER, like=files.read(str(values)))
    assert output.read_bytes() == b"by: somebody else\n"
    assert names(values.parent) == ["out.yaml", "values.yaml"]


def test_a_failure_after_the_rename_leaves_no_new_file(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from migrator.files.recovery import make_durable

    rounds: list[object] = []

    def failing(paths: Iterable[str]) -> None:
        rounds.append(paths)
        if len(rounds) == 3:  # all is renamed
            raise OSError(errno.EIO, "Input/output error")
        make_durable(paths)

    monkeypatch.setattr("migrator.files.transaction.make_durable", failing)
    with pytest.raises(WriteError, match="could not be written: Input/output error"):
        writing.create(str(values.with_name("out.yaml")), AFTER, like=None)
    assert names(values.parent) == ["values.yaml"]


def test_equal_bytes_touch_nothing(values: Path) -> None:
    output = values.with_name("out.yaml")
    writing.create(str(output), AFTER, like=files.read(str(values)))
    before = output.stat()
    writing.create(str(output), AFTER, like=files.read(str(values)))
    assert (output.stat().st_ino, output.stat().st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_never_writes_through_a_symbolic_link(values: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"keep")
    link = tmp_path / "out.yaml"
    for target in (precious, tmp_path / "none"):
        link.symlink_to(target)
        with pytest.raises(WriteError, match="symbolic link"):
            writing.create(str(link), AFTER, like=None)
        link.unlink()
    assert precious.read_bytes() == b"keep"
    assert names(tmp_path) == ["precious", "values.yaml"]


def test_refuses_the_input_itself(values: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.symlink_to(tmp_path)
    for path in (values, folder / "values.yaml"):
        with pytest.raises(WriteError, match="input itself"):
            writing.create(str(path), AFTER, like=files.read(str(values)))
    assert values.read_bytes() == BEFORE


@pytest.mark.parametrize(
    ("path", "words"), [("/dev/null", "device"), ("/dev", "directory"), ("/proc/none/x", "No such file")]
)
def test_refuses_a_device_a_directory_and_a_missing_folder(path: str, words: str) -> None:
    with pytest.raises(WriteError, match=words):
        writing.create(path, AFTER, like=None)


def test_refuses_a_fifo_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.yaml")
    with pytest.raises(WriteError, match="FIFO"):
        writing.create(str(tmp_path / "out.yaml"), AFTER, like=None)
    assert names(tmp_path) == ["out.yaml"]


@pytest.mark.parametrize("ending", ["folder/", "folder/.", "folder/..", "missing/", ""])
def test_refuses_a_path_without_a_name(tmp_path: Path, ending: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError, match=r"is a directory, not a file\. Name the file\."):
        writing.create(ending and f"{tmp_path}/{ending}", AFTER, like=None)
    assert names(tmp_path) == ["folder"]


def test_resolves_a_path_as_the_system_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep" / "folder").mkdir(parents=True)
    (tmp_path / "link").symlink_to("deep/folder")
    writing.create(f"{tmp_path}/link/../out.yaml", AFTER, like=None)
    assert names(tmp_path / "deep") == ["folder", "out.yaml"]
    monkeypatch.chdir(tmp_path)
    writing.create("out.yaml", AFTER, like=None)
    assert names(tmp_path) == ["deep", "link", "out.yaml"]


def test_the_error_of_a_full_disk_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")  # an error of write(2), which names no file

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("migrator.files.transaction.write_all", full)
    with pytest.raises(WriteError) as caught:
        writing.create("out.yaml", AFTER, like=None)
    assert f"No space left on device ({tmp_path})." in str(caught.value)
    assert names(tmp_path) == []
