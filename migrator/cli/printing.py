"""Print a run's report: in which format, on which stream, in colour or not."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO

from migrator.cli.options import MACHINES
from migrator.cli.plugin import PROGRAM
from migrator.cli.settings import Settings
from migrator.errors import some_of
from migrator.report import streams
from migrator.report.mask import Mask, mask_message, visible
from migrator.report.records import NoticeReport, Report, Status

if TYPE_CHECKING:
    from migrator.report.page import Page


def tell(settings: Settings, sentence: str) -> None:
    """Print a message on standard error, unless --quiet."""
    if not settings.quiet:
        complain(sentence, show_secrets=settings.show_secrets)


def complain(sentence: str, *, show_secrets: bool = False) -> None:
    """Print a message on standard error, even with --quiet."""
    _say(mask_message(sentence, show_secrets=show_secrets))


def _say(masked: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {visible(masked)}\n")


def print_report(settings: Settings, report: Report, seconds: float = 0) -> int:
    """Print the results, with errors and missing decisions apart from the rest; return the exit code.

    `seconds` is how long the run took.
    """
    mask = Mask(settings.show_secrets)
    if settings.format == "json":
        from migrator.report import json_format

        sys.stdout.writelines(json_format.pieces(report, mask=mask))
        sys.stdout.write("\n")
        return report.exit_code
    if any(file.error for file in report.files):
        report = mask.conceal(report)
    if settings.command == "check" and settings.format == "text":
        print_check(settings, report, mask)
        print_totals(settings, Counter(file.status for file in report.files), seconds)
        return report.exit_code
    is_in_line = settings.command == "check"
    for file in report.files:
        if file.error and (file.exit_code or not is_in_line) and not (settings.quiet and not file.exit_code):
            _say(file.error)
    sound = report.only(lambda file: not file.error or (is_in_line and not file.exit_code))
    if settings.command in ("diff", "migrate", "verify") and any(
        file.status == "needs-decision" for file in sound.files
    ):
        from migrator.report.text_missing import missing

        sys.stderr.write(missing(sound, page_for(settings, sys.stderr), mask=mask))
    if settings.format in ("markdown", "html"):  # these show every release, even failed ones
        _write(settings, _page(settings, report, mask))
        return report.exit_code
    if settings.format in MACHINES:  # so do these
        from migrator.cli import machines

        sys.stdout.writelines(machines.pieces(report, settings.format, mask=mask, seconds=seconds))
        return report.exit_code
    if not sound.files:
        return report.exit_code
    if settings.command == "diff":
        _diff(settings, sound, mask)
    elif settings.command == "verify":
        from migrator.report.text import verified

        _write(settings, verified(sound, page_for(settings, sys.stdout), mask=mask))
    elif settings.command == "plan":
        from migrator.report.text import plan

        _write(settings, plan(sound, page_for(settings, sys.stdout), mask=mask, verbose=settings.verbose))
    return report.exit_code


def page_for(settings: Settings, stream: TextIO) -> Page:
    """A page as wide as the terminal, limited to what the stream can show."""
    from migrator.report.page import Page

    return Page(streams.width(), streams.wants_colour(settings.color, stream), streams.is_ascii(stream))


def page_for_lines(settings: Settings) -> Page:
    """A page for unwrapped lines on standard output."""
    return page_for(settings, sys.stdout)._replace(width=0)


def _write(settings: Settings, text: str | Iterable[str]) -> None:
    """Print a text for people; if something in it is masked, say separately how to see it."""
    if settings.format == "html":  # declares itself as UTF-8, whatever the terminal's encoding
        text = "".join(text)
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        explain_masks(settings, text)
        return
    shown = ""
    for piece in [text] if isinstance(text, str) else text:
        sys.stdout.write(piece)
        shown += "".join(mark for mark in _OF_MASKS if mark in piece and mark not in shown)
    explain_masks(settings, shown)


_OF_MASKS = ("***", "--show-secrets")


def explain_masks(settings: Settings, text: str) -> None:
    """Say how to see what is masked, if anything in the text is."""
    if "***" in text and "--show-secrets" not in text:
        tell(settings, "note: *** masks a credential; --show-secrets shows it.")


def print_check(settings: Settings, report: Report, mask: Mask) -> None:
    """A line for each release: errors on standard error, the rest on standard output."""
    from migrator.report import text_check

    if any(file.error for file in report.files):
        report = mask.conceal(report)
    for file in report.files:
        if file.error and file.exit_code:
            _say(file.error)
    sound = [file for file in report.files if not file.exit_code or not file.error]
    if settings.quiet:  # an unrelated file is not a result
        sound = [file for file in sound if file.status != "unrelated"]
    _write(settings, text_check.check(report._replace(files=tuple(sound)), page_for_lines(settings), mask=mask))


def print_totals(
    settings: Settings, found: Mapping[Status, int], seconds: float | None, stream: TextIO | None = None
) -> None:
    """The last line of a command on several releases; on standard output by default."""
    if sum(found.values()) > 1 and not settings.quiet:
        from migrator.report.totals import counts_sentence

        time = f" ({seconds:.1f} s)" if seconds is not None else ""
        (stream or sys.stdout).write(f"{counts_sentence(found).removesuffix('.')}{time}\n")


def _diff(settings: Settings, report: Report, mask: Mask) -> None:
    decided = report.only(lambda file: file.status != "needs-decision")
    if settings.rendered:
        _rendered_diff(settings, decided.only(lambda file: file.cluster is not None), mask)
        return
    _print_notices(settings, decided, mask)
    if settings.format == "unified":
        from migrator.report import unified

        patch = unified.diff(decided, mask=mask)
        if sys.stdout.isatty() or settings.color == "always":
            from migrator.report.page import shown_diff

            sys.stdout.write(shown_diff(patch, colour=streams.wants_colour(settings.color, sys.stdout)))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(patch)
    else:
        from migrator.report import structural

        _write(settings, structural.diff(decided, mask=mask, colour=streams.wants_colour(settings.color, sys.stdout)))


def _print_notices(settings: Settings, report: Report, mask: Mask) -> None:
    """Print what a reviewer needs but a diff of text or data cannot show: warnings, and notices about a line."""
    if settings.quiet:
        return
    report = mask.conceal(report)
    paths: dict[NoticeReport, list[str]] = {}
    for file in report.files:
        for each in file.notices:
            if each.severity != "info" or each.line:
                paths.setdefault(each, []).append(file.path)
    for notice in sorted(paths, key=lambda each: each.rank):
        kind = "note" if notice.severity == "info" else notice.severity
        where = f"{notice.file}:{notice.line}: " if notice.line else ""
        if not where and len(report.files) > 1:
            where = f"{some_of(list(dict.fromkeys(paths[notice])))}: "
        _say(f"{kind}: {where}{notice.text}")


def _page(settings: Settings, report: Report, mask: Mask) -> str:
    if settings.format == "html":
        from migrator.report import html

        return html.page(report, mask=mask)
    if settings.command == "diff" and settings.rendered:
        from migrator.report import cluster_markdown

        return cluster_markdown.markdown(report, mask=mask)
    from migrator.report import markdown

    return markdown.check(report, mask=mask) if settings.command == "check" else markdown.diff(report, mask=mask)


def _rendered_diff(settings: Settings, report: Report, mask: Mask) -> None:
    if not report.files:
        return
    from migrator.report import cluster_text

    _write(settings, cluster_text.text(report, page_for(settings, sys.stdout), mask=mask, verbose=settings.verbose))
