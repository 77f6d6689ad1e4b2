"""Releases that are written together, in one file or with files in common: each is judged in the text that those before
it left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator import yamltext
from migrator.errors import RefusedError, some_of
from migrator.planning.examine import Case
from migrator.report.records import FileReport, NoticeReport
from migrator.sources import Bundle
from migrator.values.edits import Value

Texts = Mapping[str, bytes]
"""What files have become, by their paths."""


def standing(bundle: Bundle, texts: Texts) -> Bundle:
    """The bundle in the texts that the releases before it left; its chart is the one that the run began with.

    Releases can share the object that their chart's version stands in: the last of them moves it for all. They can
    share values as well: what one of them changed there moves the charts of the others along.
    """
    now = reread(bundle, texts)
    changed = any(one.data != other.data for one, other in zip(bundle.layers, now.layers))
    return now._replace(version=bundle.version, as_found=bundle.layers if changed else ())


def reread(bundle: Bundle, texts: Texts) -> Bundle:
    """The bundle as it is in these texts of its files."""
    changed = {
        layer.name: yamltext.parse(texts[layer.name], layer.name)
        for layer in bundle.layers
        if layer.name in texts and layer.stream.data != texts[layer.name]
    }
    return bundle.on([changed.get(layer.name, layer.stream) for layer in bundle.layers]) if changed else bundle


def half_of_a_file(case: Case) -> RefusedError | None:
    """The error for a release that changes a file for others, too, which the run leaves out; None where it does not.

    These would be given what they were not asked about, and nothing of their own.
    """
    changed = {case.bundle.layers[change.layer].name for change in case.plan.changes}
    for path, names in case.bundle.read_by:
        if path in changed:
            return RefusedError(
                f"{path} would change, but the project file also uses it for {some_of(names)}, which "
                f"{'is' if len(names) == 1 else 'are'} not named.",
                path=case.bundle.name,
                remedy=f"Name {path}, which covers all of them, or give this release its own copy first.",
            )
    return None


def first_difference(one: Value, other: Value) -> str:
    """The first place at which two trees differ, for people; empty where they are alike."""
    return ".".join(_first_difference(one, other))


def _first_difference(one: Value, other: Value) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            if key not in one or key not in other:
                return [str(key)]
            below = _first_difference(one[key], other[key])
            if below or one[key] != other[key]:
                return [str(key), *below]
    if isinstance(one, list) and isinstance(other, list):
        for item in (*(each for each in one if each not in other), *(each for each in other if each not in one)):
            return [str(item["name"])] if isinstance(item, dict) and "name" in item else []
    return []


def texts_after(report: FileReport) -> Texts:
    """What a release makes of its files."""
    return {layer.path: layer.after for layer in report.layers}


def with_others(report: FileReport, others: Sequence[FileReport]) -> FileReport:
    """The report on a release that has nothing to do but what these others do in a file that it shares with them."""
    if report.status != "current":
        return report
    files = {layer.path for layer in report.layers}
    for other in others:
        shared = [layer.path for layer in other.layers if layer.path in files and layer.before != layer.after]
        if shared:
            text = f"{shared[0]} changes as this release needs it, too: its lines are told with {other.path}."
            notices = (*report.notices, NoticeReport("info", text, "", 0))
            return report._replace(status="pending", exit_code=other.exit_code, notices=notices)
    return report


def in_order(backwards: Sequence[FileReport]) -> list[FileReport]:
    """The reports in order, with one diff for each file, or none where it would not be written."""
    reports = backwards[::-1]
    if any(report.error or report.status == "needs-decision" for report in reports):
        return [
            report._replace(layers=tuple(layer._replace(after=layer.before) for layer in report.layers))
            for report in reports
        ]
    return with_one_diff(reports)


def with_one_diff(reports: Sequence[FileReport]) -> list[FileReport]:
    """The reports, of which the last was made first, with one diff for each file: it stands with the first of them."""
    if len(reports) < 2:
        return list(reports)
    before: dict[str, bytes] = {}
    for layer in (layer for report in reversed(reports) for layer in report.layers):
        before.setdefault(layer.path, layer.before)
    after = {layer.path: layer.after for report in reversed(reports) for layer in report.layers}
    last = dict(after)
    found = []
    for report in reports:
        layers = [
            each._replace(before=before[each.path], after=after[each.path], in_the_end=last[each.path])
            for each in report.layers
        ]
        after |= {each.path: each.before for each in layers}
        found.append(report._replace(layers=tuple(layers)))
    return found
