"""A run over what is named, as its commands see it: the settings, the answers, and what its releases have in common."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from migrator.cli.given_answers import GivenAnswers
from migrator.cli.settings import Settings
from migrator.planning.examine import Request
from migrator.sources import Bundle
from migrator.values.context import Surroundings

if TYPE_CHECKING:
    from migrator.prefect.redis_collisions import RedisClaims
    from migrator.prompts.save_answers import Recorder


class Session:
    """`recorder` is told of every decision, if they are saved; `redis_claims` holds what several releases take.

    `began` is the moment when the run did.
    """

    def __init__(
        self,
        settings: Settings,
        answers: GivenAnswers,
        recorder: Recorder | None = None,
        redis_claims: RedisClaims | None = None,
        began: float | None = None,
    ) -> None:
        self.began = began if began is not None else time.monotonic()
        self.settings = settings
        self.answers = answers
        self.recorder = recorder
        self.redis_claims = redis_claims
        self._collisions = redis_claims.collisions() if redis_claims is not None else {}

    def request(self, release: Bundle) -> Request:
        """What is asked of the run on that release. Raises InputError where it meets another on one Redis database."""
        if release.name in self._collisions:
            raise self._collisions[release.name]
        request = self.answers.request(release)
        if self.redis_claims is not None:
            return request._replace(surroundings=self.redis_claims.around(release.name))
        if self.settings.check_redis:
            from migrator.prefect import redis_live

            return request._replace(surroundings=Surroundings(seen=redis_live.look(self.settings.check_redis)))
        return request
