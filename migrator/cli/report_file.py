"""`--report FILE`: the record of what `migrate` did and what was decided; the suffix of FILE selects the format."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from migrator.cli.printing import tell
from migrator.cli.settings import Settings
from migrator.errors import UsageError
from migrator.files import writing
from migrator.report.mask import Mask
from migrator.report.records import Report
from migrator.sources import Bundle

ENDINGS = (".html", ".md", ".json")


def refuse_impossible(settings: Settings, releases: Sequence[Bundle]) -> None:
    """Raise UsageError, before the run, for a report that cannot be written or would overwrite a file of the run."""
    path = settings.report
    if os.path.splitext(path)[1].lower() not in ENDINGS:
        names = f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise UsageError(f"--report {path}: the file name must end in {names}.")
    if settings.dry_run:
        raise UsageError(
            "--report records what was done, and --dry-run does nothing.",
            remedy="diff --format html, markdown or json shows what would be done.",
        )
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise UsageError(f"--report cannot write there: {folder} is not a directory.", path=path)
    own = [settings.output, settings.save_answers, settings.answers]
    own += [layer.snapshot.target for each in releases for layer in each.layers if layer.snapshot is not None]
    if any(name and os.path.realpath(name) == os.path.realpath(path) for name in own):
        raise UsageError("--report names a file that this run reads or writes.", path=path, remedy="Name another file.")


def write(report: Report, settings: Settings) -> None:
    """Write the record; an existing file is backed up first. Raises WriteError if that fails."""
    mask = Mask(settings.show_secrets)
    whole = report._replace(time=_now())
    ending = os.path.splitext(settings.report)[1].lower()
    if ending == ".json":
        from migrator.report import json_format

        text = json_format.dumps(whole, mask=mask) + "\n"
    elif ending == ".md":
        from migrator.report import markdown

        text = markdown.record(whole, mask=mask)
    else:
        from migrator.report import html

        text = html.page(whole, mask=mask)
    for sentence in writing.recover([settings.report]):
        tell(settings, sentence)
    written = writing.create(settings.report, text.encode("utf-8", "backslashreplace"), like=None, backup=True)
    tell(settings, f"report written to {settings.report}")
    if written.backup:
        tell(settings, f"{settings.report}: the previous file is kept in {written.backup}.")


def _now() -> str:
    """The time in UTC, in ISO 8601; SOURCE_DATE_EPOCH replaces it if set.

    https://reproducible-builds.org/specs/source-date-epoch/
    """

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch) if epoch.isdecimal() else None))
