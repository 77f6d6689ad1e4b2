"""The answers given on the command line and in answers files: checked against the possible questions, and applied."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from migrator.cli import plugin
from migrator.cli.arguments import count_files
from migrator.cli.printing import tell
from migrator.cli.settings import Settings, flag_of
from migrator.errors import UsageError, did_you_mean
from migrator.planning import catalog
from migrator.planning.answers import masked_error
from migrator.planning.discover import Options
from migrator.planning.examine import Request
from migrator.report.records import FileReport
from migrator.sources import Bundle

if TYPE_CHECKING:
    from migrator.planning.answers import SavedAnswer
    from migrator.prompts.answers_file import Answers
    from migrator.sources.project import Project, ProjectUpgrade


class GivenAnswers:
    """The answers of a run, for each of its releases. Raises UsageError for an answer that matches no question."""

    def __init__(self, settings: Settings, project: Project | None = None) -> None:
        self._settings = settings
        self._project = project
        _refuse_impossible(settings.given)
        self._file = _read(settings) if settings.answers else None
        self._of_project = _of_project(project) if project is not None else None
        self._named = {each.name: each for each in project.releases} if project is not None else {}
        self._requests: dict[str, Request] = {}

    @property
    def are_given(self) -> bool:
        """Whether there are any."""
        return bool(self._settings.given) or self._file is not None

    @property
    def take_from_environment(self) -> bool:
        """Whether any answer is taken from an environment variable, which is reported where it is not set."""
        files = [file for file in (self._file, self._of_project) if file is not None]
        groups = [group for file in files for group in (file.common, *file.releases.values())]
        return any(written.variable for group in groups for written in group.values())

    def request(self, release: Bundle) -> Request:
        """The request for that release; problems with its answers are reported once."""
        name = release.name if self._file is not None or self._project is not None else ""
        if name not in self._requests:
            self._requests[name] = self._make(name, release)
        return self._requests[name]

    def _make(self, name: str, release: Bundle) -> Request:
        settings, given = self._settings, self._settings.given
        plain = Request(
            _options(settings, given),
            given,
            bump=settings.bump,
            chart_path=settings.chart_path,
            old_chart_path=settings.old_chart_path,
            in_one_line=settings.prints_lines,
        )
        own = self._named.get(name) or self._named.get(name.partition(" (")[0])  # one of several in a file
        files = [(self._file, name), (self._of_project, own.name if own is not None else name)]
        earlier: dict[str, SavedAnswer] = {}
        for file, called in files:  # the first wins
            if file is None or (file is self._of_project and own is None):
                continue
            from migrator.prompts import answers_file  # loads YAML and file handling that most runs do not need

            found = answers_file.replay(file, called, given)
            for sentence in found.unset:
                tell(settings, sentence)
            given = {**found.given, **given}
            earlier = {**found.earlier, **earlier}
        options = _options(settings, given)
        if own is not None and self._project is not None:
            options = _in_project(options, release, self._project.upgrade(own))
        if not options.namespace and not release.namespace:
            options = options._replace(namespace=plugin.namespace())
        return plain._replace(options=options, given=given, earlier=earlier)

    def report_unused(self, reports: Collection[FileReport]) -> None:
        """Note each given answer that no question used. It is not an error: one set of flags serves many files."""
        if not self.are_given or not reports or any(report.error for report in reports):
            return
        asked = _asked(reports)
        for name in self._settings.given:
            if not _was_asked(name, asked):
                tell(self._settings, f"note: nothing asked for {name}, so its answer was not used.")
        if self._file is not None:
            self._note_unused_in(self._file, reports)

    def _note_unused_in(self, answers: Answers, reports: Collection[FileReport]) -> None:
        asked = _asked(reports)
        asked_by: dict[str, set[str]] = {}
        in_file: dict[str, set[str]] = {}
        for report in reports:
            for layer in report.layers:
                in_file.setdefault(layer.path, set()).update(_asked([report]))
        for report in reports:
            # Of releases that share a file, only one reports what its changes decided for all of them.
            asked_too = [in_file[layer.path] for layer in report.layers]
            asked_by.setdefault(answers.names_release(report.path), set()).update(_asked([report]), *asked_too)
        places = {name: written.line for name, written in answers.common.items() if not _was_asked(name, asked)}
        for release, own in answers.releases.items():
            if release not in asked_by:
                where = f"{answers.path}:{answers.lines[release]}"
                text = f"note: {where}: {release} is not one of the releases here, so its answers were not used."
                tell(self._settings, text)
                continue
            its = asked_by[release]
            places |= {name: written.line for name, written in own.items() if not _was_asked(name, its)}
        for name, line in places.items():
            tell(self._settings, f"note: {answers.path}:{line}: nothing asked for {name}, so its answer was not used.")


def _refuse_impossible(given: Mapping[str, str]) -> None:
    """Refuse answers that match no question at all; a question that this release does not ask is allowed."""
    for name, answer in given.items():
        decision = catalog.decision_of(name)
        if decision is None:
            known = catalog.questions()
            meant = did_you_mean(name, known)
            raise UsageError(
                f"--answer {name}: there is no such question{meant}.", remedy=f"They are {', '.join(known)}."
            )
        problem = masked_error(name, answer, decision.answer_error)
        if problem:
            raise UsageError(f"{flag_of(name)}: {problem}.")


def _read(settings: Settings) -> Answers:
    from migrator.prompts import answers_file

    answers = answers_file.read(settings.answers)
    remedy = "Say which release it is for: releases: PATH: {}: ..."
    _refuse_shared_redis(answers, count_files(settings), "are named", remedy)
    return answers


def _options(settings: Settings, given: Mapping[str, str]) -> Options:
    """The options of the upgrade from the command line, and those that answers give about the release."""
    return Options(
        chart=settings.chart,
        version_from=settings.version_from,
        version_to=settings.version_to,
        root=settings.root,
        release_name=given.get("release-name", ""),
        namespace=given.get("namespace", ""),
    )


def _of_project(project: Project) -> Answers:
    from migrator.prompts import answers_file

    answers = answers_file.of_project(project)
    remedy = "Set it below the release that it is for."
    _refuse_shared_redis(answers, len(project.releases), "are listed here", remedy)
    return answers


def _refuse_shared_redis(answers: Answers, releases: int, where: str, remedy: str) -> None:
    """Raise UsageError if the answers common to several releases name a Redis; `{}` in the remedy is that answer."""
    naming = catalog.answers_naming_redis(answers.common)
    if naming and releases > 1:
        raise UsageError(
            f"{naming[0]} names one Redis, and {releases} releases {where}, which must not share it.",
            path=answers.path,
            line=answers.common[naming[0]].line,
            remedy=remedy.format(naming[0]),
        )


def _in_project(options: Options, release: Bundle, upgrade: ProjectUpgrade) -> Options:
    """The options, completed from the project file where the command line and the object around it set none."""
    is_known = release.version.version is not None
    return options._replace(
        chart=options.chart or ("" if release.version.chart else upgrade.chart),
        version_from=options.version_from or ("" if is_known else upgrade.version_from),
        version_to=options.version_to or upgrade.version_to,
        namespace=options.namespace or upgrade.namespace,
    )


def _asked(reports: Collection[FileReport]) -> set[str]:
    return {question.id for report in reports for question in report.questions}


def _was_asked(name: str, asked: set[str]) -> bool:
    return name in catalog.NAMES or any(each == name or each.startswith(name + ".") for each in asked)
