"""`diff --rendered`: what the upgrade changes in the cluster, each difference under what explains it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests import skeleton
from tests.preset_files import preset_files

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
ANSWERS = ("--redis-host", "infrahub-cache-master", "--redis-db", "2")
SCHEMAS = Path(__file__).resolve().parents[2] / "migrator" / "report" / "schemas"
SCHEMA = json.loads((SCHEMAS / "report.json").read_text(encoding="utf-8"))
VALUES = skeleton.values("webserver-only triggers-off register", "", ["host: redis.prod"])
HOST_ONLY = """\
infrahub:
  prefect-server:
    backgroundServices:
      messaging:
        redis:
          host: infrahub-cache-master
"""
Done = Any
Diff = Callable[..., Done]


@pytest.fixture
def tag() -> str:
    """A real prefect-server accepts a separate deployment of Prefect's own image only with a full version number."""
    return "global: {prefect: {image: {prefectTag: 3.6.13}}}\n"


@pytest.fixture
def diff(chart: Callable[..., Path], cli: Callable[..., Done], tmp_path: Path) -> Diff:
    """`diff(text, *options)`: of a file, between the tests' two enterprise charts unless `charts` names others."""

    def run(text: str, *options: str | Path, charts: tuple[Path, Path] | None = None) -> Done:
        (tmp_path / "values.yaml").write_text(text, encoding="utf-8")
        old, new = charts or (chart("infrahub-enterprise", BEFORE), chart("infrahub-enterprise", AFTER))
        return cli("diff", "values.yaml", "--rendered", "--old-chart-path", old, "--chart-path", new, *options)

    return run


def cluster(done: Done) -> dict[str, Any]:
    """What the JSON output says about the cluster, checked against the schema."""
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    (file,) = report["files"]
    found: dict[str, Any] = file["cluster"]
    return found


