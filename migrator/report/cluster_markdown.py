"""What an upgrade changes in the cluster, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.report import cluster_text
from migrator.report.markup import code, fence, prose
from migrator.report.mask import Mask
from migrator.report.records import FileReport, Report

_SIGNS = {"add": "+", "remove": "-", "replace": "~"}


def markdown(report: Report, *, mask: Mask) -> str:
    """Everything that differs, release by release, as GitHub-flavoured Markdown."""
    mask.learn(report)
    lines = ["# What the upgrade changes in the cluster", ""]
    for file in report.files:
        lines += _release(file, mask)
    return "\n".join(lines).rstrip("\n") + "\n"


def _release(file: FileReport, mask: Mask) -> Iterator[str]:
    found = file.cluster
    assert found is not None, "a rendered diff was asked for"
    yield f"## {code(file.path)}"
    yield ""
    for name, fact in cluster_text.facts(file, found):
        yield f"- {name}: {code(fact)}"
    yield ""
    mark = "**" if found.unexplained else ""
    yield f"{mark}{prose(cluster_text.verdict(found))}{mark}"
    yield ""
    for section in cluster_text.sections(file, found):
        yield f"### {prose(section.heading)} ({section.size})"
        yield ""
        for said, groups in section.parts:
            if said:
                yield f"{cluster_text.lead(section.kind)}{prose(mask.text(said))}"
                yield ""
            yield from fence("diff", [line for group in groups for line in _group(group, mask)])
            yield ""
    for sentence in (cluster_text.twice(found), cluster_text.without_difference(file, found)):
        if sentence:
            yield prose(sentence)
            yield ""


def _group(group: cluster_text.Group, mask: Mask) -> Iterator[str]:
    yield f"@@ {cluster_text.named(group.objects, verbose=False)} @@"
    for change in group.changes:
        place = cluster_text.place(change)
        if not place:
            yield f"{_SIGNS[change.kind]} {cluster_text.whole(change, mask)}"
            continue
        if change.kind != "add":
            yield f"- {place}: {cluster_text.spelled(change.before, mask, change.path)}"
        if change.kind != "remove":
            yield f"+ {place}: {cluster_text.spelled(change.after, mask, change.path)}"
