"""A run over what is named, as its commands see it: the settings, the answers, and what its releases have in common."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from migrator.cli.given_answers import GivenAnswers
from migrator.cli.settings import Settings
from migrator.errors import MigratorError
from migrator.planning.examine import Case, Request
from migrator.report.records import FileReport, NoticeReport
from migrator.sources import Bundle
from migrator.values.context import Surroundings, Use

if TYPE_CHECKING:
    from migrator.prefect.redis_collisions import RedisClaims, Taken
    from migrator.prompts.save_answers import Recorder
    from migrator.prompts.several import Outcome


class Written(NamedTuple):
    """A release that is written, with what its backups make necessary to know, and its files that are new.

    `backups` are those of the files that are told as written with it, each once in a run.
    """

    case: Case
    report: FileReport
    about: tuple[NoticeReport, ...]
    new: tuple[str, ...]
    backups: tuple[str, ...] = ()


class Session:
    """`recorder` is told of every decision, if they are saved; `redis_claims` holds what several releases take.

    `began` is the moment when the run did, `watch` takes down what releases do that are judged by themselves.
    `collisions` are errors, by their names, for those of them that meet another one on a Redis or in a file.
    `outcome` is what somebody decided of several releases at once, where that was done, `written` what was written.
    """

    def __init__(
        self,
        settings: Settings,
        answers: GivenAnswers,
        recorder: Recorder | None = None,
        redis_claims: RedisClaims | None = None,
        began: float | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.began = began if began is not None else time.monotonic()
        self.settings = settings
        self.answers = answers
        self.recorder = recorder
        self.redis_claims = redis_claims
        self.watch = watch
        self.outcome: Outcome | None = None
        self.written: list[Written] = []
        self.collisions: dict[str, MigratorError] = {}
        if redis_claims is not None:
            self.collisions |= redis_claims.collisions()

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.monotonic() - self.began

    def request(self, release: Bundle) -> Request:
        """What is asked of the run on that release. Raises MigratorError where it meets another one."""
        if release.name in self.collisions:
            raise self.collisions[release.name]
        request = self.answers.request(release)
        if self.watch is not None:
            return request._replace(surroundings=Surroundings(_Asked(self.watch.asked.setdefault(release.name, set()))))
        if self.redis_claims is not None:
            return request._replace(surroundings=self.redis_claims.around(release.name))
        if self.settings.check_redis:
            from migrator.prefect import redis_live

            return request._replace(surroundings=Surroundings(seen=redis_live.look(self.settings.check_redis)))
        return request

    def saw(self, case: Case) -> None:
        """Take down what a release takes, where that is watched."""
        if self.watch is not None:
            from migrator.prefect.redis_collisions import taken_by

            self.watch.taken[case.bundle.name] = taken_by(case.plan.result)


class Watch:
    """What releases that are judged one by one take of Redis, and on which servers each asked about the others.

    One whose servers turn out to be nobody else's need not be judged again once all are known.
    """

    def __init__(self) -> None:
        self.taken: dict[str, list[Taken]] = {}
        self.asked: dict[str, set[tuple[str, str]]] = {}


class _Asked:
    """Others of which nothing is known yet; an `Others` that takes down what it is asked."""

    def __init__(self, asked: set[tuple[str, str]]) -> None:
        self._asked = asked

    def on(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        self._asked.update((host, port) for host in hosts)
        return iter(())