def lines(found: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Which field of which object has which explanation: a step's id, or its kind."""
    return {
        (
            each["object"].partition(" in ")[0],
            each["path"].rpartition(".containers.")[2],
            each["explanation"]["step"] or each["explanation"]["kind"],
        )
        for each in found["changes"]
    }


def on(pod: str, explanation: str, *names: str) -> set[tuple[str, str, str]]:
    container = {"prefect-server": pod}.get(pod, "prefect-background-services")
    return {(f"Deployment {pod}", f"{container}.env.{name}", explanation) for name in names}


SERVER, BACKGROUND = "prefect-server", "prefect-server-background-services"
TOGGLES = [
    f"PREFECT_SERVER_SERVICES_{name}_ENABLED"
    for name in ("EVENT_LOGGER", "EVENT_PERSISTER", "TRIGGERS", "TASK_RUN_RECORDER")
]
RENAMED = on(
    SERVER,
    "chart",
    "PREFECT_API_DATABASE_CONNECTION_URL",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START",
) | on(
    BACKGROUND,
    "chart",
    "PREFECT_API_DATABASE_CONNECTION_URL",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "PREFECT_API_DATABASE_MIGRATE_ON_START",
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START",
)
USUAL = {
    *on(SERVER, "toggles", *TOGGLES),
    *on(BACKGROUND, "toggles", *TOGGLES),
    *on(SERVER, "docket", "PREFECT_SERVER_DOCKET_URL"),
    *on(BACKGROUND, "docket", "PREFECT_SERVER_DOCKET_URL"),
    *on(BACKGROUND, "metrics-directory", "PROMETHEUS_MULTIPROC_DIR"),
    *RENAMED,
}
HOST = {
    *on(SERVER, "host", "PREFECT_REDIS_MESSAGING_HOST"),
    *on(BACKGROUND, "host", "PREFECT_REDIS_MESSAGING_HOST"),
}


@pytest.mark.parametrize("preset", preset_files("C/*.yaml"))
def test_each_difference_of_a_presets_upgrade_is_under_its_cause(preset: Path, diff: Diff) -> None:
    text = preset.read_text(encoding="utf-8")
    found = cluster(diff(text, *ANSWERS, "--format", "json"))

    assert lines(found) == USUAL | HOST
    assert found["unexplained"] == 0


def test_generation_b_has_entries_beside_injected_ones(presets: Path, diff: Diff) -> None:
    """Both pods had the pin twice; on the server the new chart injects the other name, so the entry stays."""
    text = (presets / "B" / "values.medium.yaml").read_text(encoding="utf-8")
    found = cluster(diff(text, *ANSWERS, "--format", "json"))

    again = '"PREFECT_API_DATABASE_MIGRATE_ON_START (once more)"'
    assert lines(found) == {*USUAL, *HOST, *on(SERVER, "chart", again), *on(BACKGROUND, "leftovers", again)}
    shown = diff(text, *ANSWERS).stdout.decode()
    assert "check the live\npods' env after" in shown


@pytest.mark.parametrize("preset", preset_files("A*/*.yaml"))
def test_generations_wired_by_env_lists_are_explained(preset: Path, diff: Diff) -> None:
    """A gets a separate deployment for the services; A2 has one, and each of its wiring entries twice."""
    found = cluster(diff(preset.read_text(encoding="utf-8"), "--redis-db", "2", "--format", "json"))

    assert found["unexplained"] == 0
    new_deployment = (f"Deployment {BACKGROUND}", "", "separate-services")
    assert (new_deployment in lines(found)) is (preset.parent.name == "A")


@pytest.mark.parametrize("preset", preset_files("D/*.yaml", "E/values.medium.yaml"))
def test_the_newest_generations_on_the_new_chart_change_little(
    preset: Path, diff: Diff, chart: Callable[..., Path]
) -> None:
    text = preset.read_text(encoding="utf-8").replace("example-infrahub-cache", "infrahub-cache")
    new = chart("infrahub-enterprise", AFTER)
    found = cluster(diff(text, "--format", "json", charts=(new, new)))

    metrics = on(BACKGROUND, "metrics-directory", "PROMETHEUS_MULTIPROC_DIR")
    assert lines(found) == (metrics if preset.parent.name == "D" else set())


@pytest.mark.parametrize("flavour", ["small", "medium", "medium-data", "large", "large-data"])
def test_changes_from_a_flavours_new_preset_are_explained(
    flavour: str, diff: Diff, chart: Callable[..., Path], preset: Callable[[str, str], str]
) -> None:
    """The file sets only the host; the rest changes in the chart's own values."""
    charts = tuple(
        chart("infrahub-enterprise", version, preset(flavour, of))
        for version, of in ((BEFORE, "4.13.0"), (AFTER, "4.14.1"))
    )
    options = ("--from", f"4.13.0-{flavour}", "--chart", "infrahub-enterprise")
    found = cluster(diff(HOST_ONLY, "--redis-db", "2", "--format", "json", *options, charts=charts))

    assert lines(found) == {
        (what, path, {"toggles": "values", "metrics-directory": "values"}.get(explanation, explanation))
        for what, path, explanation in USUAL
    }
    assert {each["explanation"]["text"] for each in found["changes"] if each["explanation"]["kind"] == "values"} == {
        "infrahub.prefect-server.server.env no longer has it",
        "infrahub.prefect-server.backgroundServices.env no longer has it",
        "infrahub.prefect-server.backgroundServices.env has it now",
    }


def test_the_migrations_job_of_prefects_own_image_is_explained(
    diff: Diff, chart: Callable[..., Path], tag: str
) -> None:
    text = f"{tag}server: {{replicaCount: 2}}\nbackgroundServices:\n  runAsSeparateDeployment: true\n"
    text += "  messaging:\n    redis:\n      host: redis.prod\n"
    charts = (chart("prefect-server", BEFORE), chart("prefect-server", AFTER))
    found = cluster(diff(text, "--redis-db", "2", "--format", "json", charts=charts))

    assert found["unexplained"] == 0
    assert "Job prefect-server-db-migrations" in {each["object"].partition(" in ")[0] for each in found["changes"]}


@pytest.fixture
def migrated() -> str:
    """The values as a migration leaves them."""
    text = VALUES.replace('        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n          value: "false"\n', "")
    pin = '        - name: PREFECT_API_DATABASE_MIGRATE_ON_START\n          value: "false"\n'
    text = text.replace("        - name: PREFECT_API_BLOCKS", f"{pin}        - name: PREFECT_API_BLOCKS")
    text = text.replace("      env: []\n", "        docket: {url: 'redis://redis.prod:6379/2'}\n      env: []\n")
    return text.replace("env: []", 'env: [{name: PROMETHEUS_MULTIPROC_DIR, value: ""}]')


def test_a_migrated_file_on_the_same_chart_changes_nothing(
    migrated: str, diff: Diff, chart: Callable[..., Path]
) -> None:
    new = chart("infrahub-enterprise", AFTER)
    done = diff(migrated, "--exit-code", charts=(new, new))

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Nothing changes in the cluster." in done.stdout


def test_generated_values_do_not_change_the_exit_code(
    migrated: str, diff: Diff, chart: Callable[..., Path], tmp_path: Path
) -> None:
    more = "kind: Secret\nmetadata: {name: more}\ndata: {password: {{ randAlphaNum 9 | b64enc }}}\n"
    new = unpublished(chart("infrahub-enterprise", AFTER), tmp_path, more)
    done = diff(migrated, "--exit-code", charts=(new, new))

    assert done.returncode == 0
    assert b"Generated by Helm on each render" in done.stdout


def test_the_exit_code_reports_differences_if_asked(diff: Diff) -> None:
    assert diff(VALUES, "--redis-db", "2", "--exit-code").returncode == 1
    assert diff(VALUES, "--redis-db", "2").returncode == 0


def test_a_missing_decision_is_reported_and_nothing_is_shown(diff: Diff) -> None:
    done = diff(VALUES)

    assert (done.returncode, done.stdout) == (3, b"")
    assert b"redis-db" in done.stderr


def unpublished(new: Path, tmp_path: Path, template: str) -> Path:
    """The new chart with one more template."""
    place = tmp_path / "changed"
    shutil.copytree(new, place)
    (place / "templates").mkdir(exist_ok=True)
    (place / "templates" / "more.yaml").write_text(template, encoding="utf-8")
    return place


def test_unexplained_differences_come_first_and_are_counted(
    diff: Diff, chart: Callable[..., Path], tmp_path: Path
) -> None:
    more = "kind: ConfigMap\nmetadata: {name: more}\ndata: {a: b}\n"
    new = unpublished(chart("infrahub-enterprise", AFTER), tmp_path, more)
    charts = (chart("infrahub-enterprise", BEFORE), new)

    shown = diff(VALUES, "--redis-db", "2", charts=charts).stdout.decode()
    assert "of which 1 has no explanation." in shown
    first = shown.split("\n\n")[1]
    assert first == (
        "NOTHING EXPLAINS THESE: look at them before you upgrade (1)\n"
        "  known: it comes with the new chart, whatever the file says\n"
        "  ConfigMap more\n"
        "    + a new object: keys a"
    )
    assert cluster(diff(VALUES, "--redis-db", "2", "--format", "json", charts=charts))["unexplained"] == 1


def test_values_generated_by_the_chart_are_reported_as_such(
    diff: Diff, chart: Callable[..., Path], tmp_path: Path
) -> None:
    more = "kind: Secret\nmetadata: {name: more}\ndata: {password: {{ randAlphaNum 9 | b64enc }}}\n"
    new = unpublished(chart("infrahub-enterprise", AFTER), tmp_path, more)
    found = cluster(diff(VALUES, "--redis-db", "2", "--format", "json", charts=(new, new)))

    assert ("Secret more", "data.password", "made-up") in lines(found)
    (secret,) = [each for each in found["changes"] if each["object"] == "Secret more"]
    assert (secret["before"], secret["after"]) == ("(hidden)", "(hidden)")


def test_a_password_that_only_the_new_chart_generates_is_unexplained(
    diff: Diff, chart: Callable[..., Path], tmp_path: Path
) -> None:
    fixed = "kind: Secret\nmetadata: {name: more}\ndata: {password: b2xk}\n"
    made_up = fixed.replace("b2xk", "{{ randAlphaNum 9 | b64enc }}")
    new = chart("infrahub-enterprise", AFTER)
    charts = (unpublished(new, tmp_path / "a", fixed), unpublished(new, tmp_path / "b", made_up))

    found = cluster(diff(VALUES, "--redis-db", "2", "--format", "json", charts=charts))
    assert ("Secret more", "data.password", "none") in lines(found)


def test_labels_checksums_and_images_are_explained_by_the_chart(
    diff: Diff, chart: Callable[..., Path], tmp_path: Path
) -> None:
    text = (
        "kind: Deployment\nmetadata: {name: d, labels: {helm.sh/chart: x-1},"
        " annotations: {checksum/config: aa}}\nspec: {template: {spec: {containers: [{name: c, image: 'x:1'}]}}}\n"
    )
    new = chart("infrahub-enterprise", AFTER)
    after = text.replace("x-1", "x-2").replace("x:1", "x:2").replace("aa", "bb")
    charts = (unpublished(new, tmp_path / "a", text), unpublished(new, tmp_path / "b", after))

    found = cluster(diff(VALUES, "--redis-db", "2", "--format", "json", charts=charts))
    assert {each for each in lines(found) if each[0] == "Deployment d"} == {
        ("Deployment d", 'metadata.labels."helm.sh/chart"', "version"),
        ("Deployment d", "metadata.annotations.checksum/config", "version"),
        ("Deployment d", "c.image", "chart"),
    }


def test_credentials_are_masked_without_show_secrets(diff: Diff) -> None:
    text = VALUES.replace("host: redis.prod\n", "host: redis.prod\n          password: hunter2-long\n")
    masked = diff(text, "--redis-db", "2")
    plain = diff(text, "--redis-db", "2", "--show-secrets")

    assert b"hunter2" not in masked.stdout + masked.stderr
    assert b'+ env PREFECT_SERVER_DOCKET_URL: "redis://:***1@redis.prod:6379/2"' in masked.stdout
    assert b'"redis://:hunter2-long@redis.prod:6379/2"' in plain.stdout


FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub, namespace: prod}
spec:
  chart: {spec: {chart: infrahub-enterprise, version: 4.13.0}}
  values:
