"""4.14.0: the migrate-on-start pin, on the Infrahub image with a docket and no toggles left."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import Migrate, Plans, by_id, effects

HEAD = """\
global:
  prefect:
    image:
      repository: registry.opsmill.io/opsmill/infrahub
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1}
    docket: {url: "redis://redis:6379/2"}
server:
  args: [uvicorn, --no-services, app]
"""
PINNED = (
    HEAD
    + """\
  env:
    - name: PREFECT_API_DATABASE_MIGRATE_ON_START
      value: "false"
"""
)


def test_the_pin_goes_after_webserver_only(migrate: Migrate) -> None:
    before = (
        HEAD
        + """\
  env:
    - name: PREFECT__SERVER_WEBSERVER_ONLY
      value: "true"
    - name: KEPT
      value: "1"
    - name: PREFECT_API_BLOCKS_REGISTER_ON_START
      value: "false"
"""
    )
    done = migrate(before)
    assert (
        done.text
        == HEAD
        + """\
  env:
    - name: PREFECT__SERVER_WEBSERVER_ONLY
      value: "true"
    - name: PREFECT_API_DATABASE_MIGRATE_ON_START
      value: "false"
    - name: KEPT
      value: "1"
    - name: PREFECT_API_BLOCKS_REGISTER_ON_START
      value: "false"
"""
    )
    assert effects(done.plan) == {"required"}


def test_the_pin_goes_before_blocks_register_on_start(migrate: Migrate) -> None:
    before = (
        HEAD
        + """\
  env:
  - name: KEPT
    value: "1"
  # Infrahub registers its own blocks.
  - name: PREFECT_API_BLOCKS_REGISTER_ON_START
    value: "false"
"""
    )
    assert (
        migrate(before).text
        == HEAD
        + """\
  env:
  - name: KEPT
    value: "1"
  - name: PREFECT_API_DATABASE_MIGRATE_ON_START
    value: "false"
  # Infrahub registers its own blocks.
  - name: PREFECT_API_BLOCKS_REGISTER_ON_START
    value: "false"
"""
    )


def test_the_pin_goes_last_without_either(migrate: Migrate) -> None:
    before = HEAD + "  env: [{name: KEPT, value: '1'}]\n"
    assert migrate(before).text == HEAD + (
        "  env: [{name: KEPT, value: '1'}, {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: 'false'}]\n"
    )


def test_the_pin_goes_into_an_empty_list(migrate: Migrate) -> None:
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START" in migrate(HEAD + "  env: []\n").text


def test_an_existing_pin_is_kept(migrate: Migrate) -> None:
    assert migrate(PINNED).text == PINNED
    quoted_otherwise = PINNED.replace('"false"', "'false'")
    assert migrate(quoted_otherwise).text == quoted_otherwise


@pytest.mark.parametrize("value", ["value: false", "value: no", 'value: "False"', 'value: "true"', "value: true",
                                   'value: "0"', "value:", 'value: ""', 'value: "{{ .Values.x }}"',
                                   "valueFrom: {configMapKeyRef: {name: a, key: b}}"])  # fmt: skip
def test_a_pin_with_another_value_or_spelling_is_corrected(migrate: Migrate, value: str) -> None:
    before = (
        HEAD
        + f"""\
  env:
    - name: FIRST
      value: "1"
    - name: PREFECT_API_DATABASE_MIGRATE_ON_START
      {value}
    - name: LAST
      value: "2"
"""
    )
    done = migrate(before)
    assert done.text == before.replace(f"\n      {value}\n", '\n      value: "false"\n')
    assert effects(done.plan) == {"required"}


def test_a_pin_that_is_set_twice_is_kept_once(migrate: Migrate) -> None:
    before = (
        HEAD
        + """\
  env:
    - name: PREFECT_API_DATABASE_MIGRATE_ON_START
      value: "true"
    - name: KEPT
      value: "1"
    - name: PREFECT_API_DATABASE_MIGRATE_ON_START
      value: "false"
"""
    )
    done = migrate(before)
    assert done.text == PINNED + '    - name: KEPT\n      value: "1"\n'
    assert "env-twice" not in {notice.rule for notice in done.plan.notices}


def test_a_pin_in_global_env_counts(migrate: Migrate) -> None:
    pinned = (
        HEAD.replace(
            "  prefect:\n",
            """\
  prefect:
    env: [{name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}]
