"""The records of a run: each file and document once, the steps in order, and what is not known."""

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


def reported(release: Bundle, *, applied: bool = True, **answers: str) -> FileReport:
    """The report on a release with these answers (`_` for `-` in their ids)."""
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    case = examine.examine(release, examine.Request(discover.Options(), given))
    return summary.report(case, apply.apply_plan(case) if applied else None)


def in_file(text: str) -> Bundle:
    """The one release in an object or in a file of values."""
    source = sources.read_bytes(text.encode(), "values.yaml")
    bundles = [bundle for each in objects.objects_in(source) for bundle in objects.releases_of(source, each)]
    return bundles[0] if bundles else sources.of_layers([source])


def test_each_step_is_reported_with_its_text_before_and_after() -> None:
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


def test_a_plan_that_was_not_applied_has_no_result() -> None:
    made = reported(in_file(VALUES), redis_db="2", flavour="medium")
    planned = reported(in_file(VALUES), applied=False, redis_db="2", flavour="medium")
    assert made.changes == tuple(
        each._replace(line=line) for each, line in zip(planned.changes, (made.line for made in made.changes))
    )
    assert made.steps and made.documents and made.queues is not None
    assert (planned.steps, planned.documents, planned.queues) == ((), (), None)
    assert planned.layers[0].before == planned.layers[0].after == VALUES.encode()


def test_each_document_is_listed_once_and_typed_values_in_none() -> None:
    bundle = typed.with_typed_values(
        in_file(VALUES), [typed.Typed("--set", "infrahub.prefect-server.server.replicaCount=2")]
    )
    report = reported(bundle, redis_db="2", flavour="medium")
    assert [(each.path, each.number) for each in report.documents] == [("values.yaml", 0)]
    assert [each.path for each in report.layers] == ["values.yaml"]


@pytest.mark.parametrize(("helm", "is_text"), [(in_block(VALUES), True), (in_object(VALUES), False)])
def test_values_in_text_are_listed_with_their_route(helm: str, is_text: bool) -> None:
    report = reported(in_file(application(helm)), redis_db="2")
    (document,) = report.documents
    texts = [(route, was != now) for route, was, now in document.texts]
    assert texts == ([(("spec", "source", "helm", "values"), True)] if is_text else [])


@pytest.mark.parametrize("note", ["", "  annotations: {api-token: hunter22}\n"])
def test_credentials_in_the_object_around_the_values_are_found(note: str) -> None:
    """The backup of such a file contains them."""
    text = helm_release(VALUES).replace("  name: infrahub\n", f"  name: infrahub\n{note}", 1)
    report = reported(in_file(text), applied=False, redis_db="2")
    assert (Mask().value(report.values_before) != report.values_before) is bool(note)


def test_the_report_says_who_answered_each_question() -> None:
    report = reported(in_file(VALUES), applied=False, flavour="medium")
    answers = {each.id: (each.answer, each.by) for each in report.questions}
    assert answers == {"redis-db": (None, None), "flavour": ("medium", "flag")}
