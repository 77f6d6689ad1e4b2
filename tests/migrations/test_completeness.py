"""Every migration has what one needs: a file that it is for and one that it is not, a source, a line, its own ids."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from migrator import rules
from migrator.migration import Question
from migrator.planning import catalog, discover, examine
from tests import skeleton

ROOT = Path(__file__).parents[2]
KNOWN = {known.id: known for known in catalog.load()}


class Pair(NamedTuple):
    """The smallest file that a migration has something to do or to tell about, and one in which it has not."""

    concerned: str
    twin: str
    version_from: str = "4.13.0"
    version_to: str = "4.21.2"
    twin_from: str = ""


HOST = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
SERVER = "infrahub: {{infrahubServer: {{infrahubServer: {}}}}}\n"
TRACES = "infrahub: {{global: {{tracing: {{endpoint: otel:4317}}}}, infrahub-observability: {}}}\n"
PRESETS = ROOT / "tests" / "presets"
PAIRS = {
    "v2025_3_retired_keys": Pair(
        "infrahub: {prefect-server: {server: {loggingLevel: info}}}\n",
        "infrahub: {prefect-server: {server: {loggingLevel: INFO}}}\n",
    ),
    "v2025_8_messaging_block": Pair(
        *((PRESETS / generation / "values.small.yaml").read_text("utf-8") for generation in "AC")
    ),
    "v2026_7_23_probes": Pair(
        "server: {uiConfig: {}}\n",
        "server: {uiConfig: {}, startupProbe: {enabled: false}, livenessProbe: {enabled: false}, readinessProbe: "
        "{enabled: false}}\n",
        "2026.6.5172345",
        "2026.8.18172642",
    ),
    "v4_13_0_startup_probe": Pair(
        SERVER.format("{livenessProbe: {initialDelaySeconds: 600}}"),
        SERVER.format("{livenessProbe: {initialDelaySeconds: 60}}"),
        "4.2.3",
    ),
    "v4_14_0_prefect_docket": Pair(
        skeleton.values("webserver-only triggers-off register", "triggers-on"),
        skeleton.values("webserver-only pin register", "metrics", docket="redis://redis.prod:6379/2"),
    ),
    "v4_14_1_prometheus_multiproc": Pair(
        skeleton.values("webserver-only pin register", "", docket="redis://redis.prod:6379/2"),
        skeleton.values("webserver-only pin register", "metrics", docket="redis://redis.prod:6379/2"),
    ),
    "v4_15_0_terminal": Pair(SERVER.format("{tty: true}"), SERVER.format("{tty: false}"), twin_from="4.15.0"),
    "v4_15_1_tracing": Pair(
        TRACES.format("{enabled: true, tempo: {enabled: false}}"), TRACES.format("{enabled: false}")
    ),
    "v4_15_2_metrics_of_the_server": Pair(
        "infrahub: {prefect-server: {server: {env: [], containerSecurityContext: {readOnlyRootFilesystem: true}}}}\n",
        "infrahub: {prefect-server: {server: {env: [], containerSecurityContext: {readOnlyRootFilesystem: false}}}}\n",
    ),
    "v4_16_0_images": Pair("infrahub: {global: {infrahubTag: 1.9.8}}\n", "infrahub: {global: {}}\n"),
    "v4_17_0_upgrade_arguments": Pair(
        "infrahub: {upgrade: {enabled: true}}\n", "infrahub: {upgrade: {enabled: false}}\n"
    ),
    "v4_18_0_restore": Pair(
        "infrahub: {infrahub-backup: {enabled: true, restore: {enabled: true, s3: {bucket: b}}}}\n",
        "infrahub: {infrahub-backup: {enabled: true}}\n",
    ),
    "v4_19_0_flavour": Pair(HOST, HOST + "x: 1\n", "4.13.0-small", "4.14.1-medium", "4.13.0-medium"),
    "v4_19_0_neo4j": Pair(
        "infrahub: {neo4j: {}}\n", "infrahub: {neo4j: {env: {}}}\n", "4.18.0", "4.19.0", twin_from="4.19.0"
    ),
    "v4_21_2_upgrade_job": Pair(
        "infrahub: {upgrade: {enabled: true}, infrahubServer: {infrahubServer: {extraVolumes: [{name: ca}]}}}\n",
        "infrahub: {upgrade: {enabled: false}, infrahubServer: {infrahubServer: {extraVolumes: [{name: ca}]}}}\n",
        "4.13.0",
        "4.18.0",
    ),
}


class Silent:
    """Answers by default, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, question: Question) -> str | None:
        self.asked.append(question.id)
        return question.default

    def given(self, question_id: str) -> str | None:
        return None


def yielded(migration: str, text: str, version_from: str, version_to: str) -> list[object]:
    """All that its steps have to say of the file as it is: changes, notices, rules, and the ids of questions."""
    request = examine.Request(discover.Options(version_from=version_from, version_to=version_to), {})
    release = examine.examine([examine.read_bytes(text.encode(), "values.yaml")], request).plan.start
    ask = Silent()
    found = [each for step in KNOWN[migration].migration.steps for each in step.run(release, ask)]
    told = [rule.id for rule, _ in rules.breaches(release, told_by(migration))]
    return [*found, *told, *ask.asked]


def told_by(migration: str) -> list[str]:
    """The rules that its steps name."""
    return [rule for step in KNOWN[migration].migration.steps for rule in step.rules]


@pytest.mark.parametrize("migration", KNOWN)
def test_it_speaks_up_where_it_is_concerned_and_nowhere_else(migration: str) -> None:
    assert migration in PAIRS, "a new migration needs a pair here, besides tests of its own"
    pair = PAIRS[migration]
    assert yielded(migration, pair.concerned, pair.version_from, pair.version_to)
    assert yielded(migration, pair.twin, pair.twin_from or pair.version_from, pair.version_to) == []


@pytest.mark.parametrize("migration", KNOWN)
def test_it_has_tests_of_its_own(migration: str) -> None:
    files = [path.stem for path in Path(__file__).parent.glob("test_*.py")]
    assert any(word in file for file in files for word in migration.split("_")[3:])


@pytest.mark.parametrize("migration", KNOWN)
def test_it_has_a_line_in_the_changelog(migration: str) -> None:
    assert f"`{migration}`" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("migration", KNOWN)
def test_it_opens_with_a_fact_and_names_its_source(migration: str) -> None:
    fact, _, rest = KNOWN[migration].text.partition("\n\n")
    assert fact.rstrip().endswith((".", ":")) and "https://" not in fact
    assert "https://" in rest


@pytest.mark.parametrize("migration", KNOWN)
def test_the_rules_that_it_names_are_there(migration: str) -> None:
    known = {rule.id for rule in rules.RULES}
    told = told_by(migration)
    assert set(told) <= known and len(set(told)) == len(told)


def test_no_two_ask_by_one_id_and_no_table_has_a_row_too_many() -> None:
    """But for the questions of `migrator.prefect` that several ask alike: what may answer them is the same then."""
    complaints: dict[str, set[object]] = {}
    for known in KNOWN.values():
        for question, complaint in known.migration.questions.items():
            complaints.setdefault(question, set()).add(getattr(complaint, "values", complaint))
    assert [question for question, found in complaints.items() if len(found) > 1] == []
    assert PAIRS.keys() == KNOWN.keys()