""",
        )
        + "  env: [{name: KEPT, value: '1'}]\n"
    )
    assert migrate(pinned).text == pinned
    assert migrate(pinned.replace('"false"', "false")).text == pinned


def test_without_a_list_the_charts_entries_are_written_with_the_pin(migrate: Migrate) -> None:
    assert migrate(HEAD).text == PINNED
    community = dedent("""\
        prefect-server:
          server:
            replicaCount: 1
          backgroundServices:
            runAsSeparateDeployment: true
            messaging:
              redis: {host: redis, db: 1}
              docket: {url: "redis://redis:6379/2"}
        """)
    done = migrate(community, version_from="4.27.0", version_to="4.28.0")
    assert done.text == community.replace(
        "    replicaCount: 1\n",
        """\
    replicaCount: 1
    env:
      - name: PREFECT_UI_SERVE_BASE
        value: /
      - name: PREFECT__SERVER_WEBSERVER_ONLY
        value: "true"
      - name: PREFECT_API_DATABASE_MIGRATE_ON_START
        value: "false"
""",
    )
    shown = [change for change in done.plan.changes if change.path.endswith("server.env")]
    assert len(shown) == 1 and "the chart's own entries" in shown[0].why


def test_a_null_list_gets_only_the_pin(migrate: Migrate) -> None:
    assert migrate(HEAD + "  env:\n").text == PINNED.replace("  env:\n", "  env:\n")


def test_vanilla_prefect_and_a_single_deployment_need_no_pin(migrate: Migrate) -> None:
    vanilla = HEAD.replace("registry.opsmill.io/opsmill/infrahub", "prefecthq/prefect")
    assert migrate(vanilla).text == vanilla
    single = HEAD.replace("runAsSeparateDeployment: true", "runAsSeparateDeployment: false")
    assert migrate(single).text == single


def test_infrahubs_entry_point_counts_as_the_infrahub_image(migrate: Migrate) -> None:
    text = HEAD.replace("registry.opsmill.io/opsmill/infrahub", "my/prefect").replace(
        "app]", "infrahub.prefect_server.app:create_infrahub_prefect]"
    )
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START" in migrate(text).text


# The name that the chart injects


def test_an_equal_entry_under_the_injected_name_is_removed(migrate: Migrate) -> None:
    for value in ('"false"', "false", '"0"'):
        entry = f"    - {{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: {value}}}\n"
        done = migrate(PINNED + entry)
        assert done.text == PINNED and effects(done.plan) == {"none"}


def test_a_different_entry_under_the_injected_name_is_a_question(migrate: Migrate, plan: Plans) -> None:
    server = HEAD + '  env: [{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"}]\n'
    assert list(by_id(plan(server))) == ["migrate-on-start"]
    removed = migrate(server, {"migrate-on-start": "remove"})
    assert "PREFECT_SERVER_DATABASE_MIGRATE_ON_START" not in removed.text
    assert effects(removed.plan) == {"required", "behaviour"}
    kept = migrate(server, {"migrate-on-start": "keep"})
    assert 'PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"' in kept.text
    assert "MIGRATE_ON_START is set beside the chart's own on the server pod; the chart's wins" in kept.notices


@pytest.mark.parametrize("place", ["background", "both"])
def test_the_injected_name_is_found_in_every_list(migrate: Migrate, plan: Plans, place: str) -> None:
    entry = '[{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"}]'
    # The pin is missing, so this cannot have been asked before.
    text = HEAD + "  env: []\n"
    if place == "background":
        text = text.replace("  messaging:", f"  env: {entry}\n  messaging:")
    else:
        text = text.replace("    image:", f"    env: {entry}\n    image:")
    assert list(by_id(plan(text))) == ["migrate-on-start"]
    assert "PREFECT_SERVER_DATABASE_MIGRATE_ON_START" not in migrate(text, {"migrate-on-start": "remove"}).text
    assert entry in migrate(text, {"migrate-on-start": "keep"}).text


def test_a_kept_entry_is_reported_afterwards(migrate: Migrate) -> None:
    text = PINNED + '    - {name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"}\n'
    done = migrate(text)
    assert done.text == text
    assert "MIGRATE_ON_START is set beside the chart's own on the server pod; the chart's wins" in done.notices


def test_on_vanilla_prefect_a_different_entry_stays_with_a_notice(migrate: Migrate) -> None:
    head = HEAD.replace("registry.opsmill.io/opsmill/infrahub", "prefecthq/prefect")
    text = head + '  env: [{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"}]\n'
    done = migrate(text)
    assert done.text == text
    assert "MIGRATE_ON_START is set beside the chart's own on the server pod; the chart's wins" in done.notices
    assert migrate(text.replace('"true"', '"false"')).text == head + "  env: []\n"


ALONE = """\
server:
  env:
    - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}
    - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
    - {name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"}
  args: [gunicorn, "infrahub.prefect_server.app:create_infrahub_prefect()"]
backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: redis}}
"""


@pytest.mark.parametrize("answer", ["remove", "keep"])
def test_an_answer_applies_to_an_entry_that_an_earlier_hop_left(migrate: Migrate, answer: str) -> None:
    """prefect-server got the docket before the pin: after that hop the entry looks as if it had been decided."""
    pin, options = {"migrate-on-start": answer}, {"chart": "prefect-server"}
    at_once = migrate(ALONE, {"redis-db": "2", **pin}, **options).text
    hop = migrate(ALONE, {"redis-db": "2"}, **options, version_to="2026.4.10163454").text
    assert migrate(hop, pin, **options).text == at_once
    assert ("PREFECT_SERVER_DATABASE_MIGRATE_ON_START" in at_once) is (answer == "keep")
    assert migrate(hop, **options).text == hop  # left as it is without an answer


TWICE = (
    PINNED
    + """\
    - name: PREFECT_API_DATABASE_MIGRATE_ON_START
      value: "%s"
