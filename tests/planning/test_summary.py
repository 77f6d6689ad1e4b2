"""What a run found out and made, in records: each file and document once, the steps in order, and what is not known."""

from __future__ import annotations

import pytest

from migrator import sources
from migrator.planning import apply, discover, examine, summary
from migrator.report.mask import Mask
from migrator.report.records import FileReport
from migrator.sources import Bundle, objects, typed
from tests import skeleton
from tests.sources.texts import application, helm_release, in_block, in_object

VALUES = skeleton.values("webserver-only", None)
STEPS = ["docket", "pin", "chart-version"]


def reported(release: Bundle, *, carried_out: bool = True, **answers: str) -> FileReport:
    """The report on a release with these answers (`_` for `-` in their ids)."""
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    case = examine.examine(release, examine.Request(discover.Options(), given))
    return summary.report(case, apply.apply_plan(case) if carried_out else None)


def in_file(text: str) -> Bundle:
    """The one release in an object or in a file of values."""
    source = sources.read_bytes(text.encode(), "values.yaml")
    held = [bundle for each in objects.objects_in(source) for bundle in objects.releases_of(source, each)]
    return held[0] if held else sources.of_layers([source])


def test_each_step_is_told_with_what_it_made_of_the_text() -> None:
    """The chart's version moves last."""
    text = helm_release(VALUES)
    report = reported(in_file(text), redis_db="2")
    assert [each.step for each in report.steps] == STEPS
    (layer,) = report.steps[-1].layers
    assert layer.before == layer.after.replace(b"4.18.0-medium", b"4.13.0-medium") != layer.after
    assert layer.after == report.layers[0].after and report.steps[0].layers[0].before == text.encode()
    for before, after in zip(report.steps, report.steps[1:]):
        assert before.layers[0].after == after.layers[0].before
    assert [each.step for each in reported(in_file(VALUES), redis_db="2", flavour="medium").steps] == STEPS[:-1]


def test_a_plan_that_was_not_carried_out_made_nothing() -> None:
    made = reported(in_file(VALUES), redis_db="2", flavour="medium")
    planned = reported(in_file(VALUES), carried_out=False, redis_db="2", flavour="medium")
    assert made.changes == tuple(
        each._replace(line=line) for each, line in zip(planned.changes, (made.line for made in made.changes))
    )
    assert made.steps and made.documents and made.queues is not None
    assert (planned.steps, planned.documents, planned.queues) == ((), (), None)
    assert planned.layers[0].before == planned.layers[0].after == VALUES.encode()


def test_a_document_is_told_once_and_what_was_typed_stands_in_none() -> None:
    bundle = typed.over(in_file(VALUES), [typed.Typed("--set", "infrahub.prefect-server.server.replicaCount=2")])
    report = reported(bundle, redis_db="2", flavour="medium")
    assert [(each.path, each.number) for each in report.documents] == [("values.yaml", 0)]
    assert [each.path for each in report.layers] == ["values.yaml"]


@pytest.mark.parametrize(("helm", "is_text"), [(in_block(VALUES), True), (in_object(VALUES), False)])
def test_values_that_stand_as_a_text_are_told_as_the_values_they_are(helm: str, is_text: bool) -> None:
    report = reported(in_file(application(helm)), redis_db="2")
    (document,) = report.documents
    told = [(route, was != now) for route, was, now in document.texts]
    assert told == ([(("spec", "source", "helm", "values"), True)] if is_text else [])


@pytest.mark.parametrize("note", ["", "  annotations: {api-token: hunter22}\n"])
def test_credentials_in_the_object_around_the_values_are_found(note: str) -> None:
    """The backup of such a file holds them."""
    text = helm_release(VALUES).replace("  name: infrahub\n", f"  name: infrahub\n{note}", 1)
    report = reported(in_file(text), carried_out=False, redis_db="2")
    assert (Mask().value(report.values_before) != report.values_before) is bool(note)


def test_who_answered_is_told_and_nobody_while_a_question_is_open() -> None:
    report = reported(in_file(VALUES), carried_out=False, flavour="medium")
    told = {each.id: (each.answer, each.by) for each in report.questions}
    assert told == {"redis-db": (None, None), "flavour": ("medium", "flag")}
