"""A release of which nothing tells the flavour: planned where all of them end in the same file, else asked for."""

from __future__ import annotations

import pytest

from migrator.planning import discover, examine
from tests import releases, skeleton

HOST = ("host: redis.prod",)
DOCKET = '"redis://redis.prod:6379/2"'
OPEN = skeleton.values("webserver-only", "", HOST)
DONE = skeleton.values("webserver-only pin register", "metrics", HOST, DOCKET)


def case(text: str, **given: str) -> examine.Case:
    release = releases.of_text(text)
    answers = {name.replace("_", "-"): answer for name, answer in given.items()}
    return examine.examine(release, examine.Request(discover.Options(), answers))


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        (OPEN, True),  # `openshift`, which is not known here, may have another database
        (
            OPEN.replace("host: redis.prod", "{host: redis.prod, db: 1}").replace("redis:\n          {", "redis: {"),
            False,
        ),
        (DONE, False),  # as all others want it
    ],
)
def test_an_unknown_preset_matters_unless_the_file_is_right_for_all_others(text: str, is_open: bool) -> None:
    found = case(text, redis_db="2")
    assert ("flavour" in [question.id for question in found.plan.open_questions]) is is_open
    assert not any("right as it is for" in each for each in found.found.evidence)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (skeleton.values(None, None, HOST, DOCKET), "small, medium, medium-data, large, large-data"),
        ("infrahub: {prefect-server: {backgroundServices: {messaging: {docket: {url: ''}}}}}\n", "the plain chart"),
    ],
)
def test_a_file_that_was_migrated_for_some_flavours_says_for_which(text: str, names: str) -> None:
    found = case(text)
    assert found.status == "current"
    told = f"right as it is for {names}; for another flavour, give --from VERSION-FLAVOUR"
    assert found.found.evidence[-1] == told


@pytest.mark.parametrize(("enabled", "told"), [("true", True), ("false", False)])
def test_no_flavour_matters_where_no_prefect_runs(enabled: str, told: bool) -> None:
    single = f"{{enabled: {enabled}, backgroundServices: {{runAsSeparateDeployment: false}}}}"
    notices = [each.text for each in case(f"infrahub: {{prefect-server: {single}}}\n").plan.notices]
    assert any("The values do not say which flavour of the chart is installed" in each for each in notices) is told
