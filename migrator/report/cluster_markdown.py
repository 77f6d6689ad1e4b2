"""What an upgrade changes in the cluster, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.report import cluster_text
from migrator.report.markdown import marker
from migrator.report.markdown_fit import Part, Row, fitted
from migrator.report.markup import code, fence, prose
from migrator.report.mask import Mask
from migrator.report.page import SIGNS, flags_of
from migrator.report.records import FileReport, Report
from migrator.report.text_check import error_without_path


def markdown(report: Report, *, mask: Mask) -> str:
    """The differences, release by release, as GitHub-flavoured Markdown that fits into a comment."""
    report = mask.conceal(report)
    rows = []
    for file in report.files:
        rows.append(Row.of([code(file.path, in_table=True), file.status, _in_short(file)], file.status))
    parts = [_part(file) for file in report.files if file.cluster is not None]
    head = [marker("diff --rendered"), "# What the upgrade changes in the cluster"]
    return fitted(head, ["| File | Status | In the cluster |", "|---|---|---|"], rows, parts)


def _in_short(file: FileReport) -> str:
    if file.cluster is not None:
        return prose(cluster_text.verdict(file.cluster))
    missing = ", ".join(code(flag, in_table=True) for flag in flags_of(file.questions))
    return f"to decide: {missing}" if missing else prose(error_without_path(file))


def _part(file: FileReport) -> Part:
    found = file.cluster
    assert found is not None, "a rendered diff was asked for"
    head = [f"## {code(file.path)}", ""]
    head += [f"- {name}: {code(fact)}" for name, fact in cluster_text.facts(file, found)]
    mark = "**" if found.unexplained else ""
    head += ["", f"{mark}{prose(cluster_text.verdict(found))}{mark}", ""]
    head += [prose(cluster_text.restarts(found)), ""] if found.changes else []
    sections = cluster_text.sections(file, found)
    shown = {section.kind: list(_section(section)) for section in sections if section.kind != "step"}
    every = [line for section in sections for line in _section(section)]
    last = [
        line
        for sentence in (cluster_text.duplicate_warning(found), cluster_text.without_difference(file, found))
        if sentence
        for line in (prose(sentence), "")
    ]
    longest_first = [[*head, *every, *last], [*head, *shown.get("none", ()), *last], [*head, *last], []]
    left_out = ("differences that are explained", "differences that nothing explains", "the charts compared")
    return Part.of(file.path, longest_first, left_out)


def _section(section: cluster_text.Section) -> Iterator[str]:
    yield f"### {prose(section.heading)} ({section.size})"
    yield ""
    for heading, groups in section.parts:
        if heading:
            yield f"{cluster_text.lead(section.kind)}{prose(heading)}"
            yield ""
        yield from fence("diff", [line for group in groups for line in _group(group)])
        yield ""


def _group(group: cluster_text.Group) -> Iterator[str]:
    yield f"@@ {cluster_text.object_names(group.objects, verbose=False)} @@"
    for change in group.changes:
        place = cluster_text.place(change)
        if not place:
            yield f"{SIGNS[change.kind][0]} {cluster_text.whole(change)}"
            continue
        if change.kind != "add":
            yield f"- {place}: {cluster_text.one_line_value(change.before, change.path)}"
        if change.kind != "remove":
            yield f"+ {place}: {cluster_text.one_line_value(change.after, change.path)}"
