"""Releases of one run that meet on a Redis database: who is told, and what the way out is."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.errors import InputError
from migrator.prefect.redis_collisions import RedisClaims
from migrator.prefect.redis_servers import ByServer, Place
from migrator.values.edits import AddKey, Value
from migrator.values.release import Layer, Release

DOCKET = ("backgroundServices", "messaging", "docket")


def release(
    host: str = "redis", db: int = 1, docket: int | None = None, *, stands: bool = True, namespace: str = "",
    separate: bool = True,
) -> Release:  # fmt: skip
    """A release whose messaging is on `db`, and its docket, new or standing, on `docket` of the same server."""
    url: Value = {"url": f"redis://{host}:6379/{docket}"}
    block: dict[str, Value] = {"redis": {"host": host, "db": db}}
    if docket is not None and stands:
        block["docket"] = url
    values: Value = {"backgroundServices": {"runAsSeparateDeployment": separate, "messaging": block}}
    after = presets.of_chart("prefect-server", Version("2026.6.5172345"), "")
    start = Release(
        chart="prefect-server", root=(), layers=[Layer("values.yaml", values)], before=after, after=after,
        namespace=namespace,
    )  # fmt: skip
    return start if docket is None or stands else start.edited([(0, AddKey(DOCKET, url))])


def met(**releases: Release) -> set[str]:
    return set(RedisClaims(releases).collisions())


@pytest.mark.parametrize(
    ("one", "two", "who"),
    [
        # Two new dockets, a new one and one that stands, two that stand.
        (release(docket=2, stands=False), release(db=3, docket=2, stands=False), {"one", "two"}),
        (release(docket=2, stands=False), release(db=3, docket=2), {"one", "two"}),
        (release(docket=2), release(db=3, docket=2), set()),
        # A new docket and another's messaging, which stands or is as new; messaging alone meets nobody.
        (release(docket=2, stands=False), release(db=2), {"one", "two"}),
        (release(docket=2, stands=False), release(db=2, docket=5), {"one", "two"}),
        (release(docket=2), release(db=2), {"one", "two"}),
        (release(docket=2), release(db=2, docket=5), set()),
        (release(db=2), release(db=2), set()),
        # Another database, server or port is nobody's.
        (release(docket=2, stands=False), release(db=3, docket=4, stands=False), set()),
        (release(docket=2, stands=False), release("other", docket=2, stands=False), set()),
        (release(docket=2, stands=False), release("redis.prod", db=3, docket=2, stands=False), {"one", "two"}),
        # A bare name is a server of each namespace's own.
        (
            release(docket=2, stands=False, namespace="a"),
            release(db=3, docket=2, stands=False, namespace="b"),
            set(),
        ),
        (
            release(docket=2, stands=False, namespace="a"),
            release(db=3, docket=2, stands=False, namespace="a"),
            {"one", "two"},
        ),
        # A single deployment, or a host that names nobody, takes nothing.
        (release(docket=2, stands=False), release(db=2, separate=False), set()),
        (release("localhost", docket=2, stands=False), release("localhost", db=2), set()),
    ],
)
def test_who_meets_whom(one: Release, two: Release, who: set[str]) -> None:
    assert met(one=one, two=two) == who


@pytest.mark.parametrize(
    ("host", "namespaces", "told"),
    [
        ("redis", ("", ""), True),
        ("redis", ("a", ""), True),
        ("redis", ("a", "a"), False),
        ("redis.prod", ("", ""), False),
    ],
)
def test_the_way_out_of_a_bare_name_is_a_namespace(host: str, namespaces: tuple[str, str], told: bool) -> None:
    both = [release(host, docket=2, stands=False, namespace=each) for each in namespaces]
    found = RedisClaims({"one": both[0], "two": both[1]}).collisions()["one"]
    assert "uses database 2 of the Redis at" in str(found) and "two uses it for its docket" in str(found)
    assert ("In two namespaces" in str(found.remedy)) == told
    assert ("run once for each with its own --redis-db" in str(found.remedy)) != told


def test_what_is_decided_is_taken_unless_it_meets_another() -> None:
    claims = RedisClaims({"one": release(docket=2, stands=False), "two": release(db=3)})
    with pytest.raises(InputError, match="two: uses database 2"):
        claims.settle("two", release(db=3, docket=2, stands=False))
    claims.settle("two", release(db=3, docket=4, stands=False))
    with pytest.raises(InputError, match="one: uses database 4"):
        claims.settle("one", release(docket=4, stands=False))
    claims.settle("one", release(docket=2, stands=False))


def test_the_others_around_a_release() -> None:
    claims = RedisClaims({"one": release(docket=2), "two": release(db=3, docket=4)})
    others = claims.around("one").others
    assert others is not None
    assert [use.who for use in others.on(["redis"], "6379", 4)] == ["two for its docket"]
    assert [use.who for use in others.on(["redis"], "6379", 3)] == ["two for Prefect's messaging"]
    assert list(others.on(["redis"], "6379", 2)) == []


def test_the_others_are_those_that_come_as_well() -> None:
    """A docket that is new makes all that its release takes new."""
    others = RedisClaims({"one": release(docket=2), "two": release(db=3, docket=4, stands=False)}).around("one").others
    assert others is not None
    assert [use.who for use in others.on(["redis"], "6379", 4)] == ["two for its docket"]
    assert [use.who for use in others.on(["redis"], "6379", 3)] == ["two for Prefect's messaging"]


def test_a_docket_that_cannot_be_read_takes_nothing() -> None:
    unsound = release().edited([(0, AddKey(DOCKET, {"url": "redis://redis/two"}))])
    assert met(one=unsound, two=release(db=2)) == set()


def test_a_release_that_is_decided_anew_leaves_what_it_took() -> None:
    taken: ByServer[str] = ByServer()
    place = Place("redis.prod", "6379", 2)
    for name in ("one", "two"):
        taken.add(name, place, f"the docket of {name}")
    taken.remove("one", place)
    assert list(taken.on(place)) == [("two", "the docket of two")]
    assert list(taken.on(place, but="two")) == []
