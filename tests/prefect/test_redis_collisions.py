"""Releases of one run that use the same Redis database: which are reported, and with what remedy."""

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
    host: str = "redis", db: int = 1, docket: int | None = None, *, exists: bool = True, namespace: str = "",
    separate: bool = True,
) -> Release:  # fmt: skip
    """A release with messaging on `db` and a docket, new or existing, on `docket` of the same server."""
    url: Value = {"url": f"redis://{host}:6379/{docket}"}
    block: dict[str, Value] = {"redis": {"host": host, "db": db}}
    if docket is not None and exists:
        block["docket"] = url
    values: Value = {"backgroundServices": {"runAsSeparateDeployment": separate, "messaging": block}}
    after = presets.of_chart("prefect-server", Version("2026.6.5172345"), "")
    start = Release(
        chart="prefect-server", root=(), layers=[Layer("values.yaml", values)], before=after, after=after,
        namespace=namespace,
    )  # fmt: skip
    return start if docket is None or exists else start.edited([(0, AddKey(DOCKET, url))])


def colliding(**releases: Release) -> set[str]:
    return set(RedisClaims(releases).collisions())


@pytest.mark.parametrize(
    ("one", "two", "who"),
    [
        # Two new dockets, a new and an existing one, two existing ones.
        (release(docket=2, exists=False), release(db=3, docket=2, exists=False), {"one", "two"}),
        (release(docket=2, exists=False), release(db=3, docket=2), {"one", "two"}),
        (release(docket=2), release(db=3, docket=2), set()),
        # A docket and another release's messaging collide if either release is new; two messagings never do.
        (release(docket=2, exists=False), release(db=2), {"one", "two"}),
        (release(docket=2, exists=False), release(db=2, docket=5), {"one", "two"}),
        (release(docket=2), release(db=2), {"one", "two"}),
        (release(docket=2), release(db=2, docket=5), set()),
        (release(db=2), release(db=2), set()),
        # Another database or server does not collide, unless it may be the same server.
        (release(docket=2, exists=False), release(db=3, docket=4, exists=False), set()),
        (release(docket=2, exists=False), release("other", docket=2, exists=False), set()),
        (release(docket=2, exists=False), release("redis.prod", db=3, docket=2, exists=False), {"one", "two"}),
        # A bare name is another server in each namespace.
        (
            release(docket=2, exists=False, namespace="a"),
            release(db=3, docket=2, exists=False, namespace="b"),
            set(),
        ),
        (
            release(docket=2, exists=False, namespace="a"),
            release(db=3, docket=2, exists=False, namespace="a"),
            {"one", "two"},
        ),
        # A single deployment or a loopback host uses no database.
        (release(docket=2, exists=False), release(db=2, separate=False), set()),
        (release("localhost", docket=2, exists=False), release("localhost", db=2), set()),
    ],
)
def test_which_releases_collide(one: Release, two: Release, who: set[str]) -> None:
    assert colliding(one=one, two=two) == who


@pytest.mark.parametrize(
    ("host", "namespaces", "by_namespace"),
    [
        ("redis", ("", ""), True),
        ("redis", ("a", ""), True),
        ("redis", ("a", "a"), False),
        ("redis.prod", ("", ""), False),
    ],
)
def test_the_remedy_for_a_bare_name_is_a_namespace(host: str, namespaces: tuple[str, str], by_namespace: bool) -> None:
    both = [release(host, docket=2, exists=False, namespace=each) for each in namespaces]
    found = RedisClaims({"one": both[0], "two": both[1]}).collisions()["one"]
    assert "uses database 2 of the Redis at" in str(found) and "two uses it for its docket" in str(found)
    assert ("In two namespaces" in str(found.remedy)) == by_namespace
    assert ("run once for each with its own --redis-db" in str(found.remedy)) != by_namespace


def test_settling_on_a_used_database_is_refused() -> None:
    claims = RedisClaims({"one": release(docket=2, exists=False), "two": release(db=3)})
    with pytest.raises(InputError, match="two: uses database 2"):
        claims.settle("two", release(db=3, docket=2, exists=False))
    claims.settle("two", release(db=3, docket=4, exists=False))
    with pytest.raises(InputError, match="one: uses database 4"):
        claims.settle("one", release(docket=4, exists=False))
    claims.settle("one", release(docket=2, exists=False))


def test_what_the_other_releases_use() -> None:
    claims = RedisClaims({"one": release(docket=2), "two": release(db=3, docket=4)})
    others = claims.surroundings_of("one").others
    assert others is not None
    assert [use.who for use in others.uses_of(["redis"], "6379", 4)] == ["two for its docket"]
    assert [use.who for use in others.uses_of(["redis"], "6379", 3)] == ["two for Prefect's messaging"]
    assert list(others.uses_of(["redis"], "6379", 2)) == []


def test_what_the_other_releases_will_use() -> None:
    """A new docket makes everything new that its release uses."""
    others = (
        RedisClaims({"one": release(docket=2), "two": release(db=3, docket=4, exists=False)})
        .surroundings_of("one")
        .others
    )
    assert others is not None
    assert [use.who for use in others.uses_of(["redis"], "6379", 4)] == ["two for its docket"]
    assert [use.who for use in others.uses_of(["redis"], "6379", 3)] == ["two for Prefect's messaging"]


def test_a_docket_that_cannot_be_read_uses_no_database() -> None:
    unsound = release().edited([(0, AddKey(DOCKET, {"url": "redis://redis/two"}))])
    assert colliding(one=unsound, two=release(db=2)) == set()


def test_a_removed_claim_frees_the_database() -> None:
    claims: ByServer[str] = ByServer()
    place = Place("redis.prod", "6379", 2)
    for name in ("one", "two"):
        claims.add(name, place, f"the docket of {name}")
    claims.remove("one", place)
    assert list(claims.items_at(place)) == [("two", "the docket of two")]
    assert list(claims.items_at(place, excluding="two")) == []
