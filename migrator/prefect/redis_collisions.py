"""Releases given in one run must not share a Redis database: each would take the other's work."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from migrator.errors import InputError, MigratorError
from migrator.prefect import deployment, redis_databases, redis_url
from migrator.prefect.docket import injected_docket
from migrator.prefect.redis_servers import ByServer, Place
from migrator.values.context import Surroundings, Use
from migrator.values.release import Release


class TakenDatabase(NamedTuple):
    """A Redis database that a release takes, for what, whether for its docket, and whether already before this run."""

    host: str
    namespace: str
    port: str
    database: int
    what: str
    is_docket: bool
    existed_before: bool

    @property
    def place(self) -> Place:
        return Place(redis_url.in_namespace(self.host, self.namespace), self.port, self.database)

    @property
    def indexed(self) -> Place:
        """Its place, keyed by kind as well."""
        return self.place._replace(kind=_KIND[self.is_docket, self.existed_before])


class RedisClaims:
    """The Redis databases that the releases of one run take, by release name, as far as decided."""

    def __init__(self, planned: Mapping[str, Release] | None = None) -> None:
        self._taken: dict[str, tuple[TakenDatabase, ...]] = {}
        self._by_kind: ByServer[TakenDatabase] = ByServer()
        for name, release in (planned or {}).items():
            self.take(name, release)

    def take(self, name: str, release: Release) -> None:
        """Record what a release takes, as far as it is decided."""
        self.record(name, taken_databases(release))

    def collisions(self) -> dict[str, MigratorError]:
        """An error for each release whose docket is on a database that another one takes."""
        found = {name: self._collision(name, own) for name, own in self._taken.items()}
        return {name: error for name, error in found.items() if error is not None}

    def surroundings_of(self, name: str) -> Surroundings:
        """What the other releases take, for this one's plan."""
        return Surroundings(_Others(self._by_kind, name))

    def settle(self, name: str, release: Release) -> None:
        """Record a release as it is decided now. Raises InputError where it would share a database with another one."""
        own = taken_databases(release)
        error = self._collision(name, own)
        if error is not None:
            raise error
        self.record(name, own)

    def record(self, name: str, own: Sequence[TakenDatabase]) -> None:
        """Record what a release was found to take."""
        for each in self._taken.get(name, ()):
            self._by_kind.remove(name, each.indexed)
        self._taken[name] = tuple(own)
        for each in own:
            self._by_kind.add(name, each.indexed, each)

    def _collision(self, name: str, own: Sequence[TakenDatabase]) -> MigratorError | None:
        for mine in own:
            # A database that both had before this run cannot be refused here; each release reports it.
            for (is_docket, existed_before), kind in _KIND.items():
                if (mine.existed_before and existed_before) or not (mine.is_docket or is_docket):
                    continue
                place = mine.place._replace(kind=kind)
                for other, yours in self._by_kind.items_at(place, excluding=name):
                    return _error(name, mine, other, yours)
        return None


class _Others:
    """What all releases but one use; the `Others` of a plan's surroundings."""

    def __init__(self, taken: ByServer[TakenDatabase], own: str) -> None:
        self._all = taken
        self._own = own

    def uses_of(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        found = (
            Use(each.place.host, each.port, each.database, f"{name} for {each.what}")
            for host in hosts
            for kind in sorted(_KIND.values())
            for name, each in self._all.items_at(Place(host, port, database, kind), self._own)
        )
        return iter(dict.fromkeys(islice(found, _ENOUGH)))


_ENOUGH = 64
"""How many users of one database are looked at; more would add nothing."""


_KIND = {
    (True, False): "docket",
    (False, False): "other",
    (True, True): "docket before",
    (False, True): "other before",
}
"""Kinds by whether it is a docket and whether it was there before this run, in lookup order."""


def _error(name: str, mine: TakenDatabase, other: str, yours: TakenDatabase) -> MigratorError:
    where = f"database {mine.database} of the Redis at {redis_url.in_url(mine.host)}:{mine.port}"
    remedy = "Give each release its own database: run once for each with its own --redis-db, or use --answers."
    if redis_url.in_namespace(mine.host, "any") != mine.host and not (mine.namespace and yours.namespace):
        unknown = [who for who, taken in ((name, mine), (other, yours)) if not taken.namespace]
        who = f"{' and '.join(unknown)} {'is' if len(unknown) == 1 else 'are'}"
        remedy = (
            f"In two namespaces {mine.host} is two servers, and the number may be the same: say which namespace {who} "
            f"in, by namespace: NAME in the project file or below releases: in a file for --answers, as {unknown[0]}: "
            f"{{namespace: NAME}}. In one namespace, give each a database of its own there, as {name}: {{redis-db: N}}."
        )
    text = f"uses {where} for {mine.what}, and {other} uses it for {yours.what}."
    return InputError(text, path=name, remedy=remedy)


def taken_databases(release: Release) -> list[TakenDatabase]:
    """What the release takes on named servers; an example, a placeholder or a template names none."""
    if not deployment.is_separate(release):
        return []
    before = injected_docket(release.start)
    found = [
        TakenDatabase(use.host, release.namespace, use.port, use.database, use.who, False, bool(before.url))
        for use in redis_databases.uses(release)
    ]
    url = injected_docket(release).url
    if not redis_url.url_error(url):
        parts = redis_url.parse_url(url)
        existed_before = before.url == url
        docket = TakenDatabase(
            parts.host, release.namespace, str(parts.port), parts.database, "its docket", True, existed_before
        )
        found.insert(0, docket)
    return [each for each in found if not redis_url.messaging_host_error(each.host)]
