"""Several releases in one file: each is judged by itself, and the file is written once, if all of them are decided."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from migrator import yamltext
from migrator.cli import output
from migrator.cli.migrate import somebody_is_there
from migrator.cli.output import Ready
from migrator.errors import InterruptedByUser, MigratorError
from migrator.planning import examine, summary
from migrator.report.records import FileReport
from migrator.sources import Bundle, Opened

if TYPE_CHECKING:
    from migrator.prompts.save_answers import Keeper

Requests = Callable[[Bundle], examine.Request]
Command = Callable[[Bundle, argparse.Namespace, examine.Request], FileReport]
Prepare = Callable[[Bundle, argparse.Namespace, examine.Request], "Ready | FileReport"]
Failed = Callable[[str, MigratorError], FileReport]


def carry_out(
    opened: Opened, chosen: argparse.Namespace, requests: Requests, command: Command, failed: Failed
) -> list[FileReport]:
    """The reports of a command that writes nothing on all releases of the file, in its order.

    The last release goes first: what it changes moves no line of those above it.
    """
    reports: list[FileReport] = []
    text = opened.bundles[0].layers[0].stream.data
    for bundle in reversed(opened.bundles):
        try:
            reports.append(command(_standing(bundle, text), chosen, requests(bundle)))
            text = reports[-1].layers[0].after if reports[-1].layers else text
        except MigratorError as error:
            reports.append(failed(bundle.name, error))
    return _in_order(reports)


def migrate(
    opened: Opened,
    chosen: argparse.Namespace,
    requests: Requests,
    prepare: Prepare,
    failed: Failed,
    keeper: Keeper | None = None,
) -> list[FileReport]:
    """Plan, ask and prove every release of the file, and only then write it, once; a bad one leaves it whole."""
    first_look = [_look(bundle, chosen, requests, failed) for bundle in opened.bundles]
    if any(report.error for report in first_look):
        return _left(opened, chosen, first_look)
    ready: list[Ready] = []
    others: list[FileReport] = []
    text = opened.bundles[0].layers[0].stream.data
    for bundle in reversed(opened.bundles):
        try:
            reached = prepare(_standing(bundle, text), chosen, requests(bundle))
        except InterruptedByUser:
            raise
        except MigratorError as error:
            reached = failed(bundle.name, error)
        if isinstance(reached, Ready):
            ready.append(reached)
            text = reached.report.layers[0].after
        else:
            others.append(reached)
    if not others:
        return output.deliver(ready[::-1], chosen, keeper)
    by_name = {report.path: report for report in [*others, *(each.report for each in ready)]}
    return _left(opened, chosen, [by_name[bundle.name] for bundle in opened.bundles])


def _look(bundle: Bundle, chosen: argparse.Namespace, requests: Requests, failed: Failed) -> FileReport:
    """What can be said before anybody is asked: a decision that is open then is no failure, if somebody is there."""
    try:
        report = summary.report(examine.examine([bundle], requests(bundle)))
    except MigratorError as error:
        return failed(bundle.name, error)
    return report._replace(exit_code=0) if somebody_is_there(bundle, chosen) else report


def _left(opened: Opened, chosen: argparse.Namespace, reports: list[FileReport]) -> list[FileReport]:
    """The reports on a file that is left as it is, since it is written as a whole."""
    bad = [report.path for report in reports if report.error or report.status == "needs-decision"]
    output.tell(
        chosen, f"nothing was written to {opened.name}, whose releases are written together: first {' and '.join(bad)}."
    )
    return _in_order(reports[::-1])


def _in_order(backwards: list[FileReport]) -> list[FileReport]:
    """The reports in the order of the file, with the file's one diff, or none where it would not be written."""
    reports = backwards[::-1]
    if any(report.error or report.status == "needs-decision" for report in reports):
        return [
            report._replace(layers=tuple(layer._replace(after=layer.before) for layer in report.layers))
            for report in reports
        ]
    return output.with_one_diff(reports)


def _standing(bundle: Bundle, text: bytes) -> Bundle:
    """The bundle in the text that the releases below it left; its chart is the one that the run began with.

    Releases can share the object that their chart's version stands in: the last of them moves it for all.
    """
    layer = bundle.layers[0]
    if layer.stream.data == text:
        return bundle
    stream = yamltext.parse(text, layer.name)
    return bundle.on([stream for _ in bundle.layers])._replace(version=bundle.version)
