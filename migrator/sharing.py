"""Releases that are named together must not meet on one Redis database: each would take the other's work."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from migrator import prefect, redis
from migrator.errors import InputError, MigratorError
from migrator.release import Release


class Taken(NamedTuple):
    """A Redis database that a release takes, and for what."""

    host: str
    port: str
    database: int
    namespace: str
    what: str
    is_docket: bool


def collisions(releases: Mapping[str, Release]) -> dict[str, MigratorError]:
    """An error for each release, by its name, whose docket is on a database that another one takes."""
    errors: dict[str, MigratorError] = {}
    taken = {name: _taken_by(release) for name, release in releases.items()}
    for name, own in taken.items():
        for other, theirs in taken.items():
            if name != other and name not in errors:
                error = _collision(name, own, other, theirs)
                if error is not None:
                    errors[name] = error
    return errors


def _collision(name: str, own: Sequence[Taken], other: str, theirs: Sequence[Taken]) -> MigratorError | None:
    for mine in own:
        for yours in theirs:
            if (mine.is_docket or yours.is_docket) and _is_one(mine, yours):
                where = f"database {mine.database} of the Redis at {redis.in_url(mine.host)}:{mine.port}"
                return InputError(
                    f"takes {where} for {mine.what}, and {other} takes it for {yours.what}.",
                    path=name,
                    remedy="Give each release a database of its own: run once for each, with its own --redis-db.",
                )
    return None


def _is_one(mine: Taken, yours: Taken) -> bool:
    if (mine.port, mine.database) != (yours.port, yours.database) or not redis.same_server(mine.host, yours.host):
        return False
    # A bare service name is another server in another namespace.
    is_bare = "." not in mine.host and "." not in yours.host and ":" not in mine.host
    return not (is_bare and mine.namespace and yours.namespace and mine.namespace != yours.namespace)


def _taken_by(release: Release) -> list[Taken]:
    if not prefect.is_separate(release):
        return []
    found = [
        Taken(use.host, use.port, use.database, release.namespace, use.who, False)
        for use in redis.uses(release)
        if use.host
    ]
    url = prefect.standing_docket(release).url
    if url and not redis.complaint_about(url):
        parts = redis.parse_url(url)
        found.insert(0, Taken(parts.host, str(parts.port), parts.database, release.namespace, "its docket", True))
    return found
