"""The rules that need a look at Redis: what breaks each, and what nearly does."""

from __future__ import annotations

from typing import Any

import pytest

from migrator import rules, yamltext
from migrator.planning import catalog, discover
from migrator.report.records import Finding
from migrator.rules import live
from migrator.values.context import Surroundings
from migrator.values.redis_state import RedisState
from migrator.values.release import Layer

from .cases import DOCKET, SINGLE, SOUND

SECRET = SOUND.replace(DOCKET, '        docket:\n          url: ""\n          existingSecret: docket\n')
PLAIN = RedisState("redis:6379", databases=16, keys=dict.fromkeys(range(16), 0), persists=True)


def findings(text: str, seen: RedisState | None, to: str = "") -> list[Finding]:
    stream = yamltext.parse(text.encode(), "values.yaml")
    layers = [Layer(stream.name, stream.documents[0].data)]
    options = discover.Options(version_to=to)
    found = discover.detect(layers, options, catalog.load())
    release = discover.build_release(found, layers, options, found.flavour or "").with_surroundings(
        Surroundings(redis_state=seen)
    )
    return rules.check(release, lambda _, route: stream.documents[0].line(route), ["values.yaml"])


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("redis-database", {"databases": 2}, {"databases": 3}, "on the Redis at redis:6379: it has 2 databases, 0 to 1"),
    (
        "redis-database",
        {"databases": None, "refused": {2: "DB index is out of range"}, "keys": {0: 0}},
        {"databases": None, "refused": {3: "DB index is out of range"}, "keys": {2: 0}},
        "it refuses it (DB index is out of range)",
    ),
    ("redis-database", {"is_cluster": True}, {}, "it is a cluster, which has database 0 only"),
    ("redis-unseen", {"databases": None, "keys": {0: 0}}, {"databases": None, "keys": {2: 0}}, "does not say whether"),
    ("redis-keys", {"keys": {2: 7}}, {"keys": {3: 7}}, "already has 7 keys, and not only a docket's"),
    ("redis-keys", {"keys": {2: 1}}, {"keys": {2: 1}, "dockets": frozenset({2})}, "already has 1 key"),
    ("redis-persistence", {"persists": False}, {"persists": None}, "loses everything when it restarts"),
    ("redis-eviction", {"evicts": "allkeys-lru"}, {"evicts": ""}, "(maxmemory-policy allkeys-lru)"),
]


def test_a_sound_redis_breaks_no_rule() -> None:
    assert findings(SOUND, PLAIN) == []
    assert findings(SECRET, PLAIN._replace(named=2)) == []


@pytest.mark.parametrize(("rule", "breaks", "nearly", "words"), CASES)
def test_each_live_rule_is_broken_alone_and_not_by_the_near_miss(
    rule: str, breaks: dict[str, Any], nearly: dict[str, Any], words: str
) -> None:
    found = findings(SOUND, PLAIN._replace(**breaks))
    assert [(each.rule, each.file) for each in found] == [(rule, "values.yaml")]
    assert words in found[0].text
    assert SOUND.splitlines()[found[0].line - 1].strip() == "url: redis://redis.example.org:6379/2"
    assert findings(SOUND, PLAIN._replace(**nearly)) == []


def test_every_live_rule_has_a_case() -> None:
    assert {rule for rule, *_ in CASES} == {rule.id for rule in live.RULES}


def test_the_database_of_a_docket_in_a_secret_is_the_look_urls() -> None:
    found = findings(SECRET, PLAIN)
    assert [each.rule for each in found] == ["redis-unseen"]
    assert "only the Secret docket knows which database the docket is in" in found[0].text
    assert "--check-redis redis://HOST:PORT/N" in found[0].remedy

    filled = PLAIN._replace(keys={**PLAIN.keys, 4: 3})
    assert [each.rule for each in findings(SECRET, filled._replace(named=4))] == ["redis-keys"]
    assert findings(SECRET, filled._replace(named=5)) == []


def test_the_database_in_the_values_overrides_the_look_urls() -> None:
    filled = PLAIN._replace(keys={**PLAIN.keys, 4: 3})
    assert findings(SOUND, filled._replace(named=4)) == []


@pytest.mark.parametrize(("text", "to"), [(SINGLE, ""), (SOUND.replace(DOCKET, ""), "4.13.0")])
def test_live_rules_do_not_apply_without_a_shared_docket(text: str, to: str) -> None:
    bad = RedisState("redis:6379", databases=1, keys={0: 7}, persists=False, evicts="allkeys-lru")
    assert {each.rule for each in findings(text, bad, to)} == {each.rule for each in findings(text, None, to)}
