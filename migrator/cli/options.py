"""The options of each command, declared. What is not given is left to the defaults of `Settings`.

The parser is argparse: it is in the standard library, and importing it costs 3 ms where click costs 25.
"""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from migrator import __version__
from migrator.charts.versions import CHARTS
from migrator.cli.plugin import PROGRAM, called
from migrator.errors import UsageError, did_you_mean
from migrator.report import streams

EXIT_CODES = """\
exit codes:
  0  done, or nothing to do
  1  changes are pending (check; diff --exit-code)
  2  usage error, or input that is unreadable, invalid or refused; nothing written
  3  a decision is missing; nothing written
  4  verification failed; nothing written
  5  writing failed; the original is whole
  6  written, but not all was told or saved (a full output, a report)
  130  interrupted; nothing written
Over several files it is the highest of them.
"""


FILE_FORMATS = ("unified", "structural", "json", "markdown", "html")


MACHINES = ("sarif", "junit", "github")
"""The formats of `check` for code scanning, CI systems, and GitHub Actions."""


RENDERED_FORMATS = ("text", "json", "markdown", "html")
"""The formats of `diff`, the default first: of the file, and with --rendered."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's own, told the width: to find it out itself it imports shutil, and with that three compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(streams.width(), 120) - 2)


class Parser(argparse.ArgumentParser):
    """argparse's own, which takes no option by its beginning, and meets a mistyped word with the nearest one."""

    def __init__(self, prog: str, description: str, *, epilog: str | None = None) -> None:
        super().__init__(
            prog,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}{self._meant(message)} (see {self.prog} --help).")

    def _meant(self, message: str) -> str:
        """What a word that argparse complains of was meant to be, as far as anything is near."""
        unknown = re.match(r"unrecognized arguments: (--?[^ =]+)", message)
        if unknown is not None:
            return did_you_mean(unknown[1], self._option_string_actions)
        choice = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)$", message)
        return did_you_mean(choice[1], re.findall(r"[\w-]+", choice[2])) if choice is not None else ""


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text.split(' ')[0]!r} is not of the form ID=VALUE")
    return name, value


def parser_of(command: str) -> Parser:
    """The parser of one command: to set up the others, which are never looked at, would take longer than to parse."""
    description, fill_in = COMMANDS[command]
    parser = Parser(f"{called()} {command}", description)
    fill_in(parser)
    return parser


