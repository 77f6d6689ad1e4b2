"""The commands that work on files: each file on its own, all reported, one bad file never stopping the others."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.cli import arguments, opening, printing
from migrator.errors import (
    InterruptedByUser,
    MigratorError,
    NotAllTold,
    OutOfScopeError,
    UnrelatedError,
    UsageError,
    VerificationError,
    WriteError,
    did_you_mean,
)
from migrator.planning import catalog, examine, summary
from migrator.planning.answers import NAMES_A_REDIS
from migrator.report.mask import said
from migrator.report.records import FileReport, Report, Status
from migrator.sources import Bundle, Opened
from migrator.values.context import Surroundings

if TYPE_CHECKING:
    from migrator.cli.output import Ready
    from migrator.prefect.redis_collisions import Neighbours
    from migrator.prompts.answers_file import Answers
    from migrator.prompts.save_answers import Keeper


def carry_out(chosen: argparse.Namespace) -> int:
    """Run plan, diff, migrate, check, verify or undo, print its report, and answer the exit code."""
    if chosen.command in ("migrate", "undo"):
        from migrator.cli import output

        output.refuse_impossible_writes(chosen)
    if chosen.command == "undo":
        from migrator.cli import undo

        return undo.carry_out(chosen)
    flags = arguments.given_answers(chosen)
    known = catalog.questions(catalog.load()) if flags or chosen.answers else {}
    _refuse_impossible_answers(flags, known)
    answers = _read_answers(chosen, known) if chosen.answers else None
    keeper = _keeper(chosen) if getattr(chosen, "save_answers", None) else None

    found = opening.named(chosen, _failed)
    arguments.refuse_one_redis_for_several(chosen, flags, len(found.bundles))
    arguments.refuse_one_output_for_several(chosen, len(found.groups))
    by_itself = _requests(chosen, answers)
    neighbours = opening.neighbours(found.bundles, by_itself)
    blocked = neighbours.collisions() if neighbours is not None else {}

    def requests(bundle: Bundle) -> examine.Request:
        request = by_itself(bundle)
        if neighbours is not None:
            return request._replace(surroundings=neighbours.around(bundle.name))
        if getattr(chosen, "check_redis", None):
            from migrator.prefect import redis_live

            return request._replace(surroundings=Surroundings(seen=redis_live.look(chosen.check_redis)))
        return request

    def migrate(source: Bundle, chosen: argparse.Namespace, request: examine.Request) -> FileReport:
        return _migrate(source, chosen, request, keeper, neighbours)

    def prepare(source: Bundle, chosen: argparse.Namespace, request: examine.Request) -> Ready | FileReport:
        return _prepare(source, chosen, request, keeper, neighbours)

    commands = {"plan": _plan, "diff": _diff, "check": _check, "verify": _verify, "migrate": migrate}
    reports: list[FileReport] = []
    try:
        for each in found.groups:
            if not isinstance(each, Opened):
                reports.append(each)
            elif each.bundles:
                command = commands[chosen.command]
                reports += opening.carried_out(each, chosen, requests, command, prepare, blocked, _failed, keeper)
            else:
                reports.append(_unrelated(chosen, each))
    except (InterruptedByUser, KeyboardInterrupt) as left:
        _keep_what_was_decided(keeper, chosen)
        written = _new_files(reports, chosen)
        if isinstance(left, InterruptedByUser) and left.path:
            written.append(left.path)
        if written:
            message = f"interrupted; {', '.join(written)} had been written before, and nothing of the rest was."
            raise InterruptedByUser(message) from None
        raise
    return _told(chosen, Report(chosen.command, tuple(reports)), keeper, answers)


def _told(chosen: argparse.Namespace, report: Report, keeper: Keeper | None, answers: Answers | None) -> int:
    """Save what was decided, print the report, and answer the exit code: 6 where that fails and files are new."""
    new = _new_files(report.files, chosen)
    try:
        if keeper is not None and keeper.save():
            _say(chosen, f"answers saved in {chosen.save_answers}")
    except WriteError as error:  # by now files may be written, and what became of them is still to be told
        code = NotAllTold.exit_code if new else error.exit_code
        which = f" ({' and '.join(new)} is written)" if new else ""
        report = report._replace(error=f"the answers were not saved{which}: {error}", error_code=code)
        sys.stderr.write(f"infrahub-migrator: {said(report.error, show_secrets=chosen.show_secrets)}\n")
    try:
        _tell_unused_answers(chosen, report.files, answers)
        code = printing.print_report(chosen, report)
        sys.stdout.flush()
    except OSError as error:
        if not new:
            raise
        from migrator.cli.output import not_all_told

        raise not_all_told(new, error) from error
    return code


def _new_files(reports: Sequence[FileReport], chosen: argparse.Namespace) -> list[str]:
    if chosen.command != "migrate" or chosen.dry_run or chosen.output == "-":
        return []
    from migrator.cli.output import new_files

    written = [report for report in reports if report.status == "migrated"]
    new = dict.fromkeys(path for report in written for path in new_files(report, chosen.output or ""))
    return [path for path in new if path != "(standard input)"]


def _read_answers(chosen: argparse.Namespace, known: Mapping[str, Callable[[str], str]]) -> Answers:
    from migrator.prompts import answers_file

    answers = answers_file.read(chosen.answers, known)
    naming = [name for name in NAMES_A_REDIS if name in answers.common]
    if naming and (named := arguments.files_named(chosen)) > 1:
        raise UsageError(
            f"{naming[0]} names one Redis, and {named} releases are named, which must not share it.",
            path=answers.path,
            line=answers.common[naming[0]].line,
            remedy=f"Say for which release it is meant: releases: PATH: {naming[0]}: ...",
        )
    return answers


def _keep_what_was_decided(keeper: Keeper | None, chosen: argparse.Namespace) -> None:
    """Save the answers of somebody who leaves; whatever hinders that, and be the terminal gone, they have left."""
    try:
        if keeper is not None and keeper.save():
            _say(chosen, f"answers saved in {chosen.save_answers}")
    except (MigratorError, OSError) as error:
        from contextlib import suppress

        with suppress(OSError):
            _say(chosen, f"the answers could not be saved: {error}")


def _keeper(chosen: argparse.Namespace) -> Keeper:
    from migrator import files
    from migrator.prompts import save_answers

    for sentence in files.recover([chosen.save_answers]):
        _say(chosen, sentence)
    inputs = chosen.files or _layers(chosen)
    return save_answers.Keeper(
        chosen.save_answers, inputs, arguments.upgrade_options(chosen), output=chosen.output or ""
    )


def _layers(chosen: argparse.Namespace) -> list[str]:
    """The layers as they would be typed again."""
    return [f"--values={name}" for name in chosen.values]


def _requests(chosen: argparse.Namespace, answers: Answers | None) -> Callable[[Bundle], examine.Request]:
    """What is asked of the run on each release; what is wrong with its answers is told once."""
    flags = arguments.given_answers(chosen)
    plain = examine.Request(
        arguments.wishes(chosen, flags),
        flags,
        bump=not chosen.no_bump,
        chart_path=chosen.chart_path or "",
        old_chart_path=getattr(chosen, "old_chart_path", None) or "",
    )
    if answers is None:
        return lambda bundle: plain
    from migrator.prompts import answers_file

    made: dict[str, examine.Request] = {}

    def replayed(bundle: Bundle) -> examine.Request:
        if bundle.name not in made:
            found = answers_file.replay(answers, bundle.name, flags)
            for sentence in found.unset:
                _say(chosen, sentence)
            given = {**found.given, **flags}
            wishes = arguments.wishes(chosen, given)
            made[bundle.name] = plain._replace(wishes=wishes, given=given, earlier=found.earlier)
        return made[bundle.name]

    return replayed


def _unrelated(chosen: argparse.Namespace, opened: Opened) -> FileReport:
    """A file of GitOps objects that are nobody's business here; where it is passed, it is the result as it is."""
    others = f"holds {', '.join(opened.unrelated)}"
    told = f"{opened.name}: {others}: nothing of these charts."
    if not chosen.skip_unrelated:
        return FileReport(path=opened.name, status="unrelated", evidence=(others,), error=told, exit_code=2)
    if chosen.command == "migrate" and opened.source is not None:
        from migrator.cli import output

        try:
            output.pass_on(opened.source, chosen)
        except MigratorError as error:
            return _failed(opened.name, error)
    return FileReport(path=opened.name, status="unrelated", evidence=(others,), error=told)


