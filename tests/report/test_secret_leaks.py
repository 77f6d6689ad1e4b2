"""No format shows a secret, wherever in the values it is, and no format masks an ordinary value.

A canary is put in every place where a credential can be. Its counterpart is a hundred ordinary values.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from migrator import yamltext
from migrator.report import cluster_markdown, cluster_text, html, json_format, markdown, structural, text_check, unified
from migrator.report.cluster_records import ClusterChange, ClusterReport, Explanation
from migrator.report.mask import Mask
from migrator.report.page import Page, shown_diff
from migrator.report.records import ChangeReport, FileReport, Finding, Report
from migrator.report.result_records import DocumentReport, LayerReport
from migrator.report.text import outcome, plan, verified
from migrator.values.edits import Value
from tests.report.masking_samples import ONLY_STRONG, ORDINARY, PLACES, plant

FORMATS: dict[str, Callable[[Report, Mask], str]] = {
    "plan": lambda report, mask: "".join(plan(report, Page(0), mask=mask, verbose=True)),
    "check": lambda report, mask: text_check.check(report, Page(0), mask=mask),
    "outcome": lambda report, mask: outcome(report, Page(0), mask=mask),
    "verify": lambda report, mask: "".join(verified(report, Page(0), mask=mask)),
    "unified": lambda report, mask: unified.diff(report, mask=mask).decode(),
    "unified for a person": lambda report, mask: shown_diff(unified.diff(report, mask=mask), colour=True),
    "structural": lambda report, mask: structural.diff(report, mask=mask),
    "json": lambda report, mask: json.dumps(json.loads(json_format.dumps(report, mask=mask)), ensure_ascii=False),
    "markdown": lambda report, mask: markdown.diff(report, mask=mask),
    "markdown of check": lambda report, mask: markdown.check(report, mask=mask),
    "html": lambda report, mask: html.page(report, mask=mask),
    "cluster": lambda report, mask: cluster_text.text(_rendered(report), Page(0), mask=mask, verbose=True),
    "cluster as markdown": lambda report, mask: cluster_markdown.markdown(_rendered(report), mask=mask),
}


def _report(text: str) -> Report:
    """A release whose whole text is removed, so that every format shows all of it."""
    documents = [document.data for document in yamltext.parse(text.encode()).documents]
    data: Value = documents[0] if len(documents) == 1 else documents
    changes = tuple(
        ChangeReport(f"x{number}", "m", "s", "remove", "a.b", "values.yaml", 1, each, None, "it goes", "required")
        for number, each in enumerate(documents)
    )
    file = FileReport(
        path="values.yaml",
        status="pending",
        layers=(LayerReport("values.yaml", text.encode(), b""),),
        migrations=(("m", "title"),),
        changes=changes,
        findings=(Finding("rule", "error", "values.yaml", 1, "text", "remedy"),),
        values_before=data,
        values_after={},
        documents=tuple(DocumentReport("values.yaml", number, each, {}) for number, each in enumerate(documents)),
    )
    return Report("diff", (file,))


def _rendered(report: Report) -> Report:
    explanation = Explanation("none", text="it comes with the chart")
    (file,) = report.files
    changes = tuple(
        ClusterChange("ConfigMap c", "data", "remove", change.before, None, explanation) for change in file.changes
    )
    return report._replace(files=(file._replace(cluster=ClusterReport("old", "new", "r", "n", changes)),))


def _shown(text: str) -> dict[str, str]:
    """The report on that text in each format."""
    report = _report(text)
    return {name: of(report, Mask()) for name, of in FORMATS.items()}


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_shown(place: str) -> None:
    text, unseen = plant(PLACES[place], "c4n4ryS3cret")
    raw = {name: shown for name, shown in _shown(text).items() if any(each in shown for each in unseen)}
    assert raw == {}


@pytest.mark.parametrize("place", [place for place in PLACES if place not in ONLY_STRONG])
def test_no_password_that_is_an_ordinary_word_is_shown(place: str) -> None:
    text, (canary, *_) = plant(PLACES[place], "swordfish")
    raw = {name: shown for name, shown in _shown(text).items() if canary in shown}
    assert raw == {}


@pytest.mark.parametrize("name", ["unified", "structural", "json", "markdown", "html", "cluster"])
def test_show_secrets_shows_the_planted_secrets(name: str) -> None:
    """Comments, and secrets that are in no value, only by the formats that show the text itself."""
    seen = 0
    for place in PLACES.values():
        text, (canary, *_) = plant(place, "c4n4ryS3cret")
        seen += canary in FORMATS[name](_report(text), Mask(show_secrets=True))
    assert seen >= (len(PLACES) if name in ("unified", "markdown") else len(PLACES) - 10)


@pytest.mark.parametrize("name", FORMATS)
def test_no_ordinary_value_is_masked(name: str) -> None:
    shown, unmasked = (
        FORMATS[name](_report(ORDINARY), Mask(show_secrets)).splitlines() for show_secrets in (False, True)
    )
    assert [line for line in shown if "Credentials are" not in line] == [
        line for line in unmasked if "Credentials are" not in line
    ]


def test_a_password_that_is_part_of_a_host_or_image_does_not_mask_it() -> None:
    passwords = "redis: {password: infrahub}\npostgresql: {auth: {password: infrahub-cache-master}}\n"
    mask = Mask()
    mask.lines(ORDINARY + passwords)
    assert mask.lines(ORDINARY + passwords)[: ORDINARY.count("\n")] == ORDINARY.splitlines()
    assert mask.lines("# it is infrahub\na: infrahub\n") == ["# it is ***1", "a: ***1", ""]


def test_there_are_a_hundred_ordinary_values() -> None:
    assert ORDINARY.count("\n") > 100