def parser_of_all() -> Parser:
    """The parser for a command line that does not begin with a command: for help, the version, and errors."""
    parser = Parser(
        called(),
        "Rewrite an existing Helm values file for an upgrade of the Infrahub charts, "
        "touching only the lines the upgrade asks for.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "-V",
        "--version",
        action="version",
        version=f"{PROGRAM} {__version__}",
        help="the version, and with --verbose what it runs on",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (description, fill_in) in COMMANDS.items():
        fill_in(commands.add_parser(name, help=description, description=description))
    return parser


def _plan(parser: argparse.ArgumentParser) -> None:
    _common(parser, ["text", "json"])
    parser.add_argument(
        "--route", action="store_true", help="tell the supported stops on the way, with the backup and the wait at each"
    )
    _jobs(parser)
    _live(parser)


def _diff(parser: argparse.ArgumentParser) -> None:
    _common(parser, [*FILE_FORMATS, "text"])
    _jobs(parser)
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
    parser.add_argument("--plain", action="store_true", help="type answers in lines, as for a screen reader")
    parser.add_argument("--save-answers", metavar="FILE", help="write what is decided there, for --answers")
    parser.add_argument(
        "--report", metavar="FILE", help="record there what was done and decided; it ends in .html, .md or .json"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, write nothing")
    parser.add_argument("--output", metavar="PATH", help="write the result there (- for standard output) instead")
    parser.add_argument("--no-backup", dest="backup", action="store_false", help="keep no backup beside the file")
    parser.add_argument("--backup-dir", metavar="DIR", help="keep the backup there")


def _check_command(parser: argparse.ArgumentParser) -> None:
    cluster = _common(parser, ["text", "json", *MACHINES, "markdown"])
    cluster.add_argument(
        "--all-releases",
        action="store_true",
        help="every release of these charts in the cluster, or in --namespace, one line each",
    )
    cluster.add_argument("--all-namespaces", action="store_true", help="with --all-releases: in all of them (default)")
    _jobs(parser)


def _verify(parser: argparse.ArgumentParser) -> None:
    cluster = _common(parser, ["text", "json"])
    cluster.add_argument(
        "--deployed",
        action="store_true",
        help="with --release: look at what runs, too, by kubectl: deployments, pods, and logs of those that fail",
    )
    _jobs(parser)
    _live(parser)
    parser.add_argument("--kube-version", metavar="VERSION", help="the cluster's version, for Helm")


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="what was migrated (default: the project's releases)")
    parser.add_argument("--config", metavar="FILE", help="the project file (default: infrahub-migrator.yaml)")
    parser.add_argument("--backup-dir", metavar="DIR", help="where the backup is kept")
    parser.add_argument("--force", action="store_true", help="even if the file changed since")
    _output(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chart", choices=CHARTS, help="whose versions these are (default: the versions tell)")
    parser.add_argument("--from", dest="version_from", metavar="VERSION", help="only what a jump from there meets")
    parser.add_argument("--to", dest="version_to", metavar="VERSION", help="and to there")
    parser.add_argument("--format", choices=["text", "json"], help="default: text")
    _output(parser)


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "migration", metavar="ID", help="what a message names: a migration, a rule, a question; or a chart's version"
    )
    parser.add_argument("--format", choices=["text", "json"], help="default: text")
    _output(parser)


def _example(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flavour", nargs="?", metavar="FLAVOUR", help="a preset (default: medium)")
    _output(parser)


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="where (default: here)")
    _directories(parser)
    _output(parser)


def _directories(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exclude",
        action="append",
        metavar="GLOB",
        help="leave such files out of directories, as .gitignore would (repeatable)",
    )
    parser.add_argument(
        "--include-ignored", action="store_true", help="look at what .gitignore leaves out of directories, too"
    )


def _schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "schema", metavar="NAME", help="project, answers, report (--format json), migrations (list, explain)"
    )
    _output(parser)


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")
    _output(parser)


