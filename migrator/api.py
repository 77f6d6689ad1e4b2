"""The library: what the commands do with a release, as functions that return plain records.

    >>> from migrator import api
    >>> [release] = api.load("values.yaml")
    >>> to = api.Upgrade(version_to="4.14.1")
    >>> report = api.check(release, to)
    >>> report.status, [question.id for question in report.questions if question.answer is None]
    ('needs-decision', ['redis-db'])
    >>> decided = to._replace(answers={"redis-db": "2"})
    >>> plan = api.plan(release, decided)
    >>> plan.status, len(plan.changes)
    ('pending', 11)
    >>> change = plan.changes[-1]
    >>> print(change.file, change.line, change.kind, change.path)
    values.yaml 46 add infrahub.prefect-server.backgroundServices.env.PROMETHEUS_MULTIPROC_DIR

Nothing here writes a file, asks a person or opens a connection, and releases are not compared with each other: only
the command line checks what several of them use of one Redis. Functions raise a `MigratorError`, of the subclasses
that they name, with `message`, `path`, `line` and `remedy`; its `str()` is what the command line prints. Records
contain what is in the file, credentials included; `to_json` masks them.

The library follows Semantic Versioning: fields and optional arguments are added at the end. Nothing is removed or
changes its meaning before the next major version (before 1.0.0: the next minor one).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Union

from migrator import sources
from migrator.errors import (
    InputError,
    MigratorError,
    OutOfScopeError,
    RefusedError,
    UnrelatedError,
    UsageError,
    VerificationError,
    did_you_mean,
)
from migrator.planning import catalog, summary
from migrator.planning.discover import Options
from migrator.planning.examine import Request, examine
from migrator.report.records import ChangeReport, FileReport, Finding, NoticeReport, QuestionReport

__all__ = [
    "ChangeReport",
    "FileReport",
    "Finding",
    "InputError",
    "Migrated",
    "MigratorError",
    "NoticeReport",
    "OutOfScopeError",
    "QuestionReport",
    "RefusedError",
    "Release",
    "UnrelatedError",
    "Upgrade",
    "UsageError",
    "VerificationError",
    "check",
    "load",
    "migrate_text",
    "plan",
    "to_json",
    "verify",
]

FilePath = Union[str, "os.PathLike[str]"]


class Upgrade(NamedTuple):
    """Which upgrade to make, with which answers. Whatever is left out is detected, as on the command line.

    `version_from` and `version_to` are versions of the chart, with or without a flavour (`4.13.0-medium`). `answers`
    are by question id. With `defaults` off, a question stays open even if it has a safe default. `bump` says whether
    the chart version in a GitOps object is updated too. `chart_path` is your own chart, to take the defaults from.
    """

    version_to: str = ""
    version_from: str = ""
    chart: str = ""
    root: str = ""
    release_name: str = ""
    namespace: str = ""
    answers: Mapping[str, str] = {}
    defaults: bool = True
    bump: bool = True
    chart_path: str = ""


NEWEST = Upgrade()
"""To the newest version you can roll back from, without answers."""


class Release:
    """A release as it was read: its layers of values, with the objects around them."""

    def __init__(self, bundle: sources.Bundle) -> None:
        self._bundle = bundle

    @property
    def name(self) -> str:
        """Its name in reports: its file, and which release if the file has several."""
        return self._bundle.name

    def __repr__(self) -> str:
        return f"<Release {self.name}>"


class Migrated(NamedTuple):
    """The result for a text: `text` is unchanged unless `report.status` is `migrated`."""

    text: str
    report: FileReport


def load(path: FilePath, *layers: FilePath, chart: str = "", root: str = "") -> tuple[Release, ...]:
    """The releases in a file; with `layers`, the one release whose layers these files are, in Helm's order.

        >>> api.load("values.yaml")
        (<Release values.yaml>,)

    `chart` and `root` say which chart the values are for, if the file does not show it. Raises InputError for a file
    that cannot be read, RefusedError for a shape that is not edited, OutOfScopeError for a file of another tool, and
    UsageError for files that are not layers of one release.
    """
    names = [os.fspath(each) for each in (path, *layers)]
    if "-" in names:
        raise UsageError("a library reads no standard input.", path="-", remedy="Hand its text to migrate_text.")
    opened = sources.open_layers(names) if layers else sources.open_file(names[0], chart, root)
    return tuple(Release(bundle) for bundle in opened.bundles)


def check(release: Release, upgrade: Upgrade = NEWEST) -> FileReport:
    """Whether there is anything to migrate (status `pending`) or to decide (`needs-decision`); otherwise `current`.

        >>> api.check(release, to).exit_code
        1

    This is the fastest function: no text is edited, so the changes have no lines. Raises what `plan` raises.
    """
    report = summary.report(examine(release._bundle, _request(upgrade)))
    return report._replace(exit_code=0 if report.status == "current" else 1)


def plan(release: Release, upgrade: Upgrade = NEWEST) -> FileReport:
    """What would change, where and why, the questions, and the notices.

    Raises UnrelatedError for values of an unknown chart, UsageError for an impossible upgrade or answer, RefusedError
    for a shape that is not edited, and VerificationError for a bug in infrahub-migrator.
    """
    from migrator.verify import verify as verifying

    return verifying.planned(examine(release._bundle, _request(upgrade)))


def verify(release: Release, upgrade: Upgrade = NEWEST, *, kube_version: str = "") -> FileReport:
    """Check the release, as it is, against the target version's rules: `findings`, and status `failed` for an error.

        >>> [finding.rule for finding in api.verify(release, to).findings if finding.severity == "error"]
        ['example-host', 'migrate-pin', 'metrics-directory']

    With `chart_path`, also check what Helm renders, for `kube_version` if given. Raises what `plan` raises, and a
    MigratorError if there is no Helm to render it.
    """
    from migrator.verify import verify as verifying

    return verifying.verify(release._bundle, _request(upgrade), kube_version=kube_version)


def migrate_text(text: str, upgrade: Upgrade = NEWEST, *, name: str = "values.yaml") -> Migrated:
    """Migrate the text of a file with one release, with the same proofs as on the command line.

        >>> import pathlib
        >>> text = pathlib.Path("values.yaml").read_bytes().decode()
        >>> done = api.migrate_text(text, decided)
        >>> done.report.status, "docket:" in done.text
        ('migrated', True)
        >>> api.migrate_text(done.text, decided).report.status
        'current'
        >>> api.migrate_text(text, to).report.status
        'needs-decision'

    `name` is its name in reports and errors; no file of that name is read, and none next to it. Raises what `load` and
    `plan` raise, RefusedError for a text with several releases, and VerificationError for a result that would break
    the target version.
    """
    opened = sources.open_source(sources.read_bytes(text.encode("utf-8"), name), upgrade.chart, upgrade.root)
    if len(opened.bundles) != 1:
        remedy = "Take them apart, or migrate the file by the command line." if opened.bundles else ""
        raise RefusedError(
            f"holds {len(opened.bundles)} releases, and one is migrated at a time.", path=name, remedy=remedy
        )
    request = _request(upgrade)
    case = examine(opened.bundles[0], request)
    if case.status != "pending":
        return Migrated(text, summary.report(case)._replace(exit_code=3 if case.plan.open_questions else 0))
    from migrator.verify import verify as verifying

    report = verifying.proved(case, request)._replace(status="migrated")
    return Migrated(report.layers[0].after.decode("utf-8"), report)


def to_json(command: str, reports: Sequence[FileReport], *, show_secrets: bool = False) -> str:
    """The reports as `--format json` prints them, with credentials masked: the object that `schema report` describes.

    >>> import json
    >>> json.loads(api.to_json("check", [report]))["totals"]["needs-decision"]
    1
    """
    from migrator.report import json_format
    from migrator.report.mask import Mask
    from migrator.report.records import Report

    return json_format.dumps(Report(command, tuple(reports)), mask=Mask(show_secrets))


def _request(upgrade: Upgrade) -> Request:
    for name, answer in upgrade.answers.items():
        decision = catalog.decision_of(name)
        if decision is None:
            raise UsageError(f"answers: there is no question {name!r}{did_you_mean(name, catalog.questions())}.")
        if decision.answer_error(answer):
            raise UsageError(f"answers: {name}: {decision.answer_error(answer)}.")
    options = Options(
        chart=upgrade.chart,
        version_from=upgrade.version_from,
        version_to=upgrade.version_to,
        root=upgrade.root,
        release_name=upgrade.release_name or upgrade.answers.get("release-name", ""),
        namespace=upgrade.namespace or upgrade.answers.get("namespace", ""),
    )
    return Request(
        options, upgrade.answers, defaults=upgrade.defaults, bump=upgrade.bump, chart_path=upgrade.chart_path
    )
