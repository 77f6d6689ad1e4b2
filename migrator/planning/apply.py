"""Applies a plan to text, step by step: each result is parsed again, and the whole verified before any write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.errors import VerificationError
from migrator.planning import effects
from migrator.planning.examine import Case, Request, examine
from migrator.report.records import NoticeReport
from migrator.sources import EditedFile
from migrator.values import tree
from migrator.values.changes import Change
from migrator.values.edits import AddKey, InsertItem, RemoveItems, Route, Value
from migrator.yamltext import Stream


class Result(NamedTuple):
    """An applied plan: each layer parsed again, and where each change is in the original.

    `stages` holds the layers' texts before the first step and after each; `places` each change's line in the text that
    its step started from.
    """

    streams: tuple[Stream, ...]
    lines: tuple[int, ...]
    notices: tuple[NoticeReport, ...]
    stages: tuple[tuple[bytes, ...], ...] = ()
    places: tuple[int, ...] = ()


def apply_plan(case: Case) -> Result:
    """Apply the plan to the text, step by step, and verify the result.

    The text engine parses each step's text again and compares it with the plan; the whole must read as planned, and
    planning it again must change nothing. Raises RefusedError for a shape that is not edited, VerificationError if the
    verification fails, which is a bug in infrahub-migrator; either way nothing was written.
    """
    effects.prove(case.plan, case.bundle.name)
    sources = list(case.sources)
    done: dict[str, list[EditedFile]] = {source.name: [] for source in sources}
    lines: list[int] = []
    places: list[int] = []
    stages = [tuple(source.stream.data for source in sources)]

    def go_on(name: str, edited: EditedFile) -> None:
        done[name].append(edited)
        sources[:] = [each.with_stream(edited.stream) if each.name == name else each for each in sources]

    for step in case.plan.steps:
        for change in step.changes:
            source = sources[change.layer]
            places.append(source.line(_place_of(change, source.data)))
            lines.append(_original(done[source.name], places[-1]))
        for number in range(len(sources)):
            edits = step.edits(number)
            if edits:
                go_on(sources[number].name, sources[number].apply(edits))
        stages.append(tuple(source.stream.data for source in sources))
    if case.bump is not None:
        home = sources[case.bundle.version_layer]
        places.append(case.bump.line(home))
        lines.append(_original(done[home.name], places[-1]))
        go_on(home.name, case.bump.apply(home))
        stages.append(tuple(source.stream.data for source in sources))
    for source, layer in zip(sources, case.plan.result.layers):
        if not source.reads_as(layer.data):
            raise VerificationError("the result differs from the plan; nothing was written.", path=source.name)
    streams = tuple(source.stream for source in sources)
    return Result(streams, tuple(lines), tuple(_left_behind(done)), tuple(stages), tuple(places))


def _left_behind(done: Mapping[str, Sequence[EditedFile]]) -> Iterator[NoticeReport]:
    """Comments that edits left behind or moved, and copies of shared values, by their original lines."""
    found: list[tuple[int, str, int, str]] = []
    for name, edits in done.items():
        for depth, edited in enumerate(edits):
            to_here, before = edits[: depth + 1], edits[:depth]
            for orphan in edited.orphans:
                text = f"this comment is about something that was removed: {orphan.text}"
                found.append((0, name, _original(to_here, orphan.line), text))
            for comment in edited.lost:
                text = f"this comment is removed with the block around it: {comment.text}"
                found.append((1, name, _original(before, comment.line), text))
            for copy in edited.copies:
                text = "a value that was shared through an anchor is now a separate copy here"
                found.append((2, name, _original(to_here, copy), text))
    for _, name, line, text in sorted(found, key=lambda each: each[0]):
        if line:
            yield NoticeReport("info", text, name, line)


def prove_settled(case: Case, result: Result, request: Request) -> None:
    """Check that planning the result again changes nothing, whatever was answered. Raises VerificationError if not."""
    again = examine(case.bundle.with_streams(result.streams), request._replace(earlier={}))
    if not again.plan.is_current:
        left = [change.path for change in again.plan.changes] + [each.id for each in again.plan.open_questions]
        raise VerificationError(
            f"the result would be migrated again ({', '.join(left)}); nothing was written. This is a bug in "
            "infrahub-migrator.",
            path=case.bundle.name,
        )


def _original(done: Sequence[EditedFile], line: int) -> int:
    """The line in the original text of a line after these edits."""
    for edited in reversed(done):
        line = edited.original_line(line)
    return line


def _place_of(change: Change, values: Value) -> Route:
    """Where a reader would look for a change: the value itself, or its neighbour if it is added."""
    edit = change.edit
    if isinstance(edit, RemoveItems):
        return (*edit.route, edit.indexes[0])
    if isinstance(edit, InsertItem) and edit.place.sibling is not None:
        return (*edit.route, edit.place.sibling)
    if isinstance(edit, AddKey) and edit.place.sibling is not None:
        above = edit.route[:-1]
        while not tree.exists(values, above):
            above = above[:-1]
        return (*above, edit.place.sibling)
    return edit.route
