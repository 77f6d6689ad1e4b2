"""Backups that were made together, next to their files and in a backup directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator import files
from migrator.files import writing
from migrator.files.backups import backed_up_with, backups_of

BEFORE = b"messaging: {redis: {host: cache}}\n"
AFTER = b"messaging: {redis: {host: cache}, docket: {url: redis://cache:6379/2}}\n"


def migrate(*paths: Path, backup_dir: str | None) -> None:
    """Write files together."""
    for path in paths:
        path.write_bytes(BEFORE)
    wanted = [writing.Replacement(files.read(str(path)), AFTER) for path in paths]
    writing.write(wanted, backup_dir=backup_dir)


@pytest.mark.parametrize("store", [None, "store"])
def test_the_files_of_a_run_are_found_by_its_backups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str | None
) -> None:
    """Without those of another run in the same second, and without a file that is gone."""
    monkeypatch.setattr("migrator.files.backups.timestamp", lambda: "20260624T101500Z")
    (tmp_path / "store").mkdir()
    backup_dir = str(tmp_path / store) if store else None
    base, production, gone, other = (
        tmp_path / f"{name}.yaml" for name in ("base", "values.production", "gone", "other")
    )
    migrate(base, production, gone, backup_dir=backup_dir)
    migrate(other, backup_dir=backup_dir)
    gone.unlink()
    (tmp_path / (store or ".") / "of.20260624T101500Z.mine.bak").touch()
    (backup,) = backups_of(os.path.realpath(base), backup_dir)

    assert backed_up_with([backup.together], str(tmp_path), backup_dir) == [str(base), str(production)]
