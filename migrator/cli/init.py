"""`init`: write a project file for the releases in a directory, unless it already has one."""

from __future__ import annotations

import os
import sys

from migrator.cli.printing import tell
from migrator.cli.settings import Settings
from migrator.errors import InputError, OutOfScopeError, UsageError
from migrator.files import writing
from migrator.sources import directory, helmfile, project_file, project_text
from migrator.sources.walking import Sieve


def write_project(settings: Settings) -> int:
    """Write the project file, print a summary, and return the exit code. Raises UsageError if one exists."""
    folder = settings.directory
    if not os.path.isdir(folder):
        raise InputError("there is no such directory.", path=folder)
    path = os.path.normpath(os.path.join(folder, project_file.NAME))
    for sentence in writing.recover([path]):
        tell(settings, sentence)
    if os.path.lexists(path):
        raise UsageError("already exists and is not overwritten.", path=path, remedy="Move it away first.")
    sieve = Sieve(settings.exclude, include_ignored=settings.include_ignored)
    found = directory.survey(folder, sieve)
    if found.unread:
        first, others = found.unread[0], len(found.unread) - 1
        raise InputError(
            f"{first.message}{f' So are {others} more.' if others else ''} Releases in it would be missing, so no "
            "project file is written.",
            path=first.path,
            remedy="Make it readable, or leave it out with --exclude.",
        )
    entries = [
        each for error in found.errors if isinstance(error, OutOfScopeError) for each in helmfile.releases(error.path)
    ]
    content = project_text.draft(found, entries, folder)
    text = project_text.text_for(content, folder).encode("utf-8", "surrogateescape")
    writing.create(path, text, like=None, backup=True)
    doubts = sum(not isinstance(error, OutOfScopeError) for error in content.errors)
    releases = f"{len(content.releases)} release{'s' * (len(content.releases) != 1)}"
    sys.stdout.write(f"{path}: {releases}" + (f", {doubts} in doubt (see its comments)" if doubts else "") + "\n")
    if sieve.ignored:
        tell(settings, f"note: {sieve.summary(folder)}")
    return 0
