"""The command line as data.

The parser is argparse: it is in the standard library, and importing it costs 3 ms where click costs 25.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import NoReturn

from migrator import __version__
from migrator.charts.versions import CHARTS
from migrator.errors import UsageError
from migrator.planning.answers import NAMES_A_REDIS, ONE_DOCKET
from migrator.planning.discover import Wishes
from migrator.report import streams

PROGRAM = "infrahub-migrator"

EXIT_CODES = """\
exit codes:
  0  done, or nothing to do
  1  changes are pending (check; diff --exit-code)
  2  usage error, or input that is unreadable, invalid or refused; nothing written
  3  a decision is missing; nothing written
  4  verification failed; nothing written
  5  writing failed; the original is whole
  130  interrupted; nothing written
Over several files it is the highest of them.
"""

ANSWER_FLAGS = ("redis-db", "docket-url", "docket-secret", "redis-host", "event-logger", "custom-toggles")
"""The questions that have a flag of their own; any other is answered with --answer ID=VALUE."""

FILE_FORMATS = ("unified", "structural", "json", "markdown")
RENDERED_FORMATS = ("text", "json", "markdown")
"""The formats of `diff`, the default first: of the file, and with --rendered."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's own, told the width: to find it out itself it imports shutil, and with that three compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(streams.width(), 120) - 2)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help).")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line. Raises UsageError, and SystemExit for --help and --version."""
    if arguments and arguments[0] in COMMANDS:
        # Setting up the other commands, which are never looked at, would take longer than to parse the command line.
        chosen = arguments[0]
        description, fill_in = COMMANDS[chosen]
        parser = _Parser(prog=f"{PROGRAM} {chosen}", description=description, formatter_class=_Formatter)
        fill_in(parser)
        options = parser.parse_args(arguments[1:], argparse.Namespace(command=chosen))
    else:
        options = _parser_of_all().parse_args(arguments)
    if options.command == "diff":
        _settle_diff(options)
    if options.command == "verify" and options.kube_version and not options.chart_path:
        raise UsageError("--kube-version is for rendering a chart.", remedy="Name one with --chart-path.")
    if hasattr(options, "answer"):
        _check(options, given_answers(options))
    return options


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
    refuse_one_redis_for_several(options, given, len(options.files))
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
    refuse_one_output_for_several(options, len(options.files))
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


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form ID=VALUE")
    return name, value


def _parser_of_all() -> argparse.ArgumentParser:
    """The parser for a command line that does not begin with a command: for help, the version, and errors."""
    parser = _Parser(
        prog=PROGRAM,
        description="Rewrite an existing Helm values file for an upgrade of the Infrahub charts, "
        "touching only the lines the upgrade asks for.",
        epilog=EXIT_CODES,
        formatter_class=_Formatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, (description, fill_in) in COMMANDS.items():
        fill_in(commands.add_parser(name, help=description, description=description, formatter_class=_Formatter))
    return parser


def _plan(parser: argparse.ArgumentParser) -> None:
    _common(parser, ["text", "json"])
    _live(parser)


def _diff(parser: argparse.ArgumentParser) -> None:
    _common(parser, [*FILE_FORMATS, "text"], default="")
    parser.add_argument("--exit-code", action="store_true", help="exit 1 if there are changes")
    rendered = parser.add_argument_group("what changes in the cluster")
    rendered.add_argument(
        "--rendered",
        action="store_true",
        help="old chart and file against new chart and migrated file, as Helm renders them; "
        "needs --old-chart-path and --chart-path",
    )
    rendered.add_argument("--old-chart-path", metavar="CHART", help="the chart that runs now (directory or .tgz)")
    rendered.add_argument("--kube-version", metavar="VERSION", help="the cluster's version, for Helm")


def _migrate(parser: argparse.ArgumentParser) -> None:
    _common(parser, ["text", "json"])
    _live(parser)
    parser.add_argument("--non-interactive", action="store_true", help="never prompt; a missing decision is exit 3")
    parser.add_argument("--save-answers", metavar="FILE", help="write what is decided there, for --answers")
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, write nothing")
    parser.add_argument("--output", metavar="PATH", help="write the result there (- for standard output) instead")
    parser.add_argument("--no-backup", action="store_true", help="keep no backup beside the file")
    parser.add_argument("--backup-dir", metavar="DIR", help="keep the backup there")


def _check_command(parser: argparse.ArgumentParser) -> None:
    _common(parser, ["text", "json"])


def _verify(parser: argparse.ArgumentParser) -> None:
    _common(parser, ["text", "json"])
    _live(parser)
    parser.add_argument("--kube-version", metavar="VERSION", help="the cluster's version, for Helm")


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--backup-dir", metavar="DIR", help="where the backup is kept")
    parser.add_argument("--force", action="store_true", help="even if the file changed since")
    _output(parser)


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a migration's id, as list shows it, or a chart's version")
    _output(parser)


def _example(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flavour", nargs="?", metavar="FLAVOUR", default="medium", help="a preset (default: medium)")
    _output(parser)


def _common(parser: argparse.ArgumentParser, formats: list[str], default: str | None = None) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="a values file, a directory, or - for standard input")
    parser.add_argument(
        "-f", "--values", action="append", default=[], metavar="FILE", help="a layer of one release, in Helm's order"
    )
    upgrade = parser.add_argument_group("which upgrade")
    upgrade.add_argument("--chart", choices=CHARTS, help="whose values these are")
    upgrade.add_argument("--from", dest="version_from", metavar="VERSION", help="the chart version that runs now")
    upgrade.add_argument("--to", dest="version_to", metavar="VERSION", help="the version to go to (default: newest)")
    upgrade.add_argument("--root", metavar="DOTTED.PATH", help="where the Prefect values stand (. for the top)")
    upgrade.add_argument("--release-name", default="", metavar="NAME", help="the name of the Helm release")
    upgrade.add_argument("--namespace", default="", metavar="NAME", help="its namespace")
    upgrade.add_argument(
        "--chart-path",
        metavar="CHART",
        help="a chart of your own (directory or .tgz): its defaults count, and verify renders it with Helm",
    )
    upgrade.add_argument("--no-bump", action="store_true", help="leave the chart version in a GitOps object as it is")
    answers = parser.add_argument_group("answers")
    answers.add_argument("--redis-db", metavar="N", help="the Redis database for the docket")
    answers.add_argument("--docket-url", metavar="URL", help="the whole docket URL instead")
    answers.add_argument("--docket-secret", metavar="NAME[:KEY]", help="a Secret that holds the docket URL instead")
    answers.add_argument("--redis-host", metavar="HOST", help="the host of the messaging Redis")
    answers.add_argument("--event-logger", choices=["keep", "remove"], help="the debugging event logger's toggle")
    answers.add_argument("--custom-toggles", choices=["keep", "remove"], help="service toggles that no preset sets")
    answers.add_argument(
        "--answer", action="append", default=[], type=_answer, metavar="ID=VALUE", help="any other question's answer"
    )
    answers.add_argument("--answers", metavar="FILE", help="take answers from this YAML file; a flag beats it")
    standing = formats[0] if default is None else default
    parser.add_argument("--format", choices=formats, default=standing, help=f"default: {formats[0]}")
    _output(parser)


def _live(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check-redis",
        metavar="URL",
        help="look, read-only, at the running Redis that the docket is for: its databases and what they hold",
    )


def _output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_argument_group("output")
    output.add_argument("--show-secrets", action="store_true", help="print credentials unmasked")
    output.add_argument("--color", choices=["auto", "always", "never"], default="auto", help="default: auto")
    output.add_argument("--quiet", action="store_true", help="print results and errors only")
    output.add_argument("--verbose", action="store_true", help="print more of the evidence and the reasons")


COMMANDS = {
    "plan": ("what would change and why, and what would be asked; writes nothing, exit 0", _plan),
    "diff": ("the change, for review; writes nothing", _diff),
    "migrate": ("ask, show, confirm and write", _migrate),
    "check": ("for CI: one line a file, exit 1 if any needs migrating or deciding", _check_command),
    "verify": ("whether the values obey the rules of the target version; writes nothing", _verify),
    "undo": ("put the last backup back, unless the file changed since", _undo),
    "list": ("the migrations known, with their versions", _output),
    "explain": ("what a migration does and why, with its sources", _explain),
    "example": ("print a sample values file from before the newest migration", _example),
}
