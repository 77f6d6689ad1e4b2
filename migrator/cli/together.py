"""Several releases in one file: each is judged in the text that those below it left, the last one first."""

from __future__ import annotations

from collections.abc import Sequence

from migrator import yamltext
from migrator.report.records import FileReport, LayerReport
from migrator.sources import Bundle


def standing(bundle: Bundle, text: bytes) -> Bundle:
    """The bundle in the text that the releases below it left; its chart is the one that the run began with.

    Releases can share the object that their chart's version stands in: the last of them moves it for all.
    """
    layer = bundle.layers[0]
    if layer.stream.data == text:
        return bundle
    stream = yamltext.parse(text, layer.name)
    return bundle.on([stream for _ in bundle.layers])._replace(version=bundle.version)


def in_order(backwards: Sequence[FileReport]) -> list[FileReport]:
    """The reports in the order of the file, with the file's one diff, or none where it would not be written."""
    reports = backwards[::-1]
    if any(report.error or report.status == "needs-decision" for report in reports):
        return [
            report._replace(layers=tuple(layer._replace(after=layer.before) for layer in report.layers))
            for report in reports
        ]
    return with_one_diff(reports)


def with_one_diff(reports: Sequence[FileReport]) -> list[FileReport]:
    """The reports on the releases of one file with one diff, which stands with the first of them."""
    if len(reports) < 2:
        return list(reports)
    (layer,) = reports[0].layers
    original = reports[-1].layers[0].before
    whole, same = LayerReport(layer.path, original, layer.after), LayerReport(layer.path, original, original)
    return [report._replace(layers=(same if number else whole,)) for number, report in enumerate(reports)]
