"""What an upgrade changes in the cluster, at a terminal: what nothing explains first, then by explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.report import page as pages
from migrator.report.cluster_records import AGAIN, HIDDEN, ClusterChange, ClusterReport
from migrator.report.mask import Mask
from migrator.report.page import SIGNS, Page, Style, versions
from migrator.report.records import FileReport, Report
from migrator.report.text_check import count
from migrator.values.edits import Value

FEW = 3
"""How many objects that share a change are named."""

_HEADINGS = {
    "none": "NOTHING EXPLAINS THESE: look at them before you upgrade",
    "chart": "The chart",
    "values": "The chart's own values",
    "version": "The chart's version",
    "made-up": "Made up by Helm each time it renders; a chart that looks up what is installed keeps that instead",
}
_LAST = ("chart", "values", "version", "made-up")


class Group(NamedTuple):
    """Changes that the same objects share."""

    objects: tuple[str, ...]
    changes: tuple[ClusterChange, ...]


class Section(NamedTuple):
    """What has one explanation: a heading, and groups by what is said of them."""

    kind: str
    heading: str
    parts: tuple[tuple[str, tuple[Group, ...]], ...]

    @property
    def size(self) -> int:
        """How many fields of objects differ."""
        return sum(len(group.objects) * len(group.changes) for _, groups in self.parts for group in groups)


def text(report: Report, page: Page, *, mask: Mask, verbose: bool = False) -> str:
    """Everything that differs, release by release; `verbose` names every object."""
    report = mask.conceal(report)
    shown = ["".join(line + "\n" for line in _release(file, page, verbose)) for file in report.files]
    return "\n".join(shown)


def sections(file: FileReport, cluster: ClusterReport) -> list[Section]:
    """The differences by what explains them: what nothing does first, then the steps in their order, then the chart."""
    titles = dict(file.migrations)
    keys = [("none", "", "")]
    keys += [("step", *key) for key in dict.fromkeys((change.migration, change.step) for change in file.changes)]
    keys += [(kind, "", "") for kind in _LAST]
    found = []
    for kind, migration, step in keys:
        own = [
            each
            for each in cluster.changes
            if (each.explanation.kind, each.explanation.migration, each.explanation.step) == (kind, migration, step)
        ]
        if own:
            title = f"{migration} ({titles.get(migration, '')}), step {step}: {own[0].explanation.title}"
            found.append(Section(kind, _HEADINGS.get(kind, title), _parts(own)))
    return found


def verdict(cluster: ClusterReport) -> str:
    """How many differences there are, and how many of them nothing explains, in one sentence."""
    if not cluster.changes:
        return "Nothing changes in the cluster."
    wrong = len(cluster.unexplained)
    if not wrong:
        return f"{count(len(cluster.changes), 'difference')}; nothing is left unexplained."
    explains = "1 has no explanation" if wrong == 1 else f"{wrong} have no explanation"
    return f"{count(len(cluster.changes), 'difference')}, of which {explains}."


def restarting(cluster: ClusterReport) -> list[str]:
    """The objects whose pods are made anew, since their template differs: Kubernetes rolls those out, and no others."""
    objects = [
        each.object
        for each in cluster.changes
        if each.object.startswith(_WITH_PODS) and each.path.startswith("spec.template.")
    ]
    return list(dict.fromkeys(objects))


_WITH_PODS = ("Deployment ", "StatefulSet ", "DaemonSet ")


def restarts(cluster: ClusterReport) -> str:
    """The same in a sentence; empty where nothing changes."""
    if not cluster.changes:
        return ""
    return f"What restarts: {'; '.join(restarting(cluster)) or 'no pod'}."


def without_difference(file: FileReport, cluster: ClusterReport) -> str:
    """A sentence on the steps that change the file and leave the cluster as it is; empty where there is none."""
    causing = {(each.explanation.migration, each.explanation.step) for each in cluster.changes}
    steps = dict.fromkeys((change.migration, change.step) for change in file.changes if change.step)
    idle = [f"{migration}, step {step}" for migration, step in steps if (migration, step) not in causing]
    if not idle:
        return ""
    return f"Steps without a difference of their own in the cluster: {'; '.join(idle)}."


def twice(cluster: ClusterReport) -> str:
    """A warning of entries that stood twice and stand once now; empty where there is none."""
    names = [place(each) + " on " + each.object for each in cluster.changes if each.path.rstrip('"').endswith(AGAIN)]
    if not names:
        return ""
    return (
        f"These stood beside another entry of the same name: {'; '.join(names)}. Where one of two goes, Kubernetes' "
        "merge can take away both: look at the live pods' env after the upgrade."
    )


def named(objects: Sequence[str], verbose: bool) -> str:
    """The objects in a line; a crowd only by its number and its kinds."""
    if verbose or len(objects) <= FEW:
        return ", ".join(objects)
    kinds = ", ".join(dict.fromkeys(each.partition(" ")[0] for each in objects))
    return f"{len(objects)} objects ({kinds})"


def place(change: ClusterChange) -> str:
    """Where in the object a field stands, without the way to a pod and to Prefect's container, alike everywhere."""
    path = change.path.removeprefix("spec.template.spec.")
    for container in ("prefect-server", "prefect-background-services"):
        path = path.removeprefix(f"containers.{container}.")
    return f"env {path[4:]}".replace('"', "") if path.startswith("env.") else path


