"""Several releases in one file: each is judged by itself, and the file is written only if all of them are decided."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from migrator import files, run, yamltext
from migrator.errors import InterruptedByUser, MigratorError, UsageError
from migrator.report import FileReport, LayerReport
from migrator.sources import Bundle, Opened

Requests = Callable[[Bundle], run.Request]
Command = Callable[[Bundle, argparse.Namespace, run.Request], FileReport]
Failed = Callable[[str, MigratorError], FileReport]


def carry_out(
    opened: Opened, chosen: argparse.Namespace, requests: Requests, command: Command, failed: Failed
) -> list[FileReport]:
    """The reports on all releases of the file, in its order.

    The last release goes first: what it changes moves no line of those above it.
    """
    writes = chosen.command == "migrate"
    if writes:
        refused = _refuse(opened, chosen, requests, command, failed)
        if refused:
            return refused
    original = opened.bundles[0].layers[0].stream.data
    text = original
    reports: list[FileReport] = []
    for bundle in reversed(opened.bundles):
        try:
            here = _standing(bundle, text, reread=writes and not chosen.dry_run)
            reports.append(command(here, chosen, requests(bundle)))
            text = reports[-1].layers[0].after if reports[-1].layers else text
        except InterruptedByUser:
            raise
        except MigratorError as error:
            reports.append(failed(bundle.name, error))
    # One file has one diff, which stands with the first of its releases.
    path = opened.name
    whole = (LayerReport(path, original, text),)
    same = (LayerReport(path, original, original),)
    return [
        report._replace(layers=whole if number == 0 else same) if report.layers else report
        for number, report in enumerate(reversed(reports))
    ]


def _refuse(
    opened: Opened, chosen: argparse.Namespace, requests: Requests, command: Command, failed: Failed
) -> list[FileReport]:
    """Reports in place of a migration that would write part of the file only; empty where nothing is in its way."""
    if chosen.output or opened.bundles[0].snapshot is None:
        error = UsageError(
            f"holds {len(opened.bundles)} releases, whose results cannot be told apart on the way out.",
            path=opened.name,
            remedy="Migrate it in place.",
        )
        return [failed(opened.name, error)]
    dry = argparse.Namespace(**{**vars(chosen), "dry_run": True, "quiet": True, "format": "json"})
    if not chosen.non_interactive and sys.stdin is not None and sys.stdin.isatty():
        return []
    reports = []
    for bundle in opened.bundles:
        try:
            reports.append(command(bundle, dry, requests(bundle)))
        except MigratorError as error:
            reports.append(failed(bundle.name, error))
    stopped = any(report.error or report.exit_code for report in reports)
    return reports if stopped else []


def _standing(bundle: Bundle, text: bytes, *, reread: bool) -> Bundle:
    """The bundle in the text that the releases below it left."""
    layer = bundle.layers[0]
    if layer.stream.data == text:
        return bundle
    stream = yamltext.parse(text, layer.name)
    moved = bundle.on([stream for _ in bundle.layers])
    if not reread:
        return moved
    snapshot = files.read(layer.name)
    return moved._replace(layers=tuple(each._replace(snapshot=snapshot) for each in moved.layers))
