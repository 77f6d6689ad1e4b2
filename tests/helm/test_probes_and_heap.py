"""What Helm renders for each answer about the probes of prefect-server alone and the Neo4j heap of older presets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.charts.quantities import number
from migrator.helm.engine import render
from migrator.planning import apply, discover, examine
from migrator.values.edits import Value
from migrator.values.merge import as_map
from tests import releases
from tests.helm.test_past_4_14_1 import write

SERVER = """\
kind: Deployment
metadata: {name: prefect-server}
spec:
  {{- range list "startupProbe" "livenessProbe" "readinessProbe" }}
  {{- with index $.Values.server . }}
  {{- if .enabled }}
  probe{{ .periodSeconds }}: {{ . | toJson }}
  {{- end }}
  {{- end }}
  {{- end }}
"""
OLD: Value = {
    "server": {
        name: {"enabled": False, "periodSeconds": n} for n, name in enumerate(("livenessProbe", "readinessProbe"))
    }
}
NEW: Value = {
    "server": {
        name: {"enabled": True, "periodSeconds": n}
        for n, name in enumerate(("startupProbe", "livenessProbe", "readinessProbe"))
    }
}


def migrated(text: str, chart: str, start: str, to: str, answers: dict[str, str]) -> str:
    options = discover.Options(chart=chart, version_from=start, version_to=to)
    case = examine.examine(releases.of_text(text), examine.Request(options, answers))
    assert not case.plan.open_questions
    return apply.apply_plan(case).streams[0].data.decode()


def rendered(place: Path, values: Value, template: str, text: str) -> Any:
    if not place.exists():
        write(place, values, {"one": template})
    (found,) = render(str(place), [text.encode()])
    return found["spec"]


@pytest.mark.parametrize(("answer", "probes"), [("disable", 0), ("enable", 3)])
def test_each_answer_for_probes(tmp_path: Path, engine: None, answer: str, probes: int) -> None:
    """The old chart has no startupProbe and the other two off; the new one has all three on."""
    text = "server:\n  replicaCount: 2\n"
    assert not rendered(tmp_path / "old", OLD, SERVER, text)
    assert len(rendered(tmp_path / "new", NEW, SERVER, text)) == 3
    after = migrated(text, "prefect-server", "2026.6.5172345", "2026.7.23210422", {"probes": answer})
    assert len(rendered(tmp_path / "new", NEW, SERVER, after) or {}) == probes


NEO4J = """\
kind: StatefulSet
metadata: {name: neo4j}
spec:
  limit: {{ .Values.infrahub.neo4j.neo4j.resources.limits.memory }}
  {{- range list "heap.max_size" "pagecache.size" }}
  {{ . }}: {{ index $.Values.infrahub.neo4j.config (printf "server.memory.%s" .) }}
  {{- end }}
"""
PRESET = json.loads("""{"infrahub": {"neo4j": {
    "neo4j": {"resources": {"requests": {"memory": "32Gi"}, "limits": {"memory": "32Gi"}}},
    "config": {"server.memory.heap.initial_size": "16G", "server.memory.heap.max_size": "16G",
               "server.memory.pagecache.size": "4G"}}}}""")
COPY = """\
configPreset: medium
infrahub:
  prefect-server: {enabled: false}
  neo4j:
    neo4j: {resources: {requests: {memory: 32Gi}}}
    config:
      server.memory.heap.initial_size: 24G
      server.memory.heap.max_size: 24G
"""


@pytest.mark.parametrize(("answer", "fits"), [("keep", False), ("16G", True)])
def test_each_answer_for_the_heap(tmp_path: Path, engine: None, answer: str, fits: bool) -> None:
    """A copy of the older preset below a preset with limits: heap and page cache take more than 85% of the memory."""

    def is_within(text: str) -> bool:
        spec = as_map(rendered(tmp_path / "chart", PRESET, NEO4J, text))
        limit, unit = number(spec["limit"]), number("1Gi")  # Neo4j counts in powers of two whatever the letter
        taken = sum(float(str(spec[name]).rstrip("G")) for name in ("heap.max_size", "pagecache.size"))
        assert limit and unit
        return taken <= 0.85 * limit / unit

    assert is_within("infrahub: {}\n") and not is_within(COPY)
    start, to = "4.18.0-medium", "4.21.2-medium"
    assert is_within(migrated(COPY, "infrahub-enterprise", start, to, {"neo4j-heap": answer})) is fits
