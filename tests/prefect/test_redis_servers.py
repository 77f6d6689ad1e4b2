"""Which releases share a server."""

from __future__ import annotations

import pytest

from migrator.prefect.redis_servers import Servers

PORT = "6379"


def shared(*releases: list[tuple[str, str]]) -> list[bool]:
    servers = Servers()
    for each in releases:
        servers.add(each)
    for each in releases:
        servers.compare(each)
    return [servers.are_shared(each) for each in releases]


@pytest.mark.parametrize(
    ("one", "other", "are_shared"),
    [
        ("redis", "redis", True),
        ("redis", "REDIS.", True),
        ("redis.ns", "redis.ns.svc.cluster.local", True),
        ("redis.ns.svc", "redis", True),
        ("redis.ns1", "redis.ns2", False),
        ("redis", "redis-2", False),
    ],
)
def test_names_of_the_same_server(one: str, other: str, are_shared: bool) -> None:
    for first, second in ((one, other), (other, one)):
        assert shared([(first, PORT)], [(second, PORT)], [("elsewhere", PORT)]) == [are_shared, are_shared, False]


def test_another_port_is_another_server() -> None:
    assert shared([("redis", PORT)], [("redis", "6380")]) == [False, False]


def test_a_release_does_not_share_with_itself() -> None:
    assert shared([("redis", PORT), ("redis", PORT), ("cache", PORT)], [("other", PORT)]) == [False, False]


def test_three_releases_share_a_server() -> None:
    assert shared([("redis", PORT)], [("other", PORT)], [("redis", PORT)], [("redis.ns", PORT)]) == [
        True,
        False,
        True,
        True,
    ]
