"""The declared options of each command. Those not given get the defaults of `Settings`.

The parser is argparse: it is in the standard library, and importing it costs 3 ms where click costs 25.
"""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from migrator import __version__
from migrator.charts.versions import CHARTS
from migrator.cli import option_groups
from migrator.cli.plugin import PROGRAM, program_name
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
  6  written, but not everything was printed or saved (a full disk, a report)
  130  interrupted; nothing written
With several files, the highest one applies.
"""


FILE_FORMATS = ("unified", "structural", "json", "markdown", "html")


MACHINES = ("sarif", "junit", "github")
"""The formats of `check` for code scanning, CI systems, and GitHub Actions."""


RENDERED_FORMATS = ("text", "json", "markdown", "html")
"""The formats of `diff`, the default first: of the file, and with --rendered."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's formatter with a given width: to detect it, argparse imports shutil, and so three compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(streams.width(), 120) - 2)


_EMPTY = "an empty argument: check for an unset variable, or leave it out"


def _word(text: str) -> str:
    """The text of an option or argument, unchanged. An empty one is an error: it would silently mean the default."""
    if not text:
        raise argparse.ArgumentTypeError(_EMPTY)
    return text


class Parser(argparse.ArgumentParser):
    """argparse's parser without abbreviated options; it suggests the nearest word for a mistyped one."""

    def __init__(self, prog: str, description: str, *, epilog: str | None = None) -> None:
        super().__init__(
            prog,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        self.register("type", None, _word)

    def parse_words(self, words: list[str], namespace: argparse.Namespace) -> argparse.Namespace:
        """Parse a command's words, files and options in any order; everything after `--` is a file."""
        if all(action.dest != "files" for action in self._actions):
            return self.parse_args(words, namespace)
        end = words.index("--") if "--" in words else len(words)
        given, rest = self.parse_known_args(words[:end], namespace)
        if any(word.startswith("-") and word != "-" for word in rest):
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        # argparse takes only one run of files; parse_intermixed_args would parse twice, and set up the help.
        more = [*rest, *words[end + 1 :]]
        if "" in more:
            self.error(f"argument FILE: {_EMPTY}")
        given.files = [*getattr(given, "files", ()), *more]
        return given

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}{self._suggestion(message)} (see {self.prog} --help).")

    def _suggestion(self, message: str) -> str:
        """The nearest known word to the one that argparse complains about, if any is near."""
        unknown = re.match(r"unrecognized arguments: (--?[^ =]+)", message)
        if unknown is not None:
            return did_you_mean(unknown[1], self._option_string_actions)
        choice = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)$", message)
        return did_you_mean(choice[1], re.findall(r"[\w-]+", choice[2])) if choice is not None else ""


def parser_of(command: str) -> Parser:
    """The parser of one command: setting up the others, which are not used, takes longer than parsing."""
    description, fill_in = COMMANDS[command]
    parser = Parser(f"{program_name()} {command}", description)
    fill_in(parser)
    return parser


