"""A run as its commands see it: the settings, the answers, and what its releases have in common."""

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
    from migrator.prefect.redis_collisions import RedisClaims, TakenDatabase
    from migrator.prompts.save_answers import Recorder
    from migrator.prompts.several import Outcome


class WrittenRelease(NamedTuple):
    """A written release, with the notices about its backups, and its files that were written.

    `backups` are those of the files reported with this release; each is reported once in a run.
    """

    case: Case
    report: FileReport
    backup_notices: tuple[NoticeReport, ...]
    new: tuple[str, ...]
    backups: tuple[str, ...] = ()


class Session:
    """`recorder` gets every decision, if they are saved; `redis_claims` has the Redis use of several releases.

    `began` is when the run started; `watch` records the Redis use of releases that are judged by themselves.
    `collisions` are errors by release name, for releases that collide with another on a Redis or in a file.
    `outcome` is what a person decided for several releases at once, if so; `written` is what was written.
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
        self.written: list[WrittenRelease] = []
        self.collisions: dict[str, MigratorError] = {}
        if redis_claims is not None:
            self.collisions |= redis_claims.collisions()

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.monotonic() - self.began

    def request(self, release: Bundle) -> Request:
        """The request for that release. Raises MigratorError if it collides with another one."""
        if release.name in self.collisions:
            raise self.collisions[release.name]
        request = self.answers.request(release)
        if self.watch is not None:
            return request._replace(surroundings=Surroundings(_Asked(self.watch.asked.setdefault(release.name, set()))))
        if self.redis_claims is not None:
            return request._replace(surroundings=self.redis_claims.surroundings_of(release.name))
        if self.settings.check_redis:
            from migrator.prefect import redis_live

            return request._replace(
                surroundings=Surroundings(redis_state=redis_live.inspect(self.settings.check_redis))
            )
        return request

    def record_redis_use(self, case: Case) -> None:
        """Record the Redis use of a release, if the session has a watch."""
        if self.watch is not None:
            from migrator.prefect.redis_collisions import taken_databases

            self.watch.taken[case.bundle.name] = taken_databases(case.plan.result)


class Watch:
    """The Redis use of releases that are judged one by one, and the servers on which each asked about the others.

    Once all are known, a release that shares no server with another need not be judged again.
    """

    def __init__(self) -> None:
        self.taken: dict[str, list[TakenDatabase]] = {}
        self.asked: dict[str, set[tuple[str, str]]] = {}


class _Asked:
    """An `Others` that knows nothing yet, and records what it is asked."""

    def __init__(self, asked: set[tuple[str, str]]) -> None:
        self._asked = asked

    def uses_of(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        self._asked.update((host, port) for host in hosts)
        return iter(())
