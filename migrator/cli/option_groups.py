"""The options that several commands share, group by group."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from migrator.charts.versions import CHARTS
from migrator.planning import catalog


class _Answer(argparse.Action):
    """Stores the value of an option as the answer to its question, whose id is the option's name."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        flags = getattr(namespace, self.dest, {})
        setattr(namespace, self.dest, {**flags, self.option_strings[0].removeprefix("--"): values})


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text.split(' ')[0]!r} does not have the form ID=VALUE")
    return name, value


def directories(parser: argparse.ArgumentParser) -> None:
    """Which files of a directory are used."""
    parser.add_argument(
        "--exclude",
        action="append",
        metavar="GLOB",
        help="leave matching files out of directories, as .gitignore would (repeatable)",
    )
    parser.add_argument(
        "--include-ignored", action="store_true", help="include files in directories that .gitignore excludes"
    )


def common(parser: argparse.ArgumentParser, formats: list[str]) -> argparse._ArgumentGroup:
    """The options of all commands that judge releases; returns the group of cluster options."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a values file, a directory, or - for standard input")
    parser.add_argument(
        "-f", "--values", action="append", metavar="FILE", help="a layer of one release, in Helm's order"
    )
    for flag, name, what in (
        ("--set", "set_values", "values"),
        ("--set-string", "set_strings", "strings"),
        ("--set-file", "set_files", "strings from files"),
    ):
        parser.add_argument(
            flag,
            dest=name,
            action="append",
            type=str,  # an empty one sets nothing, as for helm
            metavar="KEY=VALUE",
            help=f"{what} that override all files, as in helm; read, never edited",
        )
    parser.add_argument("--skip-unrelated", action="store_true", help="exit 0 for files without values of these charts")
    parser.add_argument(
        "--config", metavar="FILE", help="the project file (default: infrahub-migrator.yaml in this directory or above)"
    )
    directories(parser)
    upgrade = parser.add_argument_group("which upgrade")
    upgrade.add_argument("--chart", choices=CHARTS, help="the chart that the values are for")
    upgrade.add_argument("--from", dest="version_from", metavar="VERSION", help="the chart version that runs now")
    where = "the version to upgrade to (default: the newest you can roll back from)"
    upgrade.add_argument("--to", dest="version_to", metavar="VERSION", help=where)
    upgrade.add_argument("--root", metavar="DOTTED.PATH", help="the path of the Prefect values (. for the top)")
    upgrade.add_argument("--release-name", metavar="NAME", help="the name of the Helm release")
    upgrade.add_argument("--namespace", metavar="NAME", help="its namespace")
    upgrade.add_argument(
        "--chart-path",
        metavar="CHART",
        help="your own chart (directory or .tgz): its defaults are used, and verify renders it with Helm",
    )
    upgrade.add_argument(
        "--no-bump", dest="bump", action="store_false", help="leave the chart version in a GitOps object as it is"
    )
    answers = parser.add_argument_group("answers")
    for name, decision in catalog.questions().items():
        if decision.help:
            answers.add_argument(
                f"--{name}",
                dest="flags",
                action=_Answer,
                metavar=decision.metavar or None,
                choices=decision.values or None,
                help=decision.help,
            )
    answers.add_argument(
        "--answer",
        dest="other_answers",
        action="append",
        type=_answer,
        metavar="ID=VALUE",
        help="the answer to any other question",
    )
    answers.add_argument("--answers", metavar="FILE", help="take answers from this YAML file; a flag overrides it")
    cluster = parser.add_argument_group("a running release (read with helm, never changed)")
    cluster.add_argument(
        "--release",
        metavar="NAME",
        help="the release in the cluster, in --namespace; with -f: use what Helm knows about it",
    )
    cluster.add_argument("--kube-context", metavar="NAME", help="the context of the kubeconfig, as for helm")
    cluster.add_argument("--kubeconfig", metavar="FILE", help="the kubeconfig, as for helm (default: KUBECONFIG)")
    parser.add_argument("--format", choices=formats, help=f"default: {formats[0]}")
    output(parser)
    return cluster


def jobs(parser: argparse.ArgumentParser) -> None:
    """How many processes to use."""
    parser.add_argument(
        "--jobs", type=_number, metavar="N", help="number of processes for many releases (default: the number of CPUs)"
    )


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1024")
    return int(text)


def live(parser: argparse.ArgumentParser) -> None:
    """Whether to look at a running Redis."""
    parser.add_argument(
        "--check-redis",
        metavar="URL",
        help="look at the running Redis for the docket, read-only: its databases and what is in them",
    )


def output(parser: argparse.ArgumentParser) -> None:
    """How much to print, and how."""
    output = parser.add_argument_group("output")
    output.add_argument("--show-secrets", action="store_true", help="print credentials unmasked")
    output.add_argument("--color", choices=["auto", "always", "never"], help="default: auto")
    output.add_argument("-q", "--quiet", action="store_true", help="print results and errors only")
    output.add_argument("-v", "--verbose", action="store_true", help="print more of the evidence and the reasons")
