"""The planned changes for review: every step with its lines and their reasons, and the whole result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.planning import apply, examine
from migrator.prompts import what_now
from migrator.prompts.person import Person
from migrator.prompts.screen import Screen
from migrator.report.linediff import Hunk, hunks, signed
from migrator.report.page import SIGNS, one_line
from migrator.report.records import ChangeReport, FileReport, Finding, NoticeReport, Report, with_remedies
from migrator.report.text import EFFECTS

_STYLES = {"-": "red", "+": "green"}


class _Located(NamedTuple):
    """A change, and its line (from 1) in the text before its step."""

    change: ChangeReport
    place: int


def as_report(file: FileReport) -> Report:
    """The report that `migrate` would give on this release alone."""
    return Report("migrate", (file,))


class OverviewLine(NamedTuple):
    """One line of an overview: a sign, a path, the new value (empty: none), and what it means for the cluster."""

    sign: str
    path: str
    value: str
    mark: str

    def __str__(self) -> str:
        return f"{self.path}{': ' * bool(self.value)}{self.value}{self.mark}"


def overview(case: examine.Case, result: apply.Result, report: FileReport, screen: Screen) -> None:
    """What would change, a few lines per step: equal changes together, with their effect on the cluster."""
    count = len(report.changes)
    files = dict.fromkeys(change.file for change in report.changes)
    screen.heading(f"What would change: {count} change{'s' * (count > 1)} in {' and '.join(files)}")
    if case.detected.root:
        screen.say(f"Below {report.root}:")
    for number in range(len(result.stages) - 1):
        screen.say(title(number, case), lead=f"{number + 1}. ")
        for line in overview_lines(changes_of(number, case, report), f"{report.root}.", screen):
            print_line(line, screen, indent=3)
    screen.say(RESTARTS)


RESTARTS = "The Prefect pods restart; unmarked changes leave their behaviour unchanged."
"""The effect of a change without a mark."""


def print_line(line: OverviewLine, screen: Screen, *, indent: int) -> None:
    """Print one line of an overview."""
    screen.say(str(line), indent=indent, lead=f"{line.sign} ", style=_STYLES.get(line.sign, ""))


_MARKS = {"none": "", "behaviour": " (a pod changes)", "required": " (required)"}


def overview_lines(changes: Sequence[ChangeReport], root: str, screen: Screen) -> Iterator[OverviewLine]:
    """One line per change, but removals with the same effect share a line."""
    groups: dict[tuple[str, str], list[ChangeReport]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.effect), []).append(change)
    for (kind, effect), group in groups.items():
        sign, _ = SIGNS[kind]
        places = dict.fromkeys(change.path.removeprefix(root).rpartition(".")[0] for change in group)
        if kind == "remove" and len(group) > 1:
            names = joined_names([_name(change.path) for change in group])
            yield OverviewLine(sign, f"{len(group)} from {' and '.join(places)}: {names}", "", _MARKS[effect])
            continue
        for change in group:
            before, after = (one_line(screen.mask.value(value, change.path)) for value in (change.before, change.after))
            value = {"add": after, "remove": ""}.get(kind, f"{before} -> {after}")
            yield OverviewLine(sign, change.path.removeprefix(root), value, _MARKS[effect])


def joined_names(names: Sequence[str]) -> str:
    """The names, each once; a common start and end is written once, in shell braces."""
    each = list(dict.fromkeys(names))
    words = [name.split("_") for name in each]
    shortest = min(map(len, words)) - 1
    head = next((n for n in range(shortest) if len({word[n] for word in words}) > 1), shortest)
    tail = next((n for n in range(shortest - head) if len({word[-1 - n] for word in words}) > 1), shortest - head)
    if len(each) < 3 or not head:
        return ", ".join(each)
    inner = ", ".join("_".join(word[head : len(word) - tail]) for word in words)
    rest = "".join(f"_{part}" for part in words[0][len(words[0]) - tail :])
    return f"{'_'.join(words[0][:head])}_{{{inner}}}{rest}"


def steps(case: examine.Case, result: apply.Result, report: FileReport, screen: Screen) -> None:
    """Show every step, one after the other."""
    for number in range(len(result.stages) - 1):
        _step(number, case, result, report, screen)
    screen.explain_masks()


def walk(case: examine.Case, result: apply.Result, report: FileReport, screen: Screen, person: Person) -> None:
    """Show one step at a time, forwards and backwards."""
    last = len(result.stages) - 2
    screen.say()
    screen.say(
        "The steps belong together: half a migration would fail on the cluster. Everything optional was a "
        "question, and you can change its answer."
    )
    number, chosen = 0, ""
    while chosen != "back":
        _step(number, case, result, report, screen)
        chosen = what_now.turn_from(number, last, "step", person)
        number += {"next": 1, "previous": -1}.get(chosen, 0)


def findings(found: Sequence[tuple[Finding, str]], screen: Screen) -> None:
    """The findings on the result, each with its places."""
    if found:
        screen.heading("Rules of the target version")
    remedies = with_remedies([each for each, _ in found])
    for (finding, places), (_, remedy) in zip(found, remedies):
        where = f"{places}: " if places else ""
        style = "red" if finding.severity == "error" else "yellow"
        screen.say(f"{where}{finding.rule}: {finding.text}", lead=f"{finding.severity}: ", style=style)
        if remedy:
            screen.say(remedy, indent=2)


def placed(found: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """The findings on one release, each with its place (empty: none)."""
    return [(each, each.place) for each in found]


def notices(notices: Sequence[NoticeReport], screen: Screen, title: str = "Notices") -> None:
    """The notices, warnings first."""
    if notices:
        screen.heading(title)
    for notice in sorted(notices, key=lambda each: each.rank):
        where = f"{notice.place}: " if notice.place else ""
        lead = "- " if notice.severity == "info" else f"{notice.severity}: "
        style = {"error": "red", "warning": "yellow", "info": ""}[notice.severity]
        screen.say(where + notice.text, lead=lead, style=style)


def whole(report: FileReport, screen: Screen) -> None:
    """The resulting files in full, with numbered lines; new lines start with a +."""
    for layer in report.layers:
        if layer.before is layer.after:
            continue
        screen.heading(f"{layer.path}, as it would be")
        before, after = _lines_of(layer.before), _lines_of(layer.after)
        new = {line for hunk in hunks(before, after) for at in hunk.blocks for line in range(at.new_start, at.new_end)}
        shown = screen.mask.lines(layer.after.decode("utf-8", "replace"))
        for number, line in enumerate(shown[: len(after)]):
            sign = "+" if number in new else " "
            screen.line(f"{number + 1:>4} {sign} {_printable(line)}", style=_STYLES.get(sign, ""))


def _step(number: int, case: examine.Case, result: apply.Result, report: FileReport, screen: Screen) -> None:
    first = sum(len(each.changes) for each in case.plan.steps[:number])
    located = [_Located(*each) for each in zip(changes_of(number, case, report), result.places[first:])]
    screen.heading(f"Step {number + 1} of {len(result.stages) - 1}: {title(number, case)}")
    for layer, source in enumerate(case.sources):
        before, after = result.stages[number][layer], result.stages[number + 1][layer]
        if before is not after:
            _layer(source.name, before, after, [each for each in located if each.change.file == source.name], screen)


def changes_of(number: int, case: examine.Case, report: FileReport) -> tuple[ChangeReport, ...]:
    """The changes of the step of that number; changes outside the values come last, as a separate step."""
    planned = case.plan.steps
    first = sum(len(each.changes) for each in planned[:number])
    count = len(planned[number].changes) if number < len(planned) else len(report.changes)
    return report.changes[first:][:count]


def title(number: int, case: examine.Case) -> str:
    """What the step of that number does, and the migration it belongs to."""
    # Changes outside the values (the chart version in an object that holds both) are not a step of any migration.
    if number >= len(case.plan.steps):
        return "move the chart version"
    planned = case.plan.steps[number]
    return f"{planned.step.title} ({planned.known.id})"


def _layer(name: str, before: bytes, after: bytes, located: Sequence[_Located], screen: Screen) -> None:
    texts = [screen.mask.lines(text.decode("utf-8", "replace")) for text in (before, after)]
    found = hunks(_lines_of(before), _lines_of(after))
    for at, hunk in enumerate(found):
        belonging = [each.change for each in located if _hunk_of(each.place, found) == at]
        belonging = belonging or [each.change for each in located]
        screen.line(f"{name}:{belonging[0].line}", style="bold")
        for sign, line in signed(hunk, *texts):
            screen.line(f"  {sign} {_printable(line)}", style=_STYLES.get(sign, ""))
        reasons: dict[tuple[str, str], list[str]] = {}
        for change in belonging:
            reasons.setdefault((change.why, EFFECTS[change.effect]), []).append(_name(change.path))
        for (why, effect), names in reasons.items():
            of_what = f" ({', '.join(dict.fromkeys(names))})" if len(reasons) > 1 else ""
            screen.say(why + of_what, indent=4, lead="why: ")
            screen.say(effect, indent=4, lead="effect: ")


def _hunk_of(line: int, found: Sequence[Hunk]) -> int:
    """The hunk that shows the line, or else the first one below it: an addition can be far below its neighbour."""
    for number, hunk in enumerate(found):
        if line <= hunk.end:
            return number
    return len(found) - 1


def _lines_of(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _printable(line: str) -> str:
    return line.removesuffix("\r").replace("\t", "    ")


def _name(path: str) -> str:
    """The end of a path, enough beside the lines themselves: an env name, or two keys."""
    keys = path.split(".")
    return keys[-1] if keys[-1].isupper() else ".".join(keys[-2:])