def _common(parser: argparse.ArgumentParser, formats: list[str]) -> argparse._ArgumentGroup:
    """The options of all commands that judge releases; the answer is the group of those about a cluster."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a values file, a directory, or - for standard input")
    parser.add_argument(
        "-f", "--values", action="append", metavar="FILE", help="a layer of one release, in Helm's order"
    )
    for flag, name, what in (
        ("--set", "set_values", "values"),
        ("--set-string", "set_strings", "texts"),
        ("--set-file", "set_files", "texts in files"),
    ):
        parser.add_argument(
            flag,
            dest=name,
            action="append",
            metavar="KEY=VALUE",
            help=f"{what} over all files, as helm reads them; read, and never edited",
        )
    parser.add_argument(
        "--skip-unrelated", action="store_true", help="exit 0 for files that hold nothing that is edited here"
    )
    parser.add_argument(
        "--config", metavar="FILE", help="the project file (default: infrahub-migrator.yaml, here or above)"
    )
    _directories(parser)
    upgrade = parser.add_argument_group("which upgrade")
    upgrade.add_argument("--chart", choices=CHARTS, help="whose values these are")
    upgrade.add_argument("--from", dest="version_from", metavar="VERSION", help="the chart version that runs now")
    where = "the version to go to (default: the newest that can be taken back)"
    upgrade.add_argument("--to", dest="version_to", metavar="VERSION", help=where)
    upgrade.add_argument("--root", metavar="DOTTED.PATH", help="where the Prefect values stand (. for the top)")
    upgrade.add_argument("--release-name", metavar="NAME", help="the name of the Helm release")
    upgrade.add_argument("--namespace", metavar="NAME", help="its namespace")
    upgrade.add_argument(
        "--chart-path",
        metavar="CHART",
        help="a chart of your own (directory or .tgz): its defaults count, and verify renders it with Helm",
    )
    upgrade.add_argument(
        "--no-bump", dest="bump", action="store_false", help="leave the chart version in a GitOps object as it is"
    )
    answers = parser.add_argument_group("answers")
    answers.add_argument("--redis-db", metavar="N", help="the Redis database for the docket")
    answers.add_argument("--docket-url", metavar="URL", help="the whole docket URL instead")
    answers.add_argument("--docket-secret", metavar="NAME[:KEY]", help="a Secret that holds the docket URL instead")
    answers.add_argument("--redis-host", metavar="HOST", help="the host of the messaging Redis")
    answers.add_argument("--event-logger", choices=["keep", "remove"], help="the debugging event logger's toggle")
    answers.add_argument("--custom-toggles", choices=["keep", "remove"], help="service toggles that no preset sets")
    answers.add_argument(
        "--answer",
        dest="other_answers",
        action="append",
        type=_answer,
        metavar="ID=VALUE",
        help="any other question's answer",
    )
    answers.add_argument("--answers", metavar="FILE", help="take answers from this YAML file; a flag beats it")
    cluster = parser.add_argument_group("a running release (asked by helm, read-only)")
    cluster.add_argument(
        "--release", metavar="NAME", help="the release in the cluster, in --namespace; with -f: what Helm knows of it"
    )
    cluster.add_argument("--kube-context", metavar="NAME", help="the context of the kubeconfig, as for helm")
    cluster.add_argument("--kubeconfig", metavar="FILE", help="the kubeconfig, as for helm (default: KUBECONFIG)")
    parser.add_argument("--format", choices=formats, help=f"default: {formats[0]}")
    _output(parser)
    return cluster


def _jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=_number, metavar="N", help="how many processes judge many releases (default: the processors)"
    )


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1024")
    return int(text)


def _live(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check-redis",
        metavar="URL",
        help="look, read-only, at the running Redis that the docket is for: its databases and what they hold",
    )


def _output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_argument_group("output")
    output.add_argument("--show-secrets", action="store_true", help="print credentials unmasked")
    output.add_argument("--color", choices=["auto", "always", "never"], help="default: auto")
    output.add_argument("-q", "--quiet", action="store_true", help="print results and errors only")
    output.add_argument("-v", "--verbose", action="store_true", help="print more of the evidence and the reasons")


GLOBAL = {"--show-secrets": 0, "--color": 1, "-q": 0, "--quiet": 0, "-v": 0, "--verbose": 0}
"""The options that may stand before the command, with how many words follow each."""

COMMANDS = {
    "plan": ("what would change and why, and what would be asked; writes nothing, exit 0", _plan),
    "diff": ("the change, for review; writes nothing", _diff),
    "migrate": ("ask, show, confirm and write", _migrate),
    "check": ("for CI: one line a file, exit 1 if any needs migrating or deciding", _check_command),
    "verify": ("whether the values obey the rules of the target version; writes nothing", _verify),
    "undo": ("put the last backup back, unless the file changed since", _undo),
    "list": ("the migrations known, with their versions; what a jump meets", _list),
    "explain": ("what a migration does and why, with its sources; what a rule or a question is about", _explain),
    "example": ("print a sample values file from before the newest migration", _example),
    "init": ("write a project file, infrahub-migrator.yaml, from what is found; never over one that stands", _init),
    "completion": ("print the completion of a shell: bash, zsh or fish", _completion),
    "schema": ("print the JSON Schema of project files, answers files or --format json", _schema),
}
