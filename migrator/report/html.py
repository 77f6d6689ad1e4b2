"""The HTML page for the approver: self-contained, without a script or any network access.

Jinja2 escapes everything that is put into the templates, and `visible` shows characters that would mislead a reader
(control and bidirectional ones), so nothing from a file becomes markup. The page's content security policy forbids all
scripts, and all styles but its own; the filters and the two line views are checkboxes that the style sheet reads.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from migrator import __version__
from migrator.report import cluster_text, html_picture, totals
from migrator.report.html_release import CAUSES, EFFECTS, release_view
from migrator.report.mask import Mask, visible
from migrator.report.page import answered_by, flags_of, one_line, unused_answer, versions
from migrator.report.records import FileReport, Report
from migrator.report.restarts import sentence
from migrator.report.text_check import error_without_path

if TYPE_CHECKING:
    from jinja2 import Environment

MANY = 25
"""With more releases than this the page shortens and folds each one: fewer context lines, no line numbers, one picture,
decisions without their questions, and shared notices only once."""


class Bar(NamedTuple):
    """A bar of a small chart: its label, its count, and its start and width in percent."""

    name: str
    label: str
    number: int
    start: float
    width: float


def page(report: Report, *, mask: Mask) -> str:
    """The whole page for `diff`, of files or of rendered objects."""
    report = mask.conceal(report)
    is_rendered = any(file.cluster is not None for file in report.files)
    are_many = len(report.files) > MANY
    shared = _shared_notices(report.files) if are_many else {}
    releases = [
        release_view(number, file, mask, context=1 if are_many else 3, without=shared)
        for number, file in enumerate(report.files, 1)
    ]
    environment = _environment()
    style = _style(environment)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        title="What the upgrade changes in the cluster" if is_rendered else _TITLES[report.command],
        version=__version__,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        report=report,
        error=report.error,
        releases=releases,
        are_many=are_many,
        said_of_many=shared,
        is_rendered=is_rendered,
        statuses=_bars([(name, totals.STATUS_NAMES[name], number) for name, number in totals.statuses(report).items()]),
        effects=_bars([(name, EFFECTS[name], number) for name, number in totals.effects(report).items() if number]),
        causes=_bars([(kind, CAUSES[kind], number) for kind, number in _causes(report).items()]),
        summary=totals.status_sentence(report),
        changes=totals.effect_sentence(report),
        first_picture=next((each for each in releases if each.file.queues is not None), None),
        are_secrets_shown=mask.show_secrets,
    )


_TITLES = {
    "diff": "Upgrade of Infrahub values: what changes",
    "migrate": "Upgrade of Infrahub values: what was done",
}


def _causes(report: Report) -> dict[str, int]:
    """How many differences in the cluster have each cause, unexplained ones first."""
    kinds = [
        each.explanation.kind for file in report.files if file.cluster is not None for each in file.cluster.changes
    ]
    return {kind: kinds.count(kind) for kind in CAUSES if kind in kinds}


def _bars(counts: Sequence[tuple[str, str, int]]) -> list[Bar]:
    whole = sum(number for _, _, number in counts)
    bars: list[Bar] = []
    for name, label, number in counts:
        start = bars[-1].start + bars[-1].width if bars else 0.0
        bars.append(Bar(name, label, number, round(start, 2), round(100 * number / whole, 2)))
    return bars


def _shared_notices(files: Collection[FileReport]) -> dict[str, tuple[int, str]]:
    """Notices that concern so many releases that they are shown once: count and severity, the most severe first."""
    found: dict[str, tuple[int, str]] = {}
    for file in files:
        for notice in {notice.text: notice for notice in file.notices_and_findings}.values():
            found[notice.text] = (found.get(notice.text, (0, ""))[0] + 1, notice.severity)
    many = [(text, about) for text, about in found.items() if about[0] > MANY / 2]
    return dict(sorted(many, key=lambda each: ("error", "warning", "info").index(each[1][1])))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: object) -> object:
        """Text from a file, with invisible characters and those that reverse a line made visible."""
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=PackageLoader("migrator.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "answered_by": answered_by,
        "cluster_text": cluster_text,
        "error_without_path": error_without_path,
        "flags_of": flags_of,
        "unused_answer": unused_answer,
        "picture": html_picture.picture,
        "effect_labels": EFFECTS,
        "status_labels": totals.STATUS_NAMES,
        "sentence": sentence,
        "one_line": one_line,
        "versions": versions,
        "line_feed": Markup("\n"),
    }
    return environment


def _style(environment: Environment) -> str:
    """The style sheet without its comments."""

    assert environment.loader is not None
    text = environment.loader.get_source(environment, "style.css")[0]
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
