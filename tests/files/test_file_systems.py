"""File systems that lack something: what needs it not is done, and what cannot be kept is told."""

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
from migrator.files.system import lacking
from tests.files.conftest import set_attribute

AFTER = b"messaging: {redis: {host: cache}, docket: {url: redis://cache:6379/2}}\n"
has_attributes = pytest.mark.skipif(sys.platform != "linux", reason="attributes are looked at on Linux only")


def change(path: Path) -> None:
    """Read a file and write other bytes to it."""
    writing.write([writing.Replacement(files.read(str(path)), AFTER)])


def refusing(number: int) -> Callable[..., None]:
    """What the system does instead of what it is asked for."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def refused(path: Path) -> str:
    """The words with which a change is refused, after which all is as it was."""
    before = path.read_bytes()
    with pytest.raises(WriteError) as caught:
        change(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
    return str(caught.value)


@has_attributes
@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.ENOSYS])
def test_where_there_are_no_attributes_none_are_kept(
    values: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "listxattr", refusing(number))
    change(values)
    assert values.read_bytes() == AFTER
    assert stat.S_IMODE(values.stat().st_mode) == 0o600


@has_attributes
def test_attributes_that_cannot_be_read_are_not_taken_for_none(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listxattr", refusing(errno.EIO))
    assert "could not be written: Input/output error" in refused(values)


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
    monkeypatch.setattr(os, "setxattr", refusing(number))
    assert words in refused(values)


@has_attributes
@pytest.mark.parametrize("name", ["security.selinux", "user.origin"])
def test_a_label_that_the_new_file_has_already_is_not_set(
    values: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Who may not set one gets it all the same for what they make in that folder."""
    monkeypatch.setattr(os, "listxattr", lambda _: [name])
    monkeypatch.setattr(os, "getxattr", lambda *_: b"system_u:object_r:etc_t:s0")
    monkeypatch.setattr(os, "removexattr", refusing(errno.EPERM))
    monkeypatch.setattr(os, "setxattr", refusing(errno.EPERM))
    change(values)
    assert values.read_bytes() == AFTER


def test_a_mode_that_cannot_be_kept_is_named(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FAT file system takes any mode, and keeps its own."""
    values.chmod(0o640)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    assert "has mode 0640, which a new file could not keep." in refused(values)


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
def test_a_system_that_lacks_one_thing_says_which(
    values: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, words: str
) -> None:
    monkeypatch.delattr(module, name)
    assert lacking() == [words]
    assert writing.recover([str(values)]) == []


def test_a_system_without_file_locks_says_so_and_writes_nothing(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = files.read(str(values))
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert lacking() == ["file locks"]
    with pytest.raises(UsageError, match="file locks"):
        writing.write([writing.Replacement(read, AFTER)])
    assert values.read_bytes() == read.data


def test_a_file_that_is_a_mount_of_its_own_says_how_else(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be renamed over it, which rename(2) says as EBUSY."""
    monkeypatch.setattr(os, "rename", refusing(errno.EBUSY))
    told = refused(values)
    assert "could not be written: Device or resource busy" in told and "The original is intact." in told
    assert "Mount its folder, or use --output - to print the result." in told


@pytest.mark.parametrize(("failing", "shown"), [("", "/values.yaml"), ("-new", ""), ("-old", "")])
def test_an_error_names_the_file_or_the_folder_of_what_nobody_knows(
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


def test_a_renaming_that_is_done_though_it_is_told_to_have_failed(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As network file systems can tell; what somebody writes at that moment stays, and so does what was there."""
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
def test_only_a_folder_that_knows_no_such_thing_need_not_be_durable(
    values: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            refusing(number)()
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    if number == errno.EIO:
        assert "could not be written: Input/output error" in refused(values)
    else:
        change(values)
        assert values.read_bytes() == AFTER


def test_what_could_not_be_read_again_is_not_written(values: Path) -> None:
    read = files.read(str(values))
    with pytest.raises(WriteError, match="would become larger than this tool reads"):
        writing.write([writing.Replacement(read, b"#" * (files.LARGEST + 1))])
    assert values.read_bytes() == read.data
    writing.write([writing.Replacement(read, b"#" * files.LARGEST)])
    assert files.read(str(values)).data == b"#" * files.LARGEST