"""
)


@pytest.mark.parametrize(("last", "effect"), [("true", "required"), ("false", "none")])
def test_the_first_of_two_pins_stays_and_the_effect_is_reported(migrate: Migrate, last: str, effect: str) -> None:
    done = migrate(TWICE % last)
    assert done.text == PINNED
    removed = [change for change in done.plan.changes if change.kind == "remove"]
    assert [change.effect for change in removed] == [effect]


def test_a_second_pin_by_reference_counts_as_another_value(migrate: Migrate) -> None:
    by_reference = (TWICE % "false").rpartition("      value:")[0] + (
        "      valueFrom: {configMapKeyRef: {name: a, key: b}}\n"
    )
    done = migrate(by_reference)
    assert done.text == PINNED
    assert [change.effect for change in done.plan.changes if change.kind == "remove"] == ["required"]


ENTRY = '{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "%s"}'


@pytest.mark.parametrize(("shared", "stays"), [("true", True), ("false", False)])
def test_on_vanilla_prefect_an_entry_that_overrides_global_env_stays(
    migrate: Migrate, shared: str, stays: bool
) -> None:
    """On the background pod global.prefect.env comes after the chart's own; on the server pod it comes before."""
    text = f"""\
global: {{prefect: {{env: [{ENTRY % shared}]}}}}
server: {{env: [{ENTRY % "false"}]}}
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {{host: redis, db: 1}}
    docket: {{url: "redis://redis:6379/2"}}
  env: [{ENTRY % "false"}]
"""
    done = migrate(text)
    assert "server: {env: []}\n" in done.text
    assert done.text.endswith(f"  env: [{ENTRY % 'false' if stays else ''}]\n")


@pytest.mark.parametrize(
    ("names", "after"),
    [
        (("A", "PREFECT__SERVER_WEBSERVER_ONLY", "PREFECT_API_BLOCKS_REGISTER_ON_START"), 1),
        (("A", "PREFECT_API_BLOCKS_REGISTER_ON_START", "B"), 0),
        (("PREFECT_API_BLOCKS_REGISTER_ON_START", "PREFECT__SERVER_WEBSERVER_ONLY"), 1),
        (("A", "B"), 1),
    ],
)
def test_where_the_pin_is_put(migrate: Migrate, names: tuple[str, ...], after: int) -> None:
    entries = "".join(f'    - {{name: {name}, value: "false"}}\n' for name in names)
    text = HEAD.replace("app]", "--no-services]") + f"  env:\n{entries}"
    lines = migrate(text).text.partition("  env:\n")[2].splitlines()
    put = [number for number, line in enumerate(lines) if "MIGRATE_ON_START" in line]
    assert put == [after + 1]


@pytest.mark.parametrize(
    "entry", ["value: 'x', valueFrom: {fieldRef: {fieldPath: a}}", "valueFrom: {fieldRef: {fieldPath: a}}", "other: 1"]
)
def test_an_entry_without_a_plain_value_is_replaced_whole(migrate: Migrate, entry: str) -> None:
    done = migrate(HEAD + f"  env:\n    - {{name: PREFECT_API_DATABASE_MIGRATE_ON_START, {entry}}}\n")
    assert done.text.replace("'", '"') == PINNED.replace("'", '"')
