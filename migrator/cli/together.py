"""Releases that are written together, in one file or with files in common: each is judged on the text that those
processed before it left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator import yamltext
from migrator.errors import RefusedError, some_of
from migrator.planning.examine import Case
from migrator.report.records import FileReport, NoticeReport
from migrator.sources import Bundle
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import as_list, as_map

Texts = Mapping[str, bytes]
"""The new texts of files, by path."""


def with_texts_so_far(bundle: Bundle, texts: Texts) -> Bundle:
    """The bundle with the texts that the releases before it left, and the chart that it had when the run began.

    Releases can share the object that has their chart's version: the last of them updates it for all. They can also
    share values: a change by one of them there also moves the chart versions of the others.
    """
    now = reread(bundle, texts)
    changed = any(one.data != other.data for one, other in zip(bundle.layers, now.layers))
    return now._replace(version=bundle.version, as_found=bundle.layers if changed else ())


def reread(bundle: Bundle, texts: Texts) -> Bundle:
    """The bundle read again from these texts of its files."""
    changed = {
        layer.name: yamltext.parse(texts[layer.name], layer.name)
        for layer in bundle.layers
        if layer.name in texts and layer.stream.data != texts[layer.name]
    }
    return (
        bundle.with_streams([changed.get(layer.name, layer.stream) for layer in bundle.layers]) if changed else bundle
    )


def shared_file_error(case: Case) -> RefusedError | None:
    """The error for a release that changes a file of others outside this run; None if it does not.

    The others would get changes without being asked, and without their own.
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
    """The first place at which two trees differ, for people, in a list by the name of the item; empty if equal."""
    for route, own, theirs in tree.differences(one, other):
        items = zip((own, theirs), (theirs, own))
        apart = [as_map(item) for each, rest in items for item in as_list(each) if item not in as_list(rest)]
        names = [str(item["name"]) for item in apart[:1] if "name" in item]
        return tree.show((*route, *names))
    return ""


def texts_after(report: FileReport) -> Texts:
    """The new texts of a release's files."""
    return {layer.path: layer.after for layer in report.layers}


def with_others(report: FileReport, others: Sequence[FileReport]) -> FileReport:
    """The report on a release that is current only because of what these others change in a file it shares."""
    if report.status != "current":
        return report
    files = {layer.path for layer in report.layers}
    for other in others:
        shared = [layer.path for layer in other.layers if layer.path in files and layer.before != layer.after]
        if shared:
            text = f"{shared[0]} changes as this release needs it, too: its lines are listed under {other.path}."
            notices = (*report.notices, NoticeReport("info", text, "", 0))
            return report._replace(status="pending", exit_code=other.exit_code, notices=notices)
    return report


def in_order(backwards: Sequence[FileReport]) -> list[FileReport]:
    """The reports in order, with one diff for each file, or without diffs if nothing would be written."""
    reports = backwards[::-1]
    if any(report.error or report.status == "needs-decision" for report in reports):
        return [
            report._replace(layers=tuple(layer._replace(after=layer.before) for layer in report.layers))
            for report in reports
        ]
    return with_one_diff(reports)


def with_one_diff(reports: Sequence[FileReport]) -> list[FileReport]:
    """The reports, made from last to first, with one diff for each file, on the first report that has it."""
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
            each._replace(before=before[each.path], after=after[each.path], final=last[each.path])
            for each in report.layers
        ]
        after |= {each.path: each.before for each in layers}
        found.append(report._replace(layers=tuple(layers)))
    return found
