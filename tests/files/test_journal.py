"""The journal as a lock: what happens if it cannot be locked, and if it disappears meanwhile."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from migrator import files
from migrator.errors import WriteError
from migrator.files import writing
from migrator.files.journal import claim
from tests.files.conftest import AFTER, BEFORE

JOURNAL = ".values.yaml.infrahub-migrator"


def change(path: Path) -> list[writing.WrittenFile]:
    """Read a file and write other bytes to it."""
    return writing.write([writing.Replacement(files.read(str(path)), AFTER)])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOLCK, "No locks available"), "without file locks .No locks available.*--output PATH"),
        (OSError(errno.EOPNOTSUPP, "Operation not supported"), "without file locks .Operation not supported"),
        (OSError(errno.EIO, "Input/output error"), "could not be written: Input/output error"),
    ],
)
def test_a_lock_that_fails_leaves_nothing_behind(
    values: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    import fcntl

    def fail(descriptor: int, operation: int) -> None:
        raise error

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(WriteError, match=words):
        change(values)
    assert values.read_bytes() == BEFORE
    assert os.listdir(values.parent) == ["values.yaml"]


def test_a_failing_stat_of_the_journal_leaves_nothing_behind(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.lstat

    def fail(path: str) -> os.stat_result:
        if path.endswith(JOURNAL):
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path)

    monkeypatch.setattr(os, "lstat", fail)
    with pytest.raises(WriteError, match="Input/output error"):
        change(values)
    monkeypatch.undo()
    assert os.listdir(values.parent) == ["values.yaml"]


def test_a_journal_that_another_run_locked_first_is_left_to_it(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    real = fcntl.flock
    others: list[int] = []

    def too_late(descriptor: int, operation: int) -> None:
        others.append(os.open(values.with_name(JOURNAL), os.O_RDWR))
        real(others[-1], operation)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", too_late)
    try:
        with pytest.raises(WriteError, match="another run is working"):
            change(values)
        assert values.with_name(JOURNAL).exists()
    finally:
        for descriptor in others:
            os.close(descriptor)


def _removed(journal: Path) -> None:
    journal.unlink()


def _replaced(journal: Path) -> None:
    journal.unlink()
    journal.touch(0o600)


@pytest.mark.parametrize("meanwhile", [_removed, _replaced])
def test_a_run_stops_if_its_journal_is_removed_or_replaced(
    values: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Path], None]
) -> None:
    from migrator.files.recovery import make_durable

    rounds: list[object] = []

    def interfering(paths: Iterable[str]) -> None:
        rounds.append(paths)
        if len(rounds) == 2:  # all is staged
            meanwhile(values.with_name(JOURNAL))
        make_durable(paths)

    monkeypatch.setattr("migrator.files.transaction.make_durable", interfering)
    with pytest.raises(WriteError, match="its journal was removed in the meantime"):
        change(values)
    assert values.read_bytes() == BEFORE
    assert set(os.listdir(values.parent)) - {JOURNAL} == {"values.yaml"}
    assert values.with_name(JOURNAL).exists() == (meanwhile is _replaced), "another run's journal stays"


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
def test_a_journal_that_cannot_be_opened_stops_the_run(
    values: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Otherwise the run would overwrite what a killed run left there."""
    real = os.open

    def fail(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(JOURNAL):
            raise OSError(number, os.strerror(number), path)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(
        WriteError, match=f"what an earlier run left here cannot be cleaned up: {os.strerror(number)}\\."
    ):
        writing.recover([str(values)])


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_folder_without_access_stops_the_run_only_if_it_has_a_journal(
    values: Path, monkeypatch: pytest.MonkeyPatch, is_seen: bool
) -> None:
    def fail(path: str, *_: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    if is_seen:
        values.with_name(JOURNAL).touch(0o600)
    monkeypatch.setattr(os, "open", fail)
    if is_seen:
        with pytest.raises(WriteError, match=r"cannot be cleaned up: Permission denied\."):
            writing.recover([str(values)])
    else:
        assert writing.recover([str(values)]) == []


def test_an_existing_journal_that_cannot_be_locked_is_kept(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed run may have left it."""
    import fcntl

    def fail(descriptor: int, operation: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    values.with_name(JOURNAL).touch(0o600)
    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OSError, match="Input/output error"):
        claim(str(values), "values.yaml", create=True)
    assert values.with_name(JOURNAL).exists()


def test_a_journal_that_appears_and_disappears_is_created_again(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run created it first, and removed it before this one could open it."""
    real, tried = os.open, []

    def come_and_go(path: str, flags: int, mode: int = 0o777) -> int:
        tried.append(flags & os.O_CREAT)
        if tried == [os.O_CREAT]:
            raise FileExistsError(errno.EEXIST, "File exists", path)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", come_and_go)
    journal = claim(str(values), "values.yaml", create=True)
    assert journal is not None and journal.is_in_place()
    assert tried == [os.O_CREAT, 0, os.O_CREAT]
    journal.close()


@pytest.mark.parametrize(("size", "is_read_whole"), [(70_000, True), (4 << 20, True), (6 << 20, False)])
def test_a_large_journal_is_read_whole_up_to_a_limit(values: Path, size: int, is_read_whole: bool) -> None:
    values.with_name(JOURNAL).write_bytes(b"x" * size)
    journal = claim(str(values), "values.yaml", create=False)
    assert journal is not None
    assert (len(journal.text()) == size) is is_read_whole
    journal.close()