def _failed(path: str, error: MigratorError) -> FileReport:
    status: Status = "refused"
    if isinstance(error, (VerificationError, WriteError)):
        status = "failed"
    elif isinstance(error, NotAllTold):
        status = "migrated"
    elif isinstance(error, (OutOfScopeError, UnrelatedError)):
        status = "out-of-scope" if isinstance(error, OutOfScopeError) else "unrelated"
    return FileReport(path=path, status=status, error=str(error), exit_code=error.exit_code)


def _plan(source: Bundle, chosen: argparse.Namespace, request: examine.Request) -> FileReport:
    from migrator.planning import apply

    case = examine.examine([source], request)
    result = apply.carry_out(case)
    report = summary.report(case, result)._replace(exit_code=0)
    if not case.plan.is_current:
        return report
    from migrator.verify import verify

    return summary.with_findings(report, verify.held(case, result))


def _diff(source: Bundle, chosen: argparse.Namespace, request: examine.Request) -> FileReport:
    if chosen.rendered:
        from migrator.helm import cluster_diff

        return cluster_diff.diff(source, chosen, request)
    case = examine.examine([source], request)
    from migrator.planning import apply

    if case.plan.open_questions:
        shows_a_part = chosen.format in ("json", "markdown")
        return summary.report(case, apply.carry_out(case) if shows_a_part else None)
    report = summary.report(case, apply.carry_out(case))
    return report._replace(exit_code=1 if chosen.exit_code and report.changes else 0)


