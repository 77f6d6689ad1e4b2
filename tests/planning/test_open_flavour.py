"""A release of unknown flavour: planned if every flavour leads to the same file, otherwise the flavour is asked for."""

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
        (DONE, False),  # right for all other flavours
    ],
)
def test_the_flavour_is_asked_unless_the_file_is_right_for_all(text: str, is_open: bool) -> None:
    found = case(text, redis_db="2")
    assert ("flavour" in [question.id for question in found.plan.open_questions]) is is_open
    assert not any("right as it is for" in each for each in found.detected.evidence)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (skeleton.values(None, None, HOST, DOCKET), "small, medium, medium-data, large, large-data"),
        ("infrahub: {prefect-server: {backgroundServices: {messaging: {docket: {url: ''}}}}}\n", "the plain chart"),
    ],
)
def test_a_file_right_for_some_flavours_only_says_which(text: str, names: str) -> None:
    found = case(text)
    assert found.status == "current"
    sentence = f"right as it is for {names}; for another flavour, give --from VERSION-FLAVOUR"
    assert found.detected.evidence[-1] == sentence


@pytest.mark.parametrize(("enabled", "is_reported"), [("true", True), ("false", False)])
def test_the_flavour_does_not_matter_if_prefect_is_disabled(enabled: str, is_reported: bool) -> None:
    single = f"{{enabled: {enabled}, backgroundServices: {{runAsSeparateDeployment: false}}}}"
    notices = [each.text for each in case(f"infrahub: {{prefect-server: {single}}}\n").plan.notices]
    assert (
        any("The values do not say which flavour of the chart is installed" in each for each in notices) is is_reported
    )
