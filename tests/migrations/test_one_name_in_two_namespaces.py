"""4.14.0: a database that another release of the run uses; a bare host name is another server in another namespace."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from migrator.migration import Question
from migrator.planning import discover, examine
from migrator.prefect.redis_url import same_server
from migrator.values.context import Surroundings, Use
from tests import releases

from .conftest import by_id

VALUES = """\
server: {env: [{name: INFRAHUB_CACHE_ADDRESS, value: @host@}]}
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: @host@, db: 1}
"""
HINT = "if both are in one namespace: --answers FILE accepts a namespace for each release"


class OtherRelease:
    """The one other release of the run, and what it uses."""

    def __init__(self, use: Use) -> None:
        self._use = use

    def uses_of(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        is_it = any(same_server(self._use.host, host) for host in hosts)
        return iter([self._use] if is_it and (self._use.port, self._use.database) == (port, database) else [])


def redis_db(host: str, other: Use, namespace: str = "") -> Question:
    request = examine.Request(
        discover.Options(chart="prefect-server", namespace=namespace),
        {},
        surroundings=Surroundings(OtherRelease(other)),
    )
    release = releases.of_text(VALUES.replace("@host@", host))
    return by_id(examine.examine(release, request).plan)["redis-db"]


@pytest.mark.parametrize(
    ("host", "other", "namespace", "hinted"),
    [
        ("cache", "cache", "", True),
        ("cache", "cache", "prod", True),
        ("cache", "cache.prod", "", True),
        ("cache", "cache.prod", "prod", False),
        ("cache.prod", "cache.prod", "", False),
    ],
)
def test_a_database_that_may_be_on_another_server_gets_a_hint(
    host: str, other: str, namespace: str, hinted: bool
) -> None:
    question = redis_db(host, Use(other, "6379", 2, "two.yaml for its docket"), namespace)
    offers = {each.value: each.leads_to for each in question.offers}
    assert offers["2"] == f"used by two.yaml for its docket{', if in one namespace' if hinted else ''}"
    assert question.answer_error("2") == (
        f"database 2 there is already used by two.yaml for its docket{f' ({HINT})' if hinted else ''}"
    )
    assert offers["3"] == "no known user"
    assert HINT not in question.text, "a saved answer has to fit in other company, too"


def test_another_namespace_is_another_server() -> None:
    question = redis_db("cache", Use("cache.dev", "6379", 2, "two.yaml for its docket"), "prod")
    assert not question.answer_error("2")


@pytest.mark.parametrize("own", ["0", "1"])
def test_the_releases_own_databases_are_used_without_a_hint(own: str) -> None:
    question = redis_db("cache", Use("cache", "6379", int(own), "two.yaml"))
    assert "used by" in question.answer_error(own)
    assert HINT not in question.answer_error(own)


@pytest.mark.parametrize(("database", "reported"), [(2, True), (3, False)])
def test_an_existing_docket_in_anothers_database_is_reported(database: int, reported: bool) -> None:
    """Both already use it, so it can only be reported."""
    text = VALUES.replace("@host@", "cache") + '    docket: {url: "redis://cache:6379/2"}\n'
    other = Surroundings(OtherRelease(Use("cache", "6379", database, "two.yaml for its docket")))
    request = examine.Request(discover.Options(chart="prefect-server"), {}, surroundings=other)
    made = examine.examine(releases.of_text(text), request).plan
    notices = [notice.text for notice in made.notices if "give each release its own database" in notice.text]
    assert [text.partition(". If")[0] for text in notices] == (
        ["The docket's database 2 at cache:6379 is also used by two.yaml for its docket"] if reported else []
    )
