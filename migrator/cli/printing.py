"""A run's report on its way out: which format, on which stream, in colour or not."""

from __future__ import annotations

import argparse
import sys

from migrator.report import streams
from migrator.report.mask import Mask, visible
from migrator.report.records import Report


def print_report(chosen: argparse.Namespace, report: Report) -> int:
    """Print what came of the releases, errors and missing decisions apart from the rest; answer the exit code."""
    mask = Mask(chosen.show_secrets)
    if chosen.format == "json":
        from migrator.report import json_format

        sys.stdout.write(json_format.dumps(report, mask=mask) + "\n")
        return report.exit_code
    if any(file.error for file in report.files):
        mask.learn(report)
    told_in_line = chosen.command == "check"
    for file in report.files:
        if file.error and (file.exit_code or not told_in_line) and not (chosen.quiet and not file.exit_code):
            sys.stderr.write(f"infrahub-migrator: {visible(mask.text(file.error))}\n")
    passed = tuple(file for file in report.files if not file.error or (told_in_line and not file.exit_code))
    sound = report._replace(files=passed)
    if chosen.command in ("diff", "migrate", "verify") and any(file.status == "needs-decision" for file in sound.files):
        from migrator.report.text_missing import missing

        colour = streams.wants_colour(chosen.color, sys.stderr)
        sys.stderr.write(missing(sound, mask=mask, width=streams.width(), colour=colour))
    if chosen.format == "markdown":  # every release has its row, those that failed included
        sys.stdout.write(_markdown(chosen, report, mask))
        return report.exit_code
    if not sound.files:
        return report.exit_code
    if chosen.command == "diff":
        _diff(chosen, sound, mask)
    elif chosen.command == "check":
        from migrator.report import text_check

        colour, is_ascii = streams.wants_colour(chosen.color, sys.stdout), streams.is_ascii(sys.stdout)
        sys.stdout.write(text_check.check(sound, mask=mask, colour=colour, ascii_only=is_ascii))
    elif chosen.command == "verify":
        from migrator.report.text import plan, verified

        colour, columns = streams.wants_colour(chosen.color, sys.stdout), streams.width()
        sys.stdout.write(verified(sound, mask=mask, width=columns, colour=colour))
    elif chosen.command == "plan":
        from migrator.report.text import plan, verified

        colour, is_ascii = streams.wants_colour(chosen.color, sys.stdout), streams.is_ascii(sys.stdout)
        text = plan(sound, mask=mask, width=streams.width(), colour=colour, verbose=chosen.verbose, ascii_only=is_ascii)
        sys.stdout.write(text)
    return report.exit_code


def _diff(chosen: argparse.Namespace, report: Report, mask: Mask) -> None:
    decided = report._replace(files=tuple(file for file in report.files if file.status != "needs-decision"))
    if chosen.rendered:
        rendered = tuple(file for file in decided.files if file.cluster is not None)
        _rendered_diff(chosen, decided._replace(files=rendered), mask)
        return
    _tell_beside(chosen, decided, mask)
    if chosen.format == "unified":
        from migrator.report import unified

        patch = unified.diff(decided, mask=mask)
        if sys.stdout.isatty() or chosen.color == "always":
            from migrator.report.page import shown_diff

            sys.stdout.write(shown_diff(patch, colour=streams.wants_colour(chosen.color, sys.stdout)))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(patch)
    else:
        from migrator.report import structural

        sys.stdout.write(structural.diff(decided, mask=mask, colour=streams.wants_colour(chosen.color, sys.stdout)))


def _tell_beside(chosen: argparse.Namespace, report: Report, mask: Mask) -> None:
    """What a reviewer needs to know and a diff of text or of data cannot show: warnings, and notices on a line."""
    if chosen.quiet:
        return
    mask.learn(report)
    told = [each for file in report.files for each in file.notices if each.severity != "info" or each.line]
    for notice in sorted(dict.fromkeys(told), key=lambda each: each.rank):
        kind = "note" if notice.severity == "info" else notice.severity
        where = f"{notice.file}:{notice.line}: " if notice.line else ""
        sys.stderr.write(f"infrahub-migrator: {kind}: {visible(where + mask.text(notice.text))}\n")


def _markdown(chosen: argparse.Namespace, report: Report, mask: Mask) -> str:
    if chosen.command == "diff" and chosen.rendered:
        from migrator.report import cluster_markdown

        return cluster_markdown.markdown(report, mask=mask)
    from migrator.report import markdown

    return markdown.check(report, mask=mask) if chosen.command == "check" else markdown.diff(report, mask=mask)


def _rendered_diff(chosen: argparse.Namespace, report: Report, mask: Mask) -> None:
    if not report.files:
        return
    from migrator.report import cluster_text

    colour, columns = streams.wants_colour(chosen.color, sys.stdout), streams.width()
    sys.stdout.write(cluster_text.text(report, mask=mask, width=columns, colour=colour, verbose=chosen.verbose))