"""


def test_values_in_an_object_are_rendered(diff: Diff) -> None:
    text = FLUX + "".join("    " + line for line in VALUES.splitlines(keepends=True))
    found = cluster(diff(text, "--redis-db", "2", "--format", "json"))

    assert on(SERVER, "toggles", TOGGLES[2]) <= lines(found)
    assert (found["release_name"], found["namespace"], found["unexplained"]) == ("infrahub", "prod", 0)


def test_layers_of_one_release_are_rendered_together(
    cli: Callable[..., Done], chart: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "base.yaml").write_text(VALUES.replace("redis.prod", "redis.base"), encoding="utf-8")
    (tmp_path / "prod.yaml").write_text(HOST_ONLY.replace("infrahub-cache-master", "redis.prod"), encoding="utf-8")
    old, new = chart("infrahub-enterprise", BEFORE), chart("infrahub-enterprise", AFTER)
    charts = ("--old-chart-path", old, "--chart-path", new)
    done = cli("diff", "-f", "base.yaml", "-f", "prod.yaml", "--rendered", *charts, "--redis-db", "2")

    assert (done.returncode, done.stderr) == (0, b"")
    assert b'PREFECT_SERVER_DOCKET_URL: "redis://redis.prod:6379/2"' in done.stdout
    assert b"redis.base" not in done.stdout


def test_an_umbrella_chart_is_rendered(diff: Diff, chart: Callable[..., Path], tmp_path: Path) -> None:
    def around(version: str) -> Path:
        place = tmp_path / f"umbrella-{version}"
        shutil.copytree(chart("infrahub-enterprise", version), place / "charts" / "infrahub-enterprise")
        about = "{apiVersion: v2, name: ours, version: 1.0.0, dependencies: "
        about += '[{name: infrahub-enterprise, alias: core, version: ">=0"}]}'
        (place / "Chart.yaml").write_text(about, encoding="utf-8")
        return place

    text = "core:\n" + "".join("  " + line for line in VALUES.splitlines(keepends=True))
    found = cluster(diff(text, "--redis-db", "2", "--format", "json", charts=(around(BEFORE), around(AFTER))))

    toggles = on(SERVER, "toggles", *TOGGLES) | on(BACKGROUND, "toggles", *TOGGLES)
    assert lines(found) == (USUAL - toggles) | on(SERVER, "toggles", TOGGLES[2])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rendered",), "--old-chart-path is missing"),
        (("--rendered", "--old-chart-path", "a"), "--chart-path is missing"),
        (("--old-chart-path", "a"), "--old-chart-path is only for a diff of what Helm renders"),
        (("--kube-version", "1.30"), "--kube-version is only for a diff of what Helm renders"),
        (("--format", "text"), "--format text is not available for a diff of the file"),
        (("--rendered", "--old-chart-path", "a", "--chart-path", "b", "--format", "unified"), "text, json, markdown"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(
    options: tuple[str, ...], words: str, cli: Callable[..., Done]
) -> None:
    done = cli("diff", "values.yaml", *options)

    assert done.returncode == 2
    assert words in done.stderr.decode()


DOCKET = "        docket: {url: 'redis://redis.prod:6379/2'}\n      env: []\n"


def test_a_file_that_the_old_chart_refuses_is_exit_4(diff: Diff) -> None:
    done = diff(VALUES.replace("      env: []\n", DOCKET))

    assert (done.returncode, done.stdout) == (4, b"")
    assert "the file as it is does not render: Helm refuses" in done.stderr.decode()
    assert "'docket' not allowed" in done.stderr.decode() or "docket is not allowed" in done.stderr.decode()
    assert "--old-chart-path is the chart that runs now" in done.stderr.decode()


def test_a_migrated_file_that_the_new_chart_refuses_is_exit_4(
    diff: Diff, chart: Callable[..., Path], tmp_path: Path
) -> None:
    new = unpublished(chart("infrahub-enterprise", AFTER), tmp_path, '{{ fail "a licence is missing" }}')
    done = diff(VALUES, "--redis-db", "2", charts=(chart("infrahub-enterprise", BEFORE), new))

    assert (done.returncode, done.stdout) == (4, b"")
    assert "the migrated file does not render" in done.stderr.decode()
    assert "a licence is missing" in done.stderr.decode()


def test_files_that_are_not_releases_are_skipped(
    cli: Callable[..., Done], chart: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text("kind: Service\napiVersion: v1\nmetadata: {name: x}\n", encoding="utf-8")
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    old, new = chart("infrahub-enterprise", BEFORE), chart("infrahub-enterprise", AFTER)
    done = cli("diff", ".", "--rendered", "--old-chart-path", old, "--chart-path", new, "--redis-db", "2")

    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().count("what the upgrade changes in the cluster") == 1


@pytest.mark.parametrize("style", ["text", "markdown"])
def test_a_file_of_other_charts_has_nothing_to_show(
    style: str, cli: Callable[..., Done], chart: Callable[..., Path], tmp_path: Path
) -> None:
    other = FLUX.replace("infrahub-enterprise", "postgresql").replace("4.13.0", "1.0.0") + "    a: 1\n"
    (tmp_path / "other.yaml").write_text(other, encoding="utf-8")
    new = chart("infrahub-enterprise", AFTER)
    flags = ("--rendered", "--old-chart-path", new, "--chart-path", new, "--format", style, "--skip-unrelated")
    done = cli("diff", "other.yaml", *flags)

    assert done.returncode == 0
    assert [line for line in done.stdout.decode().splitlines() if "other.yaml" in line] == (
        []
        if style == "text"
        else ["| `other.yaml` | unrelated | holds HelmRelease prod/infrahub: nothing for these charts. |"]
    )


def test_several_releases_in_one_file_are_shown_separately(diff: Diff) -> None:
    one = FLUX + "".join("    " + line for line in VALUES.splitlines(keepends=True))
    two = one.replace("name: infrahub,", "name: second,").replace("redis.prod", "redis.second")
    shown = diff(one + "---\n" + two, "--redis-db", "2")

    assert shown.returncode == 0, shown.stderr
    first, second = shown.stdout.decode().split("what the upgrade changes in the cluster\n")[1:]
    assert 'PREFECT_SERVER_DOCKET_URL: "redis://redis.prod:6379/2"' in first
    assert 'PREFECT_SERVER_DOCKET_URL: "redis://redis.second:6379/2"' in second
