"""The presets of each generation: byte for byte where nothing changes, as data where something does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator import yamltext
from migrator.values import tree
from migrator.values.edits import Value

from .conftest import Migrate, Plans, by_id

EXAMPLE = "example-infrahub-cache-master"
HOST = "infrahub-cache-master.prod"
SIZES = ("small", "medium")

PIN = """\
        - name: PREFECT_API_DATABASE_MIGRATE_ON_START
          value: "false"
"""
DIRECTORY = """\
        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
"""
DATABASE = """\
          db: 1
"""
DOCKET = f"""\
        docket:
          url: "redis://{HOST}:6379/2"
"""


def toggles(value: str) -> str:
    """The preset's four toggles with that value, as its lists have them."""
    return f"""\
        - name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED
          value: "{value}"
        - name: PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED
          value: "{value}"
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "{value}"
        - name: PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED
          value: "{value}"
"""


def swap(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each piece, which it has exactly once, replaced by another."""
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


Preset = Callable[..., str]


@pytest.fixture
def preset(presets: Path) -> Preset:
    """A preset as text, with a real host in place of the example."""

    def text(generation: str, size: str, host: str = HOST) -> str:
        path = presets / generation / f"values.{size}.yaml"
        return path.read_bytes().decode().replace(EXAMPLE, host)

    return text


def data(text: str) -> Value:
    return yamltext.parse(text.encode(), "values.yaml").documents[0].data


def without_comments(text: str) -> list[str]:
    """The lines of a preset without its comments, which are the publisher's: a migration writes none."""
    return [line.partition(" #")[0].rstrip() for line in text.splitlines() if not line.lstrip().startswith("#")]


@pytest.mark.parametrize("size", SIZES)
def test_generation_c_becomes_e(migrate: Migrate, preset: Preset, size: str) -> None:
    before, wanted = preset("C", size), preset("E", size)
    done = migrate(before, {"redis-db": "2"})
    assert tree.same(data(done.text), data(wanted))
    assert done.text == swap(
        before, (toggles("false"), PIN), (DATABASE, DATABASE + DOCKET), (toggles("true"), DIRECTORY)
    )
    assert without_comments(done.text) == without_comments(wanted), "every line stands where the preset has it"
    assert {change.effect for change in done.plan.changes if "EVENT_LOGGER" not in change.path} == {"none", "required"}


@pytest.mark.parametrize("size", SIZES)
def test_generation_c_with_the_example_host_is_asked_for_a_host(
    migrate: Migrate, plan: Plans, preset: Preset, size: str
) -> None:
    before = preset("C", size, EXAMPLE)
    questions = by_id(plan(before, {"redis-db": "2"}))
    assert list(questions) == ["redis-host"] and questions["redis-host"].flag == "--redis-host"
    done = migrate(before, {"redis-db": "2", "redis-host": HOST})
    assert done.text == migrate(preset("C", size), {"redis-db": "2"}).text
    assert EXAMPLE not in done.text


@pytest.mark.parametrize("size", SIZES)
def test_generation_d_gets_the_metrics_directory_and_e_nothing(migrate: Migrate, preset: Preset, size: str) -> None:
    before, wanted = preset("D", size), preset("E", size)
    done = migrate(before)
    background = 'prefect server services start"\n      env:\n'
    assert done.text == swap(before, (background, background + DIRECTORY))
    assert tree.same(data(done.text), data(wanted))
    assert migrate(wanted).text == wanted


@pytest.mark.parametrize("generation", ["D", "E"])
def test_the_example_host_in_a_new_preset_is_replaced_in_both_places(
    migrate: Migrate, plan: Plans, preset: Preset, generation: str
) -> None:
    before = preset(generation, "medium", EXAMPLE)
    assert list(by_id(plan(before))) == ["redis-host"]
    assert migrate(before, {"redis-host": HOST}).text == migrate(preset(generation, "medium")).text


def test_generation_b_keeps_harmless_entries(migrate: Migrate, preset: Preset) -> None:
    """INFRAHUB_CACHE_ADDRESS stays in both lists, and the pin on the server, where it is needed."""
    before = preset("B", "medium")
    done = migrate(before, {"redis-db": "2"})
    first = "        - name: INFRAHUB_CACHE_ADDRESS\n"
    head, env, tail = before.rpartition(first)
    wanted = swap(head + DIRECTORY + env + tail, (toggles("false"), ""), (DATABASE, DATABASE + DOCKET))
    head, background, env = swap(wanted, (toggles("true"), "")).rpartition("    backgroundServices:\n")
    assert done.text == head + background + swap(env, (PIN, ""))
    assert "pods have had PREFECT_API_DATABASE_MIGRATE_ON_START twice so far" in done.notices


def test_generation_a_with_a_secret_empties_the_presets_url(migrate: Migrate, preset: Preset) -> None:
    """On any chart, so its flavour is not asked for: the file sets configPreset, which the chart reads."""
    done = migrate(preset("A", "small"), {"docket-secret": "queue"})
    assert 'docket:\n          url: ""\n          existingSecret: queue\n' in done.text


ANSWERS = [
    {"docket": docket, "event-logger": logger, "custom-toggles": custom, "migrate-on-start": pin}
    for docket, logger, custom, pin in itertools.product(
        ("redis-db=2", "redis-db=16", f"docket-url=redis://{HOST}:6379/7", "docket-secret=queue:url"),
        ("keep", "remove"),
        ("keep", "remove"),
        ("keep", "remove"),
    )
]


@pytest.mark.parametrize("answers", ANSWERS, ids=lambda answers: " ".join(answers.values()))
def test_hop_by_hop_equals_the_jump(migrate: Migrate, preset: Preset, answers: dict[str, str]) -> None:
    before = preset("C", "medium", EXAMPLE)
    before = before.replace(
        '        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n          value: "true"',
        '        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n          value: "false"\n'
        '        - name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START\n          value: "true"',
    )
    name, _, value = answers["docket"].partition("=")
    given = {key: answers[key] for key in ("event-logger", "custom-toggles", "migrate-on-start")}
    given |= {"redis-host": HOST, name: value}
    at_once = migrate(before, given)
    first = migrate(before, given, version_from="4.13.0-medium", version_to="4.14.0-medium")
    second = migrate(first.text, version_from="4.14.0-medium", version_to="4.14.1-medium")
    assert second.text == at_once.text != first.text
    assert second.text.replace(DIRECTORY, "") == first.text
    # What was kept is reported on every run, and never asked about again.
    for kept, word in (("custom-toggles", "TRIGGERS_ENABLED"), ("event-logger", "EVENT_LOGGER_ENABLED")):
        assert (f"{word} is " in migrate(at_once.text).notices) == (given[kept] == "keep")


@pytest.mark.parametrize("to", ["4.2.3", "4.13.0", "4.13.0-small"])
def test_generation_a_via_an_older_chart_equals_the_jump(migrate: Migrate, preset: Preset, to: str) -> None:
    """The entries are removed on the way and come back as the pin, in the same place."""
    text = preset("A", "small")
    at_once = migrate(text, {"redis-db": "2"}).text
    halfway = migrate(text, version_to=to).text
    assert "MIGRATE_ON_START" not in halfway
    assert migrate(halfway, {"redis-db": "2"}).text == at_once
