"""A plan applied to text: each change at the line where a person would look, and a result proved to be final."""

from __future__ import annotations

import pytest

from migrator.errors import VerificationError
from migrator.planning import apply, discover, examine
from migrator.report.records import NoticeReport
from tests import releases

VALUES = """\
infrahub:
  prefect-server:
    server:
      env:
        - {name: OURS, value: kept}
        - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
    backgroundServices:
      runAsSeparateDeployment: true
      # the queue
      messaging:
        redis: {host: redis, db: 1}
      env:
        - {name: OURS, value: kept}
"""


def case_of(text: str, **answers: str) -> tuple[examine.Case, examine.Request]:
    request = examine.Request(discover.Options(version_from="4.13.0"), {"redis-db": "2", **answers})
    return examine.examine(releases.of_text(text), request), request


def lines(text: str, **answers: str) -> dict[str, int]:
    case, _ = case_of(text, **answers)
    result = apply.apply_plan(case)
    return {change.path.rpartition(".")[2]: line for change, line in zip(case.plan.changes, result.lines)}


def test_each_change_is_reported_at_its_line() -> None:
    number = {line.strip(): place for place, line in enumerate(VALUES.splitlines(), 1)}
    assert lines(VALUES) == {
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": 7,  # itself
        "PREFECT_API_DATABASE_MIGRATE_ON_START": 6,  # the entry before it
        "PROMETHEUS_MULTIPROC_DIR": 13,  # the list that it starts
        "url": number["redis: {host: redis, db: 1}"],  # the key before it
    }


def test_lines_are_those_of_the_file_as_it_was_read() -> None:
    """The toggle above it is removed in an earlier step."""
    swapped = VALUES.replace("- {name: OURS, value: kept}\n        - {name: PREFECT__", "- {name: PREFECT__")
    toggle = '        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}\n'
    first = swapped.replace(toggle, "").replace("      env:\n", f"      env:\n{toggle}", 1)
    assert lines(first)["PREFECT_API_DATABASE_MIGRATE_ON_START"] == 6
    assert lines(first)["PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"] == 5


RESTORE = """\
infrahub:
  infrahub-backup:
    enabled: true
    restore:
      enabled: true
      s3:  # the old bucket
        bucket: b
        # asked for by ops
        key: k
"""
OBJECT = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: infrahub}}
spec:
  source:
    chart: infrahub-enterprise
    targetRevision: 4.13.0
    helm:
      values: |
{}"""


def test_comments_of_moved_keys_are_reported_with_their_lines() -> None:
    comments = [(each.line, each.text.partition(": ")[2]) for each in _notices(RESTORE)]
    assert comments == [(6, "# the old bucket"), (8, "# asked for by ops")]
    kept = RESTORE.replace("      s3:", "      storage:\n        s3:").replace("   key", "     key")
    assert not _notices(kept.replace("   bucket", "     bucket"))


def test_comments_inside_an_object_have_line_numbers_of_the_file() -> None:
    inside = "".join(f"        {line}\n" for line in RESTORE.splitlines())
    assert [each.line for each in _notices(OBJECT.format(inside))] == [15, 17]


def _notices(text: str) -> list[NoticeReport]:
    from migrator.sources import objects

    (source,) = releases.of_text(text).layers
    bundles = [bundle for each in objects.objects_in(source) for bundle in objects.releases_of(source, each)]
    release = bundles[0] if bundles else releases.of_text(text)
    options = discover.Options(version_from="4.13.0-medium", version_to="4.18.0-medium")
    request = examine.Request(options, {"redis-db": "2", "redis-host": "redis", "restore": "disable"})
    return list(apply.apply_plan(examine.examine(release, request)).notices)


def test_a_result_that_would_be_migrated_again_is_refused() -> None:
    case, request = case_of(VALUES)
    result = apply.apply_plan(case)
    apply.prove_settled(case, result, request)
    as_it_was = result._replace(streams=tuple(source.stream for source in case.sources))
    with pytest.raises(VerificationError, match=r"would be migrated again \(.*docket.*\); nothing was written"):
        apply.prove_settled(case, as_it_was, request)


def test_answers_given_at_a_terminal_count_in_the_proof() -> None:
    """At a terminal no default is used; the answers given there hold all the same."""
    logger = VALUES.replace(
        "      env:\n        - {name: OURS, value: kept}\n",
        "      env:\n"
        '        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}\n'
        '        - {name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: "true"}\n',
    )
    case, request = case_of(logger, **{"event-logger": "keep"})
    asked = request._replace(defaults=False)
    apply.prove_settled(case, apply.apply_plan(case), asked)


def test_a_comment_about_a_removed_entry_is_reported() -> None:
    """Separated from the entry by a blank line, it may belong to another."""
    toggle = '        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}\n'
    apart = apply.apply_plan(case_of(VALUES.replace(toggle, f"        # the services\n\n{toggle}"))[0])
    (notice,) = apart.notices
    assert notice.text == "this comment is about something that was removed: # the services"
    assert (notice.file, notice.line) == ("values.yaml", 7)
    assert b"# the services\n" in apart.streams[0].data
    over = apply.apply_plan(case_of(VALUES.replace(toggle, f"        # the services\n{toggle}"))[0])
    assert over.notices == () and b"# the services" not in over.streams[0].data


def test_a_result_that_differs_from_the_plan_is_refused() -> None:
    case, _ = case_of(VALUES)
    layer = case.plan.result.layers[0]
    other = case.plan.result.edited([])
    other.layers = (layer._replace(data={"infrahub": {}}),)
    with pytest.raises(VerificationError, match=r"values\.yaml: the result differs from the plan; nothing was"):
        apply.apply_plan(case._replace(plan=case.plan._replace(result=other)))


def test_a_value_no_longer_shared_through_an_anchor_is_reported() -> None:
    entry = '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}'
    text = VALUES.replace("      env:\n", "      env: &env\n", 1).replace(
        "      env:\n        - {name: OURS, value: kept}\n", "      env: *env\n"
    )
    assert entry in text
    notices = apply.apply_plan(case_of(text, **{"custom-toggles": "keep"})[0]).notices
    assert [(notice.text, notice.line) for notice in notices] == [
        ("a value that was shared through an anchor is now a separate copy here", 13)
    ]
