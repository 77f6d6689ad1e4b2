"""File systems that lack something: what does not need it works, and what cannot be kept is an error."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from migrator import files
from migrator.errors import UsageError, WriteError
from migrator.files import writing
from migrator.files.system import missing_features
from tests.files.conftest import set_attribute

AFTER = b"messaging: {redis: {host: cache}, docket: {url: redis://cache:6379/2}}\n"
has_attributes = pytest.mark.skipif(sys.platform != "linux", reason="attributes are looked at on Linux only")


def change(path: Path) -> None:
    """Read a file and write other bytes to it."""
    writing.write([writing.Replacement(files.read(str(path)), AFTER)])


def failing_with(number: int) -> Callable[..., None]:
    """A function that fails with this error number in place of a system call."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def error_of_change(path: Path) -> str:
    """The error of a change that is refused; everything is as it was before."""
    before = path.read_bytes()
    with pytest.raises(WriteError) as caught:
        change(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
    return str(caught.value)


@has_attributes
@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_attributes_is_no_obstacle(
    values: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "listxattr", failing_with(number))
    change(values)
    assert values.read_bytes() == AFTER
    assert stat.S_IMODE(values.stat().st_mode) == 0o600


@has_attributes
def test_attributes_that_cannot_be_read_are_not_taken_for_missing(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "listxattr", failing_with(errno.EIO))
    assert "could not be written: Input/output error" in error_of_change(values)


@has_attributes
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EPERM, "has the extended attribute user.origin, which a new file could not keep: Operation not permit"),
        (errno.ENOTSUP, "has the extended attribute user.origin, which a new file could not keep: Operation not supp"),
        (errno.ENOSPC, "could not be written: No space left on device"),
    ],
)
def test_an_attribute_that_cannot_be_kept_is_named(
    values: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    set_attribute(values, "user.origin", b"by hand")
    monkeypatch.setattr(os, "setxattr", failing_with(number))
    assert words in error_of_change(values)


@has_attributes
@pytest.mark.parametrize("name", ["security.selinux", "user.origin"])
def test_an_attribute_that_the_new_file_already_has_is_not_set(
    values: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A user who may not set a label still gets it for new files in that folder."""
    monkeypatch.setattr(os, "listxattr", lambda _: [name])
    monkeypatch.setattr(os, "getxattr", lambda *_: b"system_u:object_r:etc_t:s0")
    monkeypatch.setattr(os, "removexattr", failing_with(errno.EPERM))
    monkeypatch.setattr(os, "setxattr", failing_with(errno.EPERM))
    change(values)
    assert values.read_bytes() == AFTER


def test_a_mode_that_cannot_be_kept_is_named(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FAT file system takes any mode, and keeps its own."""
    values.chmod(0o640)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    assert "has mode 0640, which a new file could not keep." in error_of_change(values)


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        (os, "O_NOFOLLOW", "opening without following links"),
        (os, "O_DIRECTORY", "opening without following links"),
        (os, "fchown", "file owners and modes"),
        (os, "fchmod", "file owners and modes"),
        (os, "geteuid", "file owners and modes"),
        (signal, "pthread_sigmask", "blocking of signals"),
        (signal, "sigwait", "blocking of signals"),
    ],
)
def test_a_missing_system_function_is_named(
    values: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, words: str
) -> None:
    monkeypatch.delattr(module, name)
    assert missing_features() == [words]
    assert writing.recover([str(values)]) == []


def test_a_system_without_file_locks_says_so_and_writes_nothing(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = files.read(str(values))
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert missing_features() == ["file locks"]
    with pytest.raises(UsageError, match="file locks"):
        writing.write([writing.Replacement(read, AFTER)])
    assert values.read_bytes() == read.data


def test_a_mounted_file_is_refused_with_a_way_out(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be renamed over a mount point: rename(2) fails with EBUSY."""
    monkeypatch.setattr(os, "rename", failing_with(errno.EBUSY))
    message = error_of_change(values)
    assert "could not be written: Device or resource busy" in message and "The original is intact." in message
    assert "Mount its folder, or use --output - to print the result." in message


@pytest.mark.parametrize(("failing", "shown"), [("", "/values.yaml"), ("-new", ""), ("-old", "")])
def test_an_error_names_the_file_or_the_folder_of_a_temporary_file(
    values: Path, monkeypatch: pytest.MonkeyPatch, failing: str, shown: str
) -> None:
    read, real = files.read(str(values)), os.open

    def opened(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path) == str(values) if not failing else str(path).endswith(failing):
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", opened)
    with pytest.raises(WriteError) as caught:
        writing.write([writing.Replacement(read, AFTER)])
    assert f"could not be written: Input/output error ({values.parent}{shown})." in str(caught.value)


def test_a_rename_that_worked_but_reported_an_error_loses_nothing(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As network file systems can do. What somebody writes at that moment is kept, and so is the original."""
    before, real = values.read_bytes(), os.rename

    def rename(path: str, target: str) -> None:
        real(path, target)
        values.write_bytes(b"by: somebody else\n")
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(WriteError, match="could not be written: Input/output error"):
        change(values)
    assert values.read_bytes() == b"by: somebody else\n"
    (backup,) = values.parent.glob("*.bak")
    assert backup.read_bytes() == before


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
def test_fsync_of_a_folder_may_fail_only_where_it_is_unsupported(
    values: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            failing_with(number)()
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    if number == errno.EIO:
        assert "could not be written: Input/output error" in error_of_change(values)
    else:
        change(values)
        assert values.read_bytes() == AFTER


def test_a_result_that_is_too_large_to_be_read_is_not_written(values: Path) -> None:
    read = files.read(str(values))
    with pytest.raises(WriteError, match="would become larger than this tool reads"):
        writing.write([writing.Replacement(read, b"#" * (files.LARGEST + 1))])
    assert values.read_bytes() == read.data
    writing.write([writing.Replacement(read, b"#" * files.LARGEST)])
    assert files.read(str(values)).data == b"#" * files.LARGEST