def spelled(value: Value, path: str) -> str:
    """A value in a line; of an env entry what it is set to, the name being in the path already."""
    if isinstance(value, dict) and "env" in path:
        rest = {key: child for key, child in value.items() if key != "name"}
        source = rest.get("valueFrom")
        reference = source.get("secretKeyRef") if isinstance(source, dict) else None
        if isinstance(reference, dict):
            return f"key {reference.get('key')} of the Secret {reference.get('name')}"
        value = rest["value"] if list(rest) == ["value"] else rest
    return HIDDEN if value == HIDDEN else pages.spelled(value)


def _parts(changes: Sequence[ClusterChange]) -> tuple[tuple[str, tuple[Group, ...]], ...]:
    texts = dict.fromkeys(change.explanation.text for change in changes)
    return tuple((text, _groups([each for each in changes if each.explanation.text == text])) for text in texts)


def _groups(changes: Sequence[ClusterChange]) -> tuple[Group, ...]:
    """First the objects of each change, then the changes of each set of objects."""
    objects: dict[str, list[ClusterChange]] = {}
    for change in changes:
        where = place(change) or change.object  # objects that come or go are not alike
        objects.setdefault(repr((where, change.before, change.after)), []).append(change)
    together: dict[tuple[str, ...], list[ClusterChange]] = {}
    for alike in objects.values():
        together.setdefault(tuple(each.object for each in alike), []).append(alike[0])
    return tuple(Group(names, tuple(shared)) for names, shared in together.items())


def _release(file: FileReport, page: Page, verbose: bool) -> Iterator[str]:
    cluster = file.cluster
    assert cluster is not None, "a rendered diff was asked for"
    yield page.styled(f"{page.plain(file.path)}: what the upgrade changes in the cluster", "bold")
    for name, fact in facts(file, cluster):
        yield from page.wrapped(fact, indent=2, lead=f"{name}: ")
    style: Style = "red" if cluster.unexplained else "green"
    yield from page.wrapped(verdict(cluster), indent=2, style=style)
    if cluster.changes:
        yield from page.wrapped(restarts(cluster), indent=2)
    for section in sections(file, cluster):
        yield ""
        heading = f"{section.heading} ({section.size})"
        yield from page.wrapped(heading, style="red" if section.kind == "none" else "bold")
        for sentence, groups in section.parts:
            if sentence:
                yield from page.wrapped(sentence, indent=2, lead=lead(section.kind))
            for group in groups:
                yield from _group(group, page, verbose)
    for sentence in (twice(cluster), without_difference(file, cluster)):
        if sentence:
            yield ""
            yield from page.wrapped(sentence)


def facts(file: FileReport, cluster: ClusterReport) -> Iterator[tuple[str, str]]:
    """What was rendered."""
    yield "file", versions(file)
    yield "old chart", cluster.old_chart
    yield "new chart", cluster.new_chart
    if cluster.release_name or cluster.namespace:
        yield "release", f"{cluster.release_name or 'release-name'} in {cluster.namespace or 'default'}"


def lead(kind: str) -> str:
    """What stands before what is said of differences."""
    return {"step": "why: ", "none": "known: "}.get(kind, "")


def _group(group: Group, page: Page, verbose: bool) -> Iterator[str]:
    yield from page.wrapped(named(group.objects, verbose), indent=2)
    for change in group.changes:
        sign, style = SIGNS[change.kind]
        if change.path:
            before, after = (spelled(value, change.path) for value in (change.before, change.after))
            what = f"{place(change)}: {({'add': after, 'remove': before}).get(change.kind, f'{before} -> {after}')}"
        else:
            what = whole(change)
        yield from page.wrapped(what, indent=4, lead=f"{sign} ", style=style)


def whole(change: ClusterChange) -> str:
    """That an object comes or goes, and in short what it is."""
    summary = change.after if change.kind == "add" else change.before
    facts = summary.items() if isinstance(summary, dict) else ()
    clauses = [f"{name} {', '.join(map(str, fact)) if isinstance(fact, list) else fact}" for name, fact in facts]
    return ("a new object" if change.kind == "add" else "goes away") + (f": {'; '.join(clauses)}" if clauses else "")