def parser_of_all() -> Parser:
    """The parser for a command line that does not begin with a command: for help, the version, and errors."""
    parser = Parser(
        program_name(),
        "Rewrite an existing Helm values file for an upgrade of the Infrahub charts, "
        "touching only the lines the upgrade asks for.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "-V",
        "--version",
        action="version",
        version=f"{PROGRAM} {__version__}",
        help="print the version, with --verbose also of Python and libraries",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (description, fill_in) in COMMANDS.items():
        fill_in(commands.add_parser(name, help=description, description=description))
    return parser


def _plan(parser: argparse.ArgumentParser) -> None:
    option_groups.common(parser, ["text", "json"])
    parser.add_argument(
        "--route",
        action="store_true",
        help=(
            "print the supported stops of the upgrade, with the backup and the wait at each; with --from also "
            "without a FILE"
        ),
    )
    option_groups.jobs(parser)
    option_groups.live(parser)


def _diff(parser: argparse.ArgumentParser) -> None:
    option_groups.common(parser, [*FILE_FORMATS, "text"])
    option_groups.jobs(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit 1 if there are changes")
    rendered = parser.add_argument_group("what changes in the cluster")
    rendered.add_argument(
        "--rendered",
        action="store_true",
        help="compare old chart and file with new chart and migrated file as Helm renders them; needs "
        "--old-chart-path and --chart-path",
    )
    rendered.add_argument("--old-chart-path", metavar="CHART", help="the chart that runs now (directory or .tgz)")
    rendered.add_argument("--kube-version", metavar="VERSION", help="the cluster's version, for Helm")


def _migrate(parser: argparse.ArgumentParser) -> None:
    option_groups.common(parser, ["text", "json"])
    option_groups.live(parser)
    parser.add_argument("--non-interactive", action="store_true", help="never prompt; exit 3 if a decision is missing")
    parser.add_argument("--plain", action="store_true", help="type answers on plain lines, for a screen reader")
    parser.add_argument("--save-answers", metavar="FILE", help="save the answers to this file, for --answers")
    parser.add_argument(
        "--report", metavar="FILE", help="write a record of what was done and decided (.html, .md or .json)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
    parser.add_argument("--output", metavar="PATH", help="write the result here instead (- for standard output)")
    parser.add_argument("--no-backup", dest="backup", action="store_false", help="keep no backup beside the file")
    parser.add_argument("--backup-dir", metavar="DIR", help="keep the backup there")


def _check_command(parser: argparse.ArgumentParser) -> None:
    cluster = option_groups.common(parser, ["text", "json", *MACHINES, "markdown"])
    cluster.add_argument(
        "--all-releases",
        action="store_true",
        help="every release of these charts in the cluster or in --namespace, one line each",
    )
    cluster.add_argument(
        "--all-namespaces", action="store_true", help="with --all-releases: in all namespaces (default)"
    )
    option_groups.jobs(parser)


def _verify(parser: argparse.ArgumentParser) -> None:
    cluster = option_groups.common(parser, ["text", "json"])
    cluster.add_argument(
        "--deployed",
        action="store_true",
        help="with --release: also look at what runs, with kubectl: deployments, pods, and logs of failing ones",
    )
    option_groups.jobs(parser)
    option_groups.live(parser)
    parser.add_argument("--kube-version", metavar="VERSION", help="the cluster's version, for Helm")


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="the migrated files (default: the project's releases)")
    parser.add_argument("--config", metavar="FILE", help="the project file (default: infrahub-migrator.yaml)")
    parser.add_argument("--backup-dir", metavar="DIR", help="where the backup is kept")
    parser.add_argument("--force", action="store_true", help="even if the file changed since")
    option_groups.output(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--chart", choices=CHARTS, help="the chart of these versions (default: found from the versions)"
    )
    parser.add_argument(
        "--from", dest="version_from", metavar="VERSION", help="list only what an upgrade from this version meets"
    )
    parser.add_argument("--to", dest="version_to", metavar="VERSION", help="and to this version")
    parser.add_argument("--format", choices=["text", "json"], help="default: text")
    option_groups.output(parser)


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("migration", metavar="ID", help="a migration, a rule, a question, or a chart version")
    parser.add_argument("--format", choices=["text", "json"], help="default: text")
    option_groups.output(parser)


def _example(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flavour", nargs="?", metavar="FLAVOUR", help="a preset (default: medium)")
    option_groups.output(parser)


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="where (default: here)")
    option_groups.directories(parser)
    option_groups.output(parser)


def _schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "schema", metavar="NAME", help="project, answers, report (--format json), migrations (list, explain)"
    )
    option_groups.output(parser)


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")
    option_groups.output(parser)


GLOBAL = {"--show-secrets": 0, "--color": 1, "-q": 0, "--quiet": 0, "-v": 0, "--verbose": 0}
"""The options that may precede the command, with the number of words that follow each."""

COMMANDS = {
    "plan": ("show what would change and why, and what would be asked; writes nothing, exit 0", _plan),
    "diff": ("show the change for review; writes nothing", _diff),
    "migrate": ("ask, show, confirm and write", _migrate),
    "check": ("the CI gate: one line a file, exit 1 if any needs migrating or deciding", _check_command),
    "verify": ("check the values against the rules of the target version; writes nothing", _verify),
    "undo": ("put the last backup back, unless the file changed since", _undo),
    "list": ("list the migrations with their versions, or only those of one upgrade", _list),
    "explain": ("explain a migration with its sources, a rule or a question", _explain),
    "example": ("print a sample values file of 4.13.0, to try things on", _example),
    "init": ("write a project file, infrahub-migrator.yaml, from what is found; never overwrites one", _init),
    "completion": ("print the completion script for bash, zsh or fish", _completion),
    "schema": ("print the JSON Schema of project files, answers files or --format json", _schema),
}
