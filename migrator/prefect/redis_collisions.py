"""Releases that are named together must not meet on one Redis database: each would take the other's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from migrator.errors import InputError, MigratorError
from migrator.prefect import deployment, redis_databases, redis_url
from migrator.prefect.docket import standing_docket
from migrator.values.context import Surroundings, Use
from migrator.values.release import Release


class Taken(NamedTuple):
    """A Redis database that a release takes, for what, whether that is its docket, and whether it took it before."""

    host: str
    namespace: str
    port: str
    database: int
    what: str
    is_docket: bool
    stands: bool


class Neighbours:
    """The releases of one run, by their names, each as far as it is decided."""

    def __init__(self, planned: Mapping[str, Release]) -> None:
        self._taken = {name: _taken_by(release) for name, release in planned.items()}

    def collisions(self) -> dict[str, MigratorError]:
        """An error for each release whose docket is on a database that another one takes."""
        found = {name: self._collision(name, own) for name, own in self._taken.items()}
        return {name: error for name, error in found.items() if error is not None}

    def around(self, name: str) -> Surroundings:
        """What the other releases take, for the plan of this one."""
        return Surroundings(
            tuple(
                Use(
                    redis_url.in_namespace(each.host, each.namespace),
                    each.port,
                    each.database,
                    f"{other} for {each.what}",
                )
                for other, theirs in self._taken.items()
                if other != name
                for each in theirs
            )
        )

    def settle(self, name: str, release: Release) -> None:
        """Take a release as it is decided now. Raises InputError where it would meet another one."""
        own = _taken_by(release)
        error = self._collision(name, own)
        if error is not None:
            raise error
        self._taken[name] = own

    def _collision(self, name: str, own: Sequence[Taken]) -> MigratorError | None:
        for other, theirs in self._taken.items():
            for mine, yours in ((mine, yours) for mine in own for yours in theirs if other != name):
                # What both took before this run is told by each; nobody can be kept from it here.
                is_new = not (mine.stands and yours.stands)
                if is_new and (mine.is_docket or yours.is_docket) and _is_one(mine, yours):
                    return _error(name, mine, other, yours)
        return None


def _error(name: str, mine: Taken, other: str, yours: Taken) -> MigratorError:
    where = f"database {mine.database} of the Redis at {redis_url.in_url(mine.host)}:{mine.port}"
    remedy = "Give each release a database of its own: run once for each, with its own --redis-db, or use --answers."
    if redis_url.in_namespace(mine.host, "any") != mine.host and not (mine.namespace and yours.namespace):
        remedy = (
            f"In two namespaces {mine.host} is two servers, and the number may be the same: name each release's "
            f"namespace in a file for --answers, below releases:, as {name}: {{namespace: NAME}}. In one namespace, "
            f"give each a database of its own there, as {name}: {{redis-db: N}}."
        )
    text = f"takes {where} for {mine.what}, and {other} takes it for {yours.what}."
    return InputError(text, path=name, remedy=remedy)


def _is_one(mine: Taken, yours: Taken) -> bool:
    if (mine.port, mine.database) != (yours.port, yours.database):
        return False
    return redis_url.same_server(*(redis_url.in_namespace(each.host, each.namespace) for each in (mine, yours)))


def _taken_by(release: Release) -> list[Taken]:
    """What it takes on servers that are named: an example, a placeholder or a template names none."""
    if not deployment.is_separate(release):
        return []
    before = standing_docket(release.start)
    found = [
        Taken(use.host, release.namespace, use.port, use.database, use.who, False, bool(before.url))
        for use in redis_databases.uses(release)
    ]
    url = standing_docket(release).url
    if url and not redis_url.complaint_about(url):
        parts = redis_url.parse_url(url)
        stands = before.url == url
        docket = Taken(parts.host, release.namespace, str(parts.port), parts.database, "its docket", True, stands)
        found.insert(0, docket)
    return [each for each in found if not redis_url.what_is_wrong_with_host(each.host)]
