"""The command line as data: parsed, and its options checked against each other."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from migrator import __version__
from migrator.cli.options import COMMANDS, FILE_FORMATS, GLOBAL, RENDERED_FORMATS, parser_of, parser_of_all
from migrator.cli.plugin import PROGRAM
from migrator.cli.settings import Settings
from migrator.errors import UsageError, did_you_mean
from migrator.files import identity
from migrator.planning import catalog, discover
from migrator.sources import project_file


def parse(arguments: list[str]) -> Settings:
    """Parse the command line. Raises UsageError, and SystemExit for --help and --version."""
    words = move_command_first(arguments)
    if words and words[0] in COMMANDS:
        given = parser_of(words[0]).parse_words(words[1:], argparse.Namespace(command=words[0]))
    elif not words or not words[0].startswith("-"):
        what = f"there is no command {words[0]!r}{did_you_mean(words[0], COMMANDS)}" if words else "no command is given"
        raise UsageError(f"{what}.", remedy=f"The commands are {', '.join(COMMANDS)}; --help describes them.")
    else:
        if words[:1] in (["-V"], ["--version"]):  # without the parser, which loads all migrations
            from migrator.cli import version

            is_verbose = bool({"-v", "--verbose"} & set(words))
            print(version.details(PROGRAM) if is_verbose else f"{PROGRAM} {__version__}\n", end="")
            raise SystemExit(0)
        given = parser_of_all().parse_args(words)
    settings = Settings(**vars(given))
    if settings.command == "diff":
        settings = _settle_diff(settings, has_format="format" in given)
    if settings.command == "verify" and settings.kube_version and not settings.chart_path:
        raise UsageError("--kube-version is only for rendering a chart.", remedy="Give one with --chart-path.")
    if settings.command in ("plan", "diff", "migrate", "check", "verify"):
        _check(settings)
    return settings


def move_command_first(arguments: Sequence[str]) -> list[str]:
    """The command line with global options that precede the command moved behind it."""
    at = 0
    while at < len(arguments) and arguments[at].partition("=")[0] in GLOBAL:
        at += 1 + (GLOBAL[arguments[at]] if "=" not in arguments[at] else 0)
    return [*arguments[at : at + 1], *arguments[:at], *arguments[at + 1 :]]


def is_route_only(settings: Settings) -> bool:
    """Whether `--route` asks for the route between two versions without any values."""
    is_asked = settings.command == "plan" and settings.route and bool(settings.version_from)
    return is_asked and settings.format == "text" and _has_no_input(settings)


def _has_no_input(settings: Settings) -> bool:
    is_named = settings.files or settings.values or settings.config or settings.uses_cluster
    return not is_named and not project_file.find()


def _check(settings: Settings) -> None:
    rivals, what = catalog.conflicting_answers(settings.given)
    if rivals:
        names = " and ".join(f"--{name}" for name in rivals)
        raise UsageError(f"{names} both set {what}: give only one of them.")
    refuse_shared_redis(settings, count_files(settings))
    _check_cluster(settings)
    discover.parse_version_option(settings.version_from, "--from")
    discover.parse_version_option(settings.version_to, "--to")
    if settings.config and settings.values:
        raise UsageError("-f names the layers of one release, and --config lists them: give only one of them.")
    if _has_no_input(settings) and not is_route_only(settings):
        remedy = f"Name a FILE, or the layers of one release with -f, or create {project_file.NAME} with init."
        raise UsageError("no file is named.", remedy=remedy)
    if settings.files and settings.values:
        raise UsageError(
            f"-f names the layers of one release, and {settings.files[0]} would be a separate release.",
            remedy="Name each layer with -f, or run once for each release.",
        )
    if "-" in settings.files and len(settings.files) > 1:
        raise UsageError("- (standard input) cannot be combined with other files.")
    if settings.output and len(settings.values) > 1:
        raise UsageError("--output is for the result of one file, and several layers are named.")
    refuse_shared_output(settings, count_files(settings))
    if settings.backup_dir and not settings.backup:
        raise UsageError("--no-backup keeps no backup, and --backup-dir says where to keep it: give only one of them.")
    if settings.format == "json" and settings.output == "-":
        raise UsageError("--format json and --output - both write to standard output: give only one of them.")
    is_result = settings.command == "migrate" and not settings.output and not settings.dry_run
    if is_result and "-" in settings.files and settings.format == "json":
        raise UsageError(
            "--format json and the result of standard input both go to standard output.",
            remedy="Give a file for the result with --output.",
        )


def _check_cluster(settings: Settings) -> None:
    """Check the cluster options against each other and the rest. Raises UsageError."""
    if not settings.uses_cluster:
        alone = {
            "--kube-context": settings.kube_context,
            "--kubeconfig": settings.kubeconfig,
            "--all-namespaces": settings.all_namespaces,
            "--deployed": settings.deployed,
        }
        flag = next((flag for flag, value in alone.items() if value), "")
        if flag:
            what = "--all-releases" if flag == "--all-namespaces" else "--release NAME"
            raise UsageError(f"{flag} is for a release in a cluster, and none is named.", remedy=f"Add {what}.")
        return
    flag = "--all-releases" if settings.all_releases else "--release"
    if settings.all_releases and (settings.release or settings.values):
        other = "--release" if settings.release else "-f"
        raise UsageError(f"--all-releases covers every release, and {other} names one: give only one of them.")
    if settings.config or settings.files:
        other = "--config" if settings.config else settings.files[0]
        remedy = "" if settings.all_releases else "Name each file of that release with -f."
        raise UsageError(f"{flag} takes releases from the cluster, and {other} names other ones.", remedy=remedy)
    if settings.all_namespaces and (settings.namespace or settings.release):
        other = "--namespace" if settings.namespace else "--release"
        raise UsageError(f"--all-namespaces and {other} exclude each other: give only one of them.")
    if settings.release_name not in ("", settings.release):
        raise UsageError(f"{flag}: releases in a cluster already have names: leave out --release-name.")
    if settings.command == "migrate" and not (settings.values or settings.output or settings.dry_run):
        raise UsageError(
            f"release {settings.release} has no file to write to.",
            remedy=(
                "Give a file for the migrated values with --output values.yaml (- for standard output), or use "
                "--dry-run."
            ),
        )


def refuse_shared_output(settings: Settings, files: int) -> None:
    """Raise UsageError if the results of several files would overwrite each other."""
    if files > 1 and settings.output:
        raise UsageError(
            f"--output is for the result of one file, and {files} are named.",
            remedy="Run once for each file.",
        )


def _settle_diff(settings: Settings, *, has_format: bool) -> Settings:
    """Check the options of a diff against each other, and choose the format if none is given."""
    formats = RENDERED_FORMATS if settings.rendered else FILE_FORMATS
    settings = settings if has_format else settings.replace(format=formats[0])
    if settings.format not in formats:
        of_what = "what Helm renders (--rendered)" if settings.rendered else "the file (without --rendered)"
        raise UsageError(
            f"--format {settings.format} is not available for a diff of {of_what}; the formats are "
            f"{', '.join(formats)}."
        )
    charts = {"--old-chart-path": settings.old_chart_path, "--chart-path": settings.chart_path}
    missing = [flag for flag, path in charts.items() if not path]
    if settings.rendered and settings.release:  # the cluster has what the old chart rendered
        missing = [] if settings.chart_path else ["--chart-path"]
    if settings.rendered and missing:
        raise UsageError(
            f"--rendered compares two charts: {missing[0]} is missing.",
            remedy="Give the chart that runs now with --old-chart-path, or a running --release, and the one to "
            "upgrade to with --chart-path.",
        )
    only_rendered = {"--old-chart-path": settings.old_chart_path, "--kube-version": settings.kube_version}
    for flag, value in only_rendered.items():
        if value and not settings.rendered:
            raise UsageError(f"{flag} is only for a diff of what Helm renders.", remedy="Add --rendered.")
    return settings


def count_files(settings: Settings) -> int:
    """How many files the command line names. A file named twice, even by different paths, counts once.

    The contents of a directory are not known yet.
    """
    if len(settings.files) < 2:
        return len(settings.files)
    return len({identity(name) for name in settings.files if not os.path.isdir(name)})


def refuse_shared_redis(settings: Settings, releases: int) -> None:
    """Raise UsageError if an option names one Redis for several releases, which must not share it."""
    redis = catalog.answers_naming_redis(settings.given)
    if settings.check_redis:
        redis.append("check-redis")
    if redis and releases > 1:
        raise UsageError(
            f"--{redis[0]} names one Redis, which the {releases} named releases must not share.",
            remedy="Run once for each file.",
        )
