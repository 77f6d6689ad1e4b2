"""Rules that need a look at the running Redis (`--check-redis`); without it they find nothing."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import deployment
from migrator.prefect.deployment import target_has_docket
from migrator.prefect.docket import injected_docket
from migrator.rules.docket import ONE_DATABASE, URL, valid_urls
from migrator.rules.rule import Breach, Rule, at
from migrator.values.redis_state import RedisState
from migrator.values.release import Release


def _seen(release: Release) -> Iterator[RedisState]:
    seen = release.surroundings.redis_state
    if seen is not None and deployment.is_separate(release) and target_has_docket(release):
        yield seen


def _databases(release: Release) -> Iterator[tuple[RedisState, int]]:
    """The docket's database on the Redis that was looked at; if a Secret holds it, the URL looked at names it."""
    for seen in _seen(release):
        numbers = [url.database for url in valid_urls(release)]
        if injected_docket(release).secret and seen.named is not None:
            numbers = [seen.named]
        yield from ((seen, number) for number in dict.fromkeys(numbers))


def _lacking(release: Release) -> Iterator[Breach]:
    for seen, number in _databases(release):
        lack = seen.missing_reason(number)
        if lack:
            yield at(release, URL, f"the docket is in database {number}, but on the Redis at {seen.where}: {lack}")


def _unseen(release: Release) -> Iterator[Breach]:
    for seen, number in _databases(release):
        if seen.missing_reason(number) is None:
            yield at(release, URL, f"the Redis at {seen.where} does not say whether it has a database {number}")
    for seen in _seen(release):
        secret = injected_docket(release).secret
        if secret and seen.named is None:
            yield at(release, URL, f"only the Secret {secret} knows which database the docket is in")


def _filled(release: Release) -> Iterator[Breach]:
    brought = injected_docket(release) != injected_docket(release.start)
    for seen, number in _databases(release):
        count = seen.keys.get(number, 0)
        text = f"database {number} of the Redis at {seen.where} already has {seen.contents(number)}"
        if count and number not in seen.dockets:
            yield at(release, URL, f"{text}, and not only a docket's")
        elif count and brought:
            yield at(release, URL, f"{text}, and this release has had no docket there so far")


def _forgetful(release: Release) -> Iterator[Breach]:
    for seen in _seen(release):
        if seen.persists is False:
            text = f"the Redis at {seen.where} loses everything when it restarts (appendonly is no, save is empty)"
            yield at(release, URL, f"{text}, the docket included")


def _evicting(release: Release) -> Iterator[Breach]:
    for seen in _seen(release):
        if seen.evicts:
            text = f"the Redis at {seen.where} evicts any key once its memory is full"
            yield at(release, URL, f"{text} (maxmemory-policy {seen.evicts}), the docket's included")


RULES = (
    Rule(
        "redis-database",
        "error",
        "The Redis that was checked has the docket's database.",
        "Choose one that it has; if it has only one, give Prefect its own Redis.",
        _lacking,
    ),
    Rule(
        "redis-unseen",
        "warning",
        "The docket's database is one of those that were checked.",
        "Name it in the URL: --check-redis redis://HOST:PORT/N.",
        _unseen,
    ),
    Rule(
        "redis-keys",
        "warning",
        "The docket's database contains only the release's own docket.",
        ONE_DATABASE,
        _filled,
    ),
    Rule(
        "redis-persistence",
        "warning",
        "The docket's Redis keeps its data when it restarts.",
        "Turn on appendonly or save; otherwise restart the background services after each restart of that Redis.",
        _forgetful,
    ),
    Rule(
        # https://redis.io/docs/latest/develop/reference/eviction/: allkeys-* may evict any key, noeviction none.
        "redis-eviction",
        "warning",
        "The docket's Redis evicts no keys that are still in use.",
        "Set maxmemory-policy to noeviction, or give the docket its own Redis.",
        _evicting,
    ),
)