def _check(source: Bundle, chosen: argparse.Namespace, request: examine.Request) -> FileReport:
    case = examine.examine([source], request)
    result = None
    if chosen.format == "json":  # a line a file names no places in the text, which are all that it is carried out for
        from migrator.planning import apply

        result = apply.carry_out(case)
    report = summary.report(case, result)
    return report._replace(exit_code=0 if report.status == "current" else 1)


def _verify(source: Bundle, chosen: argparse.Namespace, request: examine.Request) -> FileReport:
    from migrator.verify import verify

    return verify.verify(source, chosen, request)


def _migrate(
    source: Bundle,
    chosen: argparse.Namespace,
    request: examine.Request,
    keeper: Keeper | None,
    neighbours: Neighbours | None,
) -> FileReport:
    from migrator.cli import migrate

    return migrate.migrate(source, chosen, request, keeper, neighbours)


def _prepare(
    source: Bundle,
    chosen: argparse.Namespace,
    request: examine.Request,
    keeper: Keeper | None,
    neighbours: Neighbours | None,
) -> Ready | FileReport:
    from migrator.cli import migrate

    return migrate.prepare(source, chosen, request, keeper, neighbours)


def _refuse_impossible_answers(given: Mapping[str, str], known: Mapping[str, Callable[[str], str]]) -> None:
    """Refuse what answers no question of any release; whether this one asks it is another matter."""
    for name, answer in given.items():
        complaint = known.get(name) or known.get(name.partition(".")[0])
        if complaint is None:
            meant = did_you_mean(name, known)
            raise UsageError(
                f"--answer {name}: there is no such question{meant}.", remedy=f"They are {', '.join(known)}."
            )
        problem = complaint(answer)
        if problem:
            raise UsageError(f"{arguments.flag_of(name)}: {problem}.")


def _tell_unused_answers(chosen: argparse.Namespace, reports: Sequence[FileReport], answers: Answers | None) -> None:
    """A given answer that no question used is worth a word, and no error: one set of flags serves many files."""
    if not reports or any(report.error for report in reports):
        return
    asked = {question.id for report in reports for question in report.questions}
    for name in arguments.given_answers(chosen):
        if not _was_asked(name, asked):
            _say(chosen, f"note: nothing asked for {name}, so its answer was not used.")
    if answers is None:
        return
    places = {name: written.line for name, written in answers.common.items() if not _was_asked(name, asked)}
    for release in answers.releases:
        its = [report for report in reports if answers.names_release(report.path) == release]
        if not its:
            place = f"{answers.path}:{answers.lines[release]}"
            _say(chosen, f"note: {place}: {release} is none of the releases here, so its answers were not used.")
            continue
        asked = {question.id for report in its for question in report.questions}
        own = answers.releases[release]
        places |= {name: written.line for name, written in own.items() if not _was_asked(name, asked)}
    for name, line in places.items():
        _say(chosen, f"note: {answers.path}:{line}: nothing asked for {name}, so its answer was not used.")


def _was_asked(name: str, asked: set[str]) -> bool:
    if name in ("release-name", "namespace"):
        return True
    return any(each == name or each.startswith(name + ".") for each in asked)


def _say(chosen: argparse.Namespace, text: str) -> None:
    if not chosen.quiet:
        sys.stderr.write(f"infrahub-migrator: {said(text, show_secrets=chosen.show_secrets)}\n")
