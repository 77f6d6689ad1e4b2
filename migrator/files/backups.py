"""Backups: how they are named and found again.

A backup is an ordinary copy of the original with the original's mode, owner, attributes and times, so that it can be
inspected, compared and copied back without this tool. Everything else that `undo` needs is in its name:

    values.yaml.20260624T101500Z.4b1f0c9a2d7e-93ac51e07b42-6fd0c1.bak

the time (UTC), the first 12 digits of the SHA-256 of the original and of what the migration wrote, and six random
digits, shared by all files written together and by no others in that second. In another directory (`--backup-dir`)
eight digits of the SHA-256 of the original's path come before the time, because two files there may have the same name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from typing import NamedTuple

from migrator.files.reading import digest_of

DIGITS = 12
MARK = 6


class Backup(NamedTuple):
    """A backup as its name describes it; `old` and `new` are digests cut to `DIGITS`.

    Those of files that were written together share `moment` and `mark`.
    """

    path: str
    moment: str
    number: int
    old: str
    new: str
    mark: str = ""

    @property
    def together(self) -> Together:
        """What backups that were made together share."""
        return self.moment, self.mark


Together = tuple[str, str]


def timestamp() -> str:
    """The current second, in the format used in the names of backups."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


def new_backup(target: str, backup_dir: str | None, old: str, new: str, together: Together) -> str:
    """A path that does not exist yet, for the backup of `target`; `old` and `new` are digests.

    `together` is the time and the mark shared by files that are written together. Raises OSError where the directory
    cannot be read.
    """
    moment, mark = together
    # Counted within the second, so that the newest is known whatever the digests are.
    number = 1 + max((backup.number for backup in backups_of(target, backup_dir) if backup.moment == moment), default=0)
    numbered = moment if number == 1 else f"{moment}-{number}"
    directory, prefix = _place(target, backup_dir)
    return os.path.join(directory, f"{prefix}{numbered}.{old[:DIGITS]}-{new[:DIGITS]}-{mark[:MARK]}.bak")


def backups_of(target: str, backup_dir: str | None) -> list[Backup]:
    """The backups of `target`, newest first. Raises OSError where the directory cannot be read."""
    directory, prefix = _place(target, backup_dir)
    found = [_parse(directory, prefix, name) for name in os.listdir(directory)]
    return sorted(filter(None, found), key=lambda backup: (backup.moment, backup.number), reverse=True)


def backed_up_with(together: Collection[Together], directory: str, backup_dir: str | None) -> list[str]:
    """The files in `directory` that have a backup made together with these. Raises OSError as `backups_of`."""
    where = directory if backup_dir is None else os.path.realpath(backup_dir)
    found = []
    for name in sorted(os.listdir(where)):
        if name.endswith(".bak") and any(f".{moment}" in name for moment, _ in together):
            target = os.path.join(directory, name.rsplit(".", 3 if where == directory else 4)[0])
            backup = _parse(where, _place(target, backup_dir)[1], name)
            if backup is not None and backup.together in together and os.path.isfile(target):
                found.append(target)
    return list(dict.fromkeys(found))


def is_backup_of(path: str, target: str, old: str, new: str | None = None) -> bool:
    """Whether `path` is the name of a backup of `target` with contents `old`, made when `new` was written (digests)."""
    directory, name = os.path.split(path)
    if not os.path.isabs(path) or os.path.normpath(path) != path:
        return False
    backup = _parse(directory, _place(target, directory)[1], name)
    return bool(backup and backup.old == old[:DIGITS] and (new is None or backup.new == new[:DIGITS]))


def _place(target: str, backup_dir: str | None) -> tuple[str, str]:
    """The directory of its backups, and the prefix of their names."""
    beside, name = os.path.split(target)
    directory = beside if backup_dir is None else os.path.realpath(backup_dir)
    if directory == beside:
        return directory, f"{name}."
    return directory, f"{name}.{digest_of(os.fsencode(target))[:8]}."


def _parse(directory: str, prefix: str, name: str) -> Backup | None:
    if not name.startswith(prefix) or not name.endswith(".bak"):
        return None
    parts = name[len(prefix) :].split(".")
    if len(parts) != 3:
        return None
    moment, _, number = parts[0].partition("-")
    old, _, rest = parts[1].partition("-")
    new, _, mark = rest.partition("-")
    if len(moment) != 16 or not (number.isdecimal() or not number) or len(old) != DIGITS or len(new) != DIGITS:
        return None
    return Backup(os.path.join(directory, name), moment, int(number or 1), old, new, mark)
