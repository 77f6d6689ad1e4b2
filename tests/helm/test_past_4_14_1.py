"""What Helm renders before and after each edit past 4.14.1, and for every answer of each question.

The charts here are written for these tests and follow just the rules in question: what is refused, and what a pod gets.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from migrator.charts import infrahub, presets
from migrator.errors import VerificationError
from migrator.helm.engine import render
from migrator.planning import apply, discover, examine
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import as_map
from tests import releases

SERVER = """\
{{- $s := .Values.infrahubServer.infrahubServer }}
{{- $obs := index .Values "infrahub-observability" }}
{{- $tempo := and $obs.enabled (or @old@ $obs.tempo.enabled) }}
{{- if and $s.envFromExistingSecret $s.envFromExistingSecrets }}{{ fail "both keys are set" }}{{ end }}
kind: Deployment
metadata: {name: server}
spec:
  {{- $flavour := .Values.global.infrahubImageFlavor }}
  image: infrahub:{{ .Values.global.infrahubTag | default "CHART" }}{{ with $flavour }}-{{ . }}{{ end }}
  traces: {{ or .Values.global.tracing.enabled $tempo }}
  envFrom:
  {{- with $s.envFromExistingSecret }}
    - {{ . }}
  {{- end }}
  {{- range $s.envFromExistingSecrets }}
    - {{ . }}
  {{- end }}
  livenessProbe: {{ $s.livenessProbe | toJson }}
  startupProbe: {{ $s.startupProbe | toJson }}
"""
RESTORE = """\
{{- $b := index .Values "infrahub-backup" }}
{{- if and $b.enabled $b.restore.enabled }}
{{- $s3 := $b.restore.storage.s3 }}
{{- if and (not @old@) (eq (not $s3.key) (not $s3.latest)) }}{{ fail "restore requires a key or latest" }}{{ end }}
kind: Job
metadata: {name: restore}
spec: {source: "s3://{{ $s3.bucket }}/{{ $s3.key }}"}
{{- end }}
"""
PREFECT = """\
kind: Deployment
metadata: {name: prefect-server}
spec:
  env: {{ concat .Values.global.prefect.env .Values.server.env | toJson }}
  readOnly: {{ dig "containerSecurityContext" "readOnlyRootFilesystem" false .Values.server }}
  logging: {{ .Values.server.loggingLevel }}
