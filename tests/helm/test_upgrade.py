"""An upgrade split into moves, for small charts whose moves are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.charts import archive
from migrator.errors import VerificationError
from migrator.helm import upgrade
from migrator.helm.manifests import compare
from migrator.helm.upgrade import Cause, Charts
from migrator.values.edits import Route

pytestmark = pytest.mark.usefixtures("engine")

OBJECT = "kind: ConfigMap\nmetadata: {name: c}\ndata:\n  size: {{ .Values.size | quote }}\n"


def write(place: Path, template: str, values: str = "size: 1\n") -> str:
    (place / "templates").mkdir(parents=True)
    (place / "Chart.yaml").write_text(f"{{apiVersion: v2, name: {place.name}, version: 0.0.0}}", encoding="utf-8")
    (place / "values.yaml").write_text(values, encoding="utf-8")
    (place / "templates" / "one.yaml").write_text(template, encoding="utf-8")
    return str(place)


def split(old: str, new: str, *stages: str) -> upgrade.RenderedUpgrade:
    return upgrade.render_upgrade(Charts(old, new, archive.own_values(old)), [[stage.encode()] for stage in stages])


def moves(found: upgrade.RenderedUpgrade) -> list[tuple[tuple[Cause, ...], list[Route]]]:
    return [(move.causes, [each.route for each in compare(move.before, move.after)]) for move in found.moves]


TEMPLATES, VALUES, CHART = Cause("templates"), Cause("values"), Cause("chart")


def test_templates_own_values_and_steps_are_separate_moves(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OBJECT, "size: 1\n")
    new = write(tmp_path / "new", OBJECT + "  new: from-template\n  step: {{ .Values.step | quote }}\n", "size: 2\n")

    assert moves(split(old, new, "a: 1\n", "a: 1\nstep: x\n")) == [
        ((TEMPLATES,), [("data", "new")]),
        ((VALUES,), [("data", "size")]),
        ((Cause("step", 0),), [("data", "step")]),
    ]


def test_the_order_of_moves_avoids_what_either_chart_refuses(tmp_path: Path) -> None:
    """As with the example host, which the new chart refuses, and the docket, which the old one does."""
    old = write(tmp_path / "old", OBJECT + '{{ if .Values.docket }}{{ fail "no docket" }}{{ end }}')
    new = write(tmp_path / "new", OBJECT + '{{ if not .Values.host }}{{ fail "no host" }}{{ end }}')

    found = split(old, new, "a: 1\n", "host: h\n", "host: h\ndocket: d\n")
    assert [move.causes for move in found.moves] == [
        (Cause("step", 0),),
        (TEMPLATES,),
        (VALUES,),
        (Cause("step", 1),),
    ]


def test_steps_that_render_only_together_are_one_move(tmp_path: Path) -> None:
    alone = '{{ if ne (empty .Values.host) (empty .Values.separate) }}{{ fail "both or none" }}{{ end }}'
    chart = write(tmp_path / "chart", OBJECT + alone)

    found = split(chart, chart, "a: 1\n", "separate: true\n", "separate: true\nhost: h\n")
    assert found.moves[-1].causes == (Cause("step", 0), Cause("step", 1))


def test_moves_that_do_not_render_alone_are_merged(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OBJECT + '{{ if .Values.docket }}{{ fail "no docket" }}{{ end }}')
    new = write(tmp_path / "new", OBJECT + '{{ if not .Values.docket }}{{ fail "docket" }}{{ end }}')

    assert [move.causes for move in split(old, new, "a: 1\n", "docket: d\n").moves] == [
        (TEMPLATES, Cause("step", 0)),
        (VALUES,),
    ]


def test_templates_and_values_that_do_not_render_apart_are_one_move(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OBJECT, "size: 1\nlegacy: true\n")
    new = write(tmp_path / "new", OBJECT + '{{ if .Values.legacy }}{{ fail "gone" }}{{ end }}', "size: 2\n")

    assert moves(split(old, new, "a: 1\n")) == [((CHART,), [("data", "size")])]


@pytest.mark.parametrize(("stages", "words"), [(("bad: 1\n", "a: 1\n"), "as it is"), (("a: 1\n", "bad: 1\n"), "migr")])
def test_ends_that_do_not_render_are_errors(stages: tuple[str, str], words: str, tmp_path: Path) -> None:
    chart = write(tmp_path / "chart", OBJECT + '{{ if .Values.bad }}{{ fail "oh no" }}{{ end }}')

    with pytest.raises(VerificationError, match=rf"{words}.*oh no") as caught:
        split(chart, chart, *stages)
    assert "--old-chart-path" in caught.value.remedy
    assert caught.value.exit_code == 4


def test_generated_fields_are_found_at_each_end(tmp_path: Path) -> None:
    random = "  made-up: {{ randAlphaNum 20 | quote }}\n"
    old, new = write(tmp_path / "old", OBJECT), write(tmp_path / "new", OBJECT + random)

    field = frozenset({("ConfigMap c", ("data", "made-up"))})
    assert split(new, new, "a: 1\n").generated == (field, field)
    assert split(old, new, "a: 1\n").generated == (frozenset(), field)
