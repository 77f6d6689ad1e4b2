"""Every migration has a file that it acts on, a twin that it leaves alone, tests, a source, and a CHANGELOG line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from migrator import rules
from migrator.migration import BY_SHAPE, Question
from migrator.planning import catalog, discover, examine
from tests import releases, skeleton

ROOT = Path(__file__).parents[2]
KNOWN = {known.id: known for known in catalog.load()}
NEWEST = str(catalog.newest("infrahub-enterprise", catalog.load()))


class Pair(NamedTuple):
    """The smallest file that a migration changes or reports about, and one where it does neither.

    `twin_from` is what the twin is upgraded from, if it is not `version_from`.
    """

    affected: str
    twin: str
    version_from: str = "4.13.0"
    version_to: str = NEWEST
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


class DefaultAnswers:
    """Answers with the default, and records what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, question: Question) -> str | None:
        self.asked.append(question.id)
        return question.default

    def given(self, question_id: str) -> str | None:
        return None


def outcomes(migration: str, text: str, version_from: str, version_to: str) -> list[object]:
    """All that its steps yield for the file as it is: changes, notices, broken rules, and the ids of questions."""
    request = examine.Request(discover.Options(version_from=version_from, version_to=version_to), {})
    release = examine.examine(releases.of_text(text), request).plan.start
    ask = DefaultAnswers()
    found = [each for step in KNOWN[migration].migration.steps for each in step.run(release, ask)]
    broken = [rule.id for rule, _ in rules.breaches(release, reported_rules(migration))]
    return [*found, *broken, *ask.asked]


def reported_rules(migration: str) -> list[str]:
    """The rules that its steps report."""
    return [rule for step in KNOWN[migration].migration.steps for rule in step.rules]


@pytest.mark.parametrize("migration", KNOWN)
def test_each_migration_acts_on_its_file_and_leaves_the_twin_alone(migration: str) -> None:
    assert migration in PAIRS, "a new migration needs a pair here, besides tests of its own"
    pair = PAIRS[migration]
    assert outcomes(migration, pair.affected, pair.version_from, pair.version_to)
    assert outcomes(migration, pair.twin, pair.twin_from or pair.version_from, pair.version_to) == []


@pytest.mark.parametrize("migration", KNOWN)
def test_each_migration_is_named_after_its_version(migration: str) -> None:
    """That of its first chart with one; prefect-server's, which ends in a date and a time, may be cut short."""
    named = re.split(r"_(?=[a-z])", migration[1:])[0].replace("_", ".")
    known = [each for each in KNOWN[migration].migration.versions.items() if each[1] != BY_SHAPE]
    for chart, version in known[:1]:
        is_named = version.startswith(named) if chart == "prefect-server" else version == named
        assert is_named, f"it is named after {named}, and the first of its versions is {version} ({chart})"


@pytest.mark.parametrize("migration", KNOWN)
def test_each_migration_has_a_test_file(migration: str) -> None:
    files = [path.stem for path in Path(__file__).parent.glob("test_*.py")]
    assert any(word in file.split("_") for file in files for word in migration.split("_")[3:])


@pytest.mark.parametrize("migration", KNOWN)
def test_each_migration_is_in_the_changelog(migration: str) -> None:
    assert f"`{migration}`" in (ROOT / "CHANGELOG.md").read_text("utf-8"), "a new migration needs a line there"


@pytest.mark.parametrize("migration", KNOWN)
def test_the_version_of_each_migration_is_in_the_table_of_running(migration: str) -> None:
    rows = re.findall(r"^\| (.*?) \|", (ROOT / "docs/running.md").read_text("utf-8"), re.MULTILINE)
    found = re.findall(r"\d+(?:\.\d+)+", " ".join(rows))
    known = KNOWN[migration].migration
    by_chart = [known.versions, *(step.versions for step in known.steps)]
    versions = {version for each in by_chart for version in each.values()} - {BY_SHAPE, ""}
    assert not versions or versions & set(found), "a new migration needs a row in the table of docs/running.md"


@pytest.mark.parametrize("migration", KNOWN)
def test_each_docstring_opens_with_a_fact_and_cites_its_source(migration: str) -> None:
    fact, _, rest = KNOWN[migration].text.partition("\n\n")
    assert fact.rstrip().endswith((".", ":")) and "https://" not in fact
    assert "https://" in rest


@pytest.mark.parametrize("migration", KNOWN)
def test_each_reported_rule_exists(migration: str) -> None:
    known = {rule.id for rule in rules.RULES}
    reported = reported_rules(migration)
    assert set(reported) <= known and len(set(reported)) == len(reported)


def test_question_ids_are_unique_and_every_pair_has_its_migration() -> None:
    """Several migrations may ask a question of `migrator.prefect` if all of them accept the same answers."""
    complaints: dict[str, set[object]] = {}
    for known in KNOWN.values():
        for question, complaint in known.migration.questions.items():
            complaints.setdefault(question, set()).add(getattr(complaint, "values", complaint))
    assert [question for question, found in complaints.items() if len(found) > 1] == []
    assert PAIRS.keys() == KNOWN.keys()
