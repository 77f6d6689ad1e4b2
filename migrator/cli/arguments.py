"""The command line as data: read, and its options held against each other."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from migrator.cli.options import (
    ANSWER_FLAGS,
    COMMANDS,
    FILE_FORMATS,
    GLOBAL,
    RENDERED_FORMATS,
    parser_of,
    parser_of_all,
)
from migrator.errors import UsageError, did_you_mean
from migrator.planning.answers import NAMES_A_REDIS, ONE_DOCKET
from migrator.planning.discover import Wishes


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line. Raises UsageError, and SystemExit for --help and --version."""
    words = command_first(arguments)
    if words and words[0] in COMMANDS:
        options = parser_of(words[0]).parse_args(words[1:], argparse.Namespace(command=words[0]))
    elif words and not words[0].startswith("-"):
        raise UsageError(
            f"there is no command {words[0]!r}{did_you_mean(words[0], COMMANDS)}.",
            remedy=f"The commands are {', '.join(COMMANDS)}.",
        )
    else:
        options = parser_of_all().parse_args(words)
    if options.command == "diff":
        _settle_diff(options)
    if options.command == "verify" and options.kube_version and not options.chart_path:
        raise UsageError("--kube-version is for rendering a chart.", remedy="Name one with --chart-path.")
    if hasattr(options, "answer"):
        _check(options, given_answers(options))
    return options


def command_first(arguments: Sequence[str]) -> list[str]:
    """The command line with the global options that stand before the command behind it."""
    at = 0
    while at < len(arguments) and arguments[at].partition("=")[0] in GLOBAL:
        at += 1 + (GLOBAL[arguments[at]] if "=" not in arguments[at] else 0)
    return [*arguments[at : at + 1], *arguments[:at], *arguments[at + 1 :]]


def given_answers(options: argparse.Namespace) -> dict[str, str]:
    """The answers on the command line, by question id; a flag beats --answer."""
    given = dict(options.answer)
    for name in ANSWER_FLAGS:
        value = getattr(options, name.replace("-", "_"))
        if value is not None:
            given[name] = value
    for name in ("release-name", "namespace"):
        value = getattr(options, name.replace("-", "_"))
        if value:
            given[name] = value
    return given


def flag_of(question_id: str) -> str:
    """How the command line answers that question."""
    has_own = question_id in (*ANSWER_FLAGS, "release-name", "namespace")
    return f"--{question_id}" if has_own else f"--answer {question_id}"


def upgrade_options(options: argparse.Namespace) -> list[str]:
    """The options that say which upgrade is meant, as they would be typed again."""
    typed = {
        "--chart": options.chart,
        "--from": options.version_from,
        "--to": options.version_to,
        "--root": options.root,
        "--chart-path": options.chart_path,
    }
    words = [word for name, value in typed.items() if value for word in (name, value)]
    return [*words, "--no-bump"] if options.no_bump else words


def wishes(options: argparse.Namespace, given: Mapping[str, str]) -> Wishes:
    """What the command line says about the upgrade."""
    return Wishes(
        chart=options.chart or "",
        version_from=options.version_from or "",
        version_to=options.version_to or "",
        root=options.root or "",
        release_name=given.get("release-name", ""),
        namespace=given.get("namespace", ""),
    )


def _check(options: argparse.Namespace, given: Mapping[str, str]) -> None:
    dockets = [name for name in ONE_DOCKET if name in given]
    if len(dockets) > 1:
        names = " and ".join(f"--{name}" for name in dockets)
        raise UsageError(f"{names} each say where the docket is: give one of them.")
    refuse_one_redis_for_several(options, given, files_named(options))
    if not options.files and not options.values:
        raise UsageError("nothing is named.", remedy="Name a FILE, or the layers of one release with -f.")
    if options.files and options.values:
        raise UsageError(
            f"-f names the layers of one release, and {options.files[0]} would be a release of its own.",
            remedy="Name each layer with -f, or run once for each release.",
        )
    if "-" in options.files and len(options.files) > 1:
        raise UsageError("- (standard input) stands alone, without other files.")
    output = getattr(options, "output", None)
    if output and len(options.values) > 1:
        raise UsageError("--output takes the result of one file, and several layers are named.")
    refuse_one_output_for_several(options, files_named(options))
    if getattr(options, "format", "") == "json" and output == "-":
        raise UsageError("--format json and --output - both want standard output: give one of them.")
    takes_result = options.command == "migrate" and "-" in options.files and not output and not options.dry_run
    if takes_result and options.format == "json":
        raise UsageError(
            "--format json and the result of standard input both want standard output.",
            remedy="Name a file for the result with --output.",
        )


def refuse_one_output_for_several(options: argparse.Namespace, files: int) -> None:
    """Raise UsageError where the results of several files would go over each other."""
    if files > 1 and getattr(options, "output", None):
        raise UsageError(
            f"--output takes the result of one file only, and {files} are named.",
            remedy="Run once for each file.",
        )


def _settle_diff(options: argparse.Namespace) -> None:
    """Hold the options of a rendered diff against each other, and choose the format where none is named."""
    formats = RENDERED_FORMATS if options.rendered else FILE_FORMATS
    options.format = options.format or formats[0]
    if options.format not in formats:
        of_what = "what Helm renders (--rendered)" if options.rendered else "the file (without --rendered)"
        raise UsageError(f"--format {options.format} is no format for a diff of {of_what}: {', '.join(formats)}.")
    if options.rendered:
        missing = [name for name in ("old_chart_path", "chart_path") if not getattr(options, name)]
        if missing:
            raise UsageError(
                f"--rendered holds two charts against each other: --{missing[0].replace('_', '-')} is missing.",
                remedy="Name the chart that runs now with --old-chart-path, the one to upgrade to with --chart-path.",
            )
        return
    for name in ("old_chart_path", "kube_version"):
        if getattr(options, name):
            raise UsageError(
                f"--{name.replace('_', '-')} is for a diff of what Helm renders.", remedy="Add --rendered."
            )


def files_named(chosen: argparse.Namespace) -> int:
    """How many files the command line names: one that is named twice, by whichever names, counts once.

    What a directory holds is known later.
    """
    if len(chosen.files) < 2:
        return len(chosen.files)
    import os

    from migrator.files import identity

    return len({identity(name) for name in chosen.files if not os.path.isdir(name)})


def refuse_one_redis_for_several(chosen: argparse.Namespace, given: Mapping[str, str], releases: int) -> None:
    """Raise UsageError where an option names a Redis, which several releases must not share."""
    redis = [name for name in NAMES_A_REDIS if name in given]
    if getattr(chosen, "check_redis", None):
        redis.append("check-redis")
    if redis and releases > 1:
        raise UsageError(
            f"--{redis[0]} names one Redis, and {releases} releases are named, which must not share it.",
            remedy="Run once for each file.",
        )