"""
LEVELS: Value = {"enum": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]}
SCHEMA: Value = {"properties": {"server": {"properties": {"loggingLevel": LEVELS}}}}


def write(place: Path, values: Value, templates: dict[str, str], schema: Value = None) -> None:
    (place / "templates").mkdir(parents=True)
    about = {"apiVersion": "v2", "name": place.name, "version": "0.0.0"}
    (place / "Chart.yaml").write_text(json.dumps(about), "utf-8")
    (place / "values.yaml").write_text(json.dumps(values), "utf-8")
    for name, text in templates.items():
        (place / "templates" / f"{name}.yaml").write_text(text, "utf-8")
    if schema is not None:
        (place / "values.schema.json").write_text(json.dumps(schema), "utf-8")


@pytest.fixture
def pods(tmp_path: Path, engine: None) -> Callable[..., dict[str, Any]]:
    """`pods(text, version)`: what the infrahub chart of that version renders from the values, by object."""
    made: dict[str, Path] = {}

    def build(version: str) -> Path:
        if version not in made:
            place = tmp_path / version / "infrahub"
            old = Version(version) < Version("4.29.1")
            values = infrahub.defaults("infrahub", Version(version), "", preset_is_known=True)
            texts = {"server": SERVER.replace("@old@", str(old).lower())}
            texts["restore"] = RESTORE.replace("@old@", str(Version(version) < Version("4.32.0")).lower())
            write(place, values, texts)
            own = presets.of_chart("infrahub", Version(version), "").prefect
            write(place / "charts" / "prefect-server", own, {"server": PREFECT}, SCHEMA)
            made[version] = place
        return made[version]

    def rendered(text: str, version: str) -> dict[str, Any]:
        found = render(str(build(version)), [text.encode()])
        return {str(as_map(each["metadata"])["name"]): each["spec"] for each in found}

    return rendered


def migrated(text: str, start: str = "4.16.3", **answers: str) -> str:
    options = discover.Options(chart="infrahub", version_from=start)
    request = examine.Request(options, {name.replace("_", "-"): value for name, value in answers.items()})
    case = examine.examine(releases.of_text(text), request)
    assert not case.plan.open_questions
    return apply.apply_plan(case).streams[0].data.decode()


OLD, NEW = "4.16.3", "4.32.0"
Pods = Callable[..., dict[str, Any]]


def test_a_lower_case_log_level_is_refused_until_migrated(pods: Pods) -> None:
    text = "prefect-server: {server: {loggingLevel: info}}\n"
    with pytest.raises(VerificationError, match="loggingLevel"):
        pods(text, NEW)
    assert pods(migrated(text), NEW)["prefect-server"]["logging"] == "INFO"


def test_env_secrets_stay_the_same_and_both_keys_are_merged(pods: Pods) -> None:
    text = "infrahubServer: {infrahubServer: {envFromExistingSecret: a}}\n"
    assert pods(text, OLD)["server"]["envFrom"] == pods(migrated(text), NEW)["server"]["envFrom"] == ["a"]
    both = text.replace("a}", "a, envFromExistingSecrets: [b]}")
    with pytest.raises(VerificationError, match="both keys"):
        pods(both, NEW)
    assert pods(migrated(both), NEW)["server"]["envFrom"] == ["a", "b"]


def test_the_new_startup_probe_uses_the_port_of_the_server(pods: Pods) -> None:
    own = "{httpGet: {port: 8443, scheme: HTTPS}}"
    text = f"infrahubServer: {{infrahubServer: {{livenessProbe: {own}, readinessProbe: {own}}}}}\n"
    assert tree.get(pods(text, NEW)["server"], ("startupProbe", "httpGet", "port")) == 8000
    after = pods(migrated(text), NEW)["server"]
    assert after["startupProbe"]["httpGet"] == after["livenessProbe"]["httpGet"]
    assert after["startupProbe"]["failureThreshold"] == 60


@pytest.mark.parametrize(("answer", "seconds"), [("match", 700), ("default", 300), ("none", None)])
def test_each_answer_for_the_startup_probe(pods: Pods, answer: str, seconds: int | None) -> None:
    text = "infrahubServer:\n  infrahubServer:\n    livenessProbe: {initialDelaySeconds: 600}\n"
    probe = pods(migrated(text, startup_probe=answer), NEW)["server"]["startupProbe"]
    assert (probe and probe["failureThreshold"] * probe["periodSeconds"]) == seconds


def test_a_probe_has_one_handler(pods: Pods) -> None:
    text = "infrahubServer: {infrahubServer: {livenessProbe: {exec: {command: [a]}}}}\n"
    assert len(infrahub.handlers(pods(text, NEW)["server"]["livenessProbe"])) == 2
    assert infrahub.handlers(pods(migrated(text, "4.28.0"), NEW)["server"]["livenessProbe"]) == ["exec"]
    socket = "infrahubServer: {infrahubServer: {livenessProbe: {httpGet: null, tcpSocket: {port: 8000}}}}\n"
    probe = pods(migrated(socket, startup_probe="match"), NEW)["server"]["startupProbe"]
    assert infrahub.handlers(probe) == ["tcpSocket"]


TRACES = "global: {tracing: {@endpoint: otel:4317}}\ninfrahub-observability: {enabled: true, tempo: {enabled: false}}\n"


def test_traces_continue(pods: Pods) -> None:
    text = TRACES.replace("@", "")
    own = text + "infrahubServer: {}\n"
    assert [pods(own, version)["server"]["traces"] for version in ("4.29.0", NEW)] == [True, False]
    assert pods(migrated(own), NEW)["server"]["traces"] is True


@pytest.mark.parametrize(("answer", "traces"), [("enable", True), ("leave", False)])
def test_each_answer_for_traces(pods: Pods, answer: str, traces: bool) -> None:
    text = TRACES.replace("@", "enabled: false, ")
    assert pods(migrated(text, tracing=answer), NEW)["server"]["traces"] is traces


def test_a_server_with_a_read_only_root_gets_a_metrics_directory(pods: Pods) -> None:
    text = "prefect-server: {server: {env: [{name: PREFECT_UI_SERVE_BASE, value: /}]}}\n"
    entry = {"name": "PROMETHEUS_MULTIPROC_DIR", "value": "/tmp"}
    before, after = pods(text, NEW)["prefect-server"], pods(migrated(text), NEW)["prefect-server"]
    assert before["readOnly"] is after["readOnly"] is True
    assert (entry in before["env"], entry in after["env"]) == (False, True)


BACKUP = "infrahub-backup:\n  enabled: true\n  restore:\n    enabled: true\n    s3: {bucket: b, key: k}\n"


@pytest.mark.parametrize(("answer", "source"), [("disable", None), ("on-upgrade", "s3://b/k")])
def test_each_answer_for_a_restore(pods: Pods, answer: str, source: str | None) -> None:
    assert pods(BACKUP, OLD)["restore"]["source"] == "s3:///"
    with pytest.raises(VerificationError, match="restore requires"):
        pods(BACKUP, NEW)
    after = pods(migrated(BACKUP, restore=answer), NEW)
    assert after.get("restore", {}).get("source") == source


@pytest.mark.parametrize(
    ("text", "answers", "before", "after"),
    [
        ("{infrahubTag: 1.9.8}", {"image_pin": "keep"}, "1.9.8", "1.9.8"),
        ("{infrahubTag: 1.9.8}", {"image_pin": "remove"}, "1.9.8", "CHART"),
        ("{infrahubTag: 1.9.8}", {"image_pin": "1.10.6"}, "1.9.8", "1.10.6"),
        ("{infrahubTag: 1.9.8-avd}", {"image_flavour": "split"}, "1.9.8-avd", "1.9.8-avd"),
        ("{infrahubTag: 1.9.8-avd}", {"image_pin": "remove"}, "1.9.8-avd", "CHART-avd"),
        (
            "{infrahubTag: 1.9.8-avd, infrahubImageFlavor: avd}",
            {"image_flavour": "split"},
            "1.9.8-avd-avd",
            "1.9.8-avd",
        ),
    ],
)
def test_each_answer_for_images(pods: Pods, text: str, answers: dict[str, str], before: str, after: str) -> None:
    values = f"global: {text}\ninfrahubServer: {{}}\n"
    assert pods(values, NEW)["server"]["image"] == f"infrahub:{before}"
    assert pods(migrated(values, "4.27.0", **answers), NEW)["server"]["image"] == f"infrahub:{after}"
