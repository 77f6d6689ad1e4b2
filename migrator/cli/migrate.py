"""`migrate`: from a plan to what may be written, by way of a person where there is one; `delivery` writes it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from migrator.cli import output
from migrator.cli.output import Ready, tell
from migrator.errors import InterruptedByUser
from migrator.planning import apply, examine, summary
from migrator.report import streams
from migrator.report.mask import Mask
from migrator.report.records import FileReport
from migrator.sources import Bundle
from migrator.verify import verify

if TYPE_CHECKING:
    from types import FrameType

    from migrator.prefect.redis_collisions import Neighbours
    from migrator.prompts.save_answers import Keeper


def migrate(
    source: Bundle,
    chosen: argparse.Namespace,
    request: examine.Request,
    keeper: Keeper | None = None,
    neighbours: Neighbours | None = None,
) -> FileReport:
    """Plan, ask, prove, and write one release; what was done is in the report. Raises what `prepare` raises."""
    ready = prepare(source, chosen, request, keeper, neighbours)
    return output.deliver([ready], chosen, keeper)[0] if isinstance(ready, Ready) else ready


def prepare(
    source: Bundle,
    chosen: argparse.Namespace,
    request: examine.Request,
    keeper: Keeper | None = None,
    neighbours: Neighbours | None = None,
) -> Ready | FileReport:
    """Plan, ask and prove one release, and write nothing. `keeper` is told of every decision.

    `neighbours` are the other releases of the run, where there are any. Where decisions are missing and nobody can be
    asked, the answer is the report that says so. Raises InterruptedByUser where somebody left.
    """
    if somebody_is_there(source, chosen):
        with _hangup_as_leaving():
            return _with_a_person(source, chosen, request, keeper, neighbours)
    case = examine.examine([source], request)
    if keeper is not None:
        keeper.note(source.name, case.plan.asked, request.given)
    if case.plan.open_questions:
        return summary.report(case, apply.carry_out(case) if chosen.format == "json" else None)
    _tell_new_defaults(case, chosen)
    if neighbours is not None:
        neighbours.settle(source.name, case.plan.result)
    result = apply.carry_out(case)
    if case.plan.changes:
        apply.prove_settled(case, result, request)
    report = summary.with_findings(summary.report(case, result), verify.held(case, result))
    return Ready(source, case, report)


def _with_a_person(
    source: Bundle,
    chosen: argparse.Namespace,
    request: examine.Request,
    keeper: Keeper | None,
    neighbours: Neighbours | None,
) -> Ready:
    from migrator.prompts import conversation

    case, _, report = conversation.hold(
        [source],
        request,
        lambda asked, given: keeper.note(source.name, asked, given) if keeper is not None else None,
        target=chosen.output or "",
        mask=Mask(chosen.show_secrets),
        width=streams.width(),
        colour=streams.wants_colour(chosen.color, sys.stdout),
        dry_run=chosen.dry_run,
    )
    if neighbours is not None:
        neighbours.settle(source.name, case.plan.result)
    return Ready(source, case, report, was_shown=True)


@contextmanager
def _hangup_as_leaving() -> Iterator[None]:
    """Within it, a terminal that is closed, or a polite kill, is heard as ^C is: nothing written, answers saved.

    Whoever has left is heard once: a second signal would cut short what is left to do, and the exit code with it.
    """
    import signal

    def leave(number: int, frame: FrameType | None) -> None:
        hear_no_more()
        raise KeyboardInterrupt

    def hear_no_more() -> None:
        for kind in (*kinds, signal.SIGINT):
            signal.signal(kind, signal.SIG_IGN)

    there = [kind for kind in (getattr(signal, "SIGHUP", None), signal.SIGTERM) if kind is not None]  # Windows has one
    kinds = [kind for kind in there if signal.getsignal(kind) is signal.SIG_DFL]
    for kind in kinds:
        signal.signal(kind, leave)
    try:
        yield
    except (InterruptedByUser, KeyboardInterrupt):
        hear_no_more()
        raise
    finally:
        for kind in kinds:
            if signal.getsignal(kind) is leave:
                signal.signal(kind, signal.SIG_DFL)


def somebody_is_there(source: Bundle, chosen: argparse.Namespace) -> bool:
    """Whether a person can be asked: a terminal on both sides, and nobody said otherwise."""
    if chosen.non_interactive or source.snapshot is None or chosen.format == "json" or chosen.output == "-":
        return False
    return streams.is_there(sys.stdin) and streams.is_there(sys.stdout)


def _tell_new_defaults(case: examine.Case, chosen: argparse.Namespace) -> None:
    """With an answers file, what it does not decide is worth a word: the question may have come since."""
    if not chosen.answers:
        return
    for asked in case.plan.asked:
        if not asked.given:
            name, answer = asked.question.id, asked.answer
            tell(chosen, f"note: {chosen.answers} does not answer {name}: its safe default, {answer}, is used.")
