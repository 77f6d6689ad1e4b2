"""The rendered diff, as text and as Markdown."""

from __future__ import annotations

import html
import re
from textwrap import dedent

import pytest
from markdown_it import MarkdownIt

from migrator.report import cluster_markdown, cluster_text
from migrator.report import html as page
from migrator.report.cluster_records import HIDDEN, ClusterChange, ClusterReport, Explanation
from migrator.report.mask import Mask
from migrator.report.page import Page
from migrator.report.records import FileReport, Report
from migrator.values.edits import Value

ENV = "spec.template.spec.containers.prefect-server.env"
CHART = Explanation("chart", text="it brings another image")
NONE = Explanation("none", text="it comes with the new chart, whatever the file says")


def step(why: str) -> Explanation:
    return Explanation("step", "v4_14_0_prefect_docket", "docket", "give both deployments one docket", why)


def entry(name: str, value: str) -> dict[str, Value]:
    return {"name": name, "value": value}


def change(what: str, path: str, before: Value, after: Value, explanation: Explanation) -> ClusterChange:
    kind = "add" if before is None else "remove" if after is None else "replace"
    return ClusterChange(what, path, kind, before, after, explanation)  # type: ignore[arg-type]


def of(*changes: ClusterChange) -> ClusterReport:
    return ClusterReport("old", "new.tgz", "infrahub", "", changes)


DOCKET = entry("PREFECT_SERVER_DOCKET_URL", "redis://:hunter2-long@cache:6379/2")
REFERENCE: Value = {"name": "X", "valueFrom": {"secretKeyRef": {"name": "database", "key": "url"}}}
WHOLE = of(
    change("Deployment a", f"{ENV}.PREFECT_SERVER_DOCKET_URL", None, DOCKET, step("one for all")),
    change("Deployment b", f"{ENV}.PREFECT_SERVER_DOCKET_URL", None, DOCKET, step("one for all")),
    change("Deployment a", "spec.template.spec.containers.sidecar.image", "x:1", "x:2", CHART),
    change("Deployment a", f"{ENV}.X", REFERENCE, entry("X", "y"), CHART),
    change("Deployment a", "spec.replicas", 2, 3, NONE),
    change("Job j", "", None, {"images": ["x:1"], "hooks": "pre-upgrade"}, NONE),
    change("Secret s", "data.password", HIDDEN, HIDDEN, Explanation("made-up")),
)


@pytest.fixture
def shown(file: FileReport) -> Report:
    """A release that all kinds of explanations occur in; its file changes by another step, too."""
    of_docket = file.changes[-1]._replace(step="docket")
    idle = of_docket._replace(step="pin")
    return Report("diff", (file._replace(cluster=WHOLE, changes=(of_docket, idle)),))


def test_the_whole_text(shown: Report) -> None:
    assert cluster_text.text(shown, Page(100), mask=Mask()) == dedent("""\
        values.yaml: what the upgrade changes in the cluster
          file: infrahub-enterprise 4.13.0-small -> 4.14.1-small
          old chart: old
          new chart: new.tgz
          release: infrahub in default
          7 differences, of which 2 have no explanation.
          What restarts: Deployment a; Deployment b.

        NOTHING EXPLAINS THESE: look at them before you upgrade (2)
          known: it comes with the new chart, whatever the file says
          Deployment a
            ~ spec.replicas: 2 -> 3
          Job j
            + a new object: images x:1; hooks pre-upgrade

        v4_14_0_prefect_docket (One docket, separate services), step docket: give both deployments one
        docket (2)
          why: one for all
          Deployment a, Deployment b
            + env PREFECT_SERVER_DOCKET_URL: "redis://:***1@cache:6379/2"

        The chart (2)
          it brings another image
          Deployment a
            ~ containers.sidecar.image: "x:1" -> "x:2"
            ~ env X: key url of the Secret database -> "y"

        Made up by Helm each time it renders; a chart that looks up what is installed keeps that instead (1)
          Secret s
            ~ data.password: (hidden) -> (hidden)

        Steps without a difference of their own in the cluster: v4_14_0_prefect_docket, step pin.
        """)


def test_what_no_pod_is_made_of_restarts_nothing(shown: Report) -> None:
    label = change("Deployment a", "metadata.labels.x", "1", "2", CHART)
    for changes, said in (((label,), "What restarts: no pod."), ((), "")):
        file = next(iter(shown.files))._replace(cluster=of(*changes))
        lines = cluster_text.text(Report("diff", (file,)), Page(100), mask=Mask()).splitlines()
        assert [line.strip() for line in lines if "restarts" in line] == [said] * bool(said)


def test_each_table_of_the_page_has_a_name_of_its_own(shown: Report) -> None:
    """A screen reader lists them: one object stands under several causes, and in several releases."""
    first = next(iter(shown.files))
    written = page.page(shown._replace(files=(first, first._replace(path="other.yaml"))), mask=Mask())
    names = re.findall('role="region" aria-label="(values.yaml: .*?|other.yaml: .*?)"', written)
    assert len(names) == 10 and len(set(names)) == 10, names
    assert "values.yaml: Deployment a, it brings another image" in names


def test_a_crowd_of_releases_fits_into_a_comment(shown: Report) -> None:
    crowd = tuple(next(iter(shown.files))._replace(path=f"clusters/{number:04}/values.yaml") for number in range(200))
    text = cluster_markdown.markdown(shown._replace(files=crowd), mask=Mask())
    assert 60_000 < len(text) < 65_000
    assert text.count("| pending |") == 200
    assert "- differences that are explained: " in text


def test_a_release_without_a_diff_names_its_flags(needs_decision: FileReport) -> None:
    text = cluster_markdown.markdown(Report("diff", (needs_decision,)), mask=Mask())
    assert "| `values.yaml` | needs-decision | to decide: `--redis-db` |" in text


def test_the_whole_markdown(shown: Report) -> None:
    assert cluster_markdown.markdown(shown, mask=Mask()) == dedent("""\
        <!-- infrahub-migrator diff --rendered -->
        # What the upgrade changes in the cluster

        | File | Status | In the cluster |
        |---|---|---|
        | `values.yaml` | pending | 7 differences, of which 2 have no explanation. |

        ## `values.yaml`

        - file: `infrahub-enterprise 4.13.0-small -> 4.14.1-small`
        - old chart: `old`
        - new chart: `new.tgz`
        - release: `infrahub in default`

        **7 differences, of which 2 have no explanation.**

        What restarts: Deployment a; Deployment b.

        ### NOTHING EXPLAINS THESE: look at them before you upgrade (2)

        known: it comes with the new chart, whatever the file says

        ```diff
        @@ Deployment a @@
        - spec.replicas: 2
        + spec.replicas: 3
        @@ Job j @@
        + a new object: images x:1; hooks pre-upgrade
        ```

        ### v4_14_0_prefect_docket (One docket, separate services), step docket: give both deployments one docket (2)

        why: one for all

        ```diff
        @@ Deployment a, Deployment b @@
        + env PREFECT_SERVER_DOCKET_URL: "redis://:***1@cache:6379/2"
        ```

        ### The chart (2)

        it brings another image

        ```diff
        @@ Deployment a @@
        - containers.sidecar.image: "x:1"
        + containers.sidecar.image: "x:2"
        - env X: key url of the Secret database
        + env X: "y"
        ```

        ### Made up by Helm each time it renders; a chart that looks up what is installed keeps that instead (1)

        ```diff
        @@ Secret s @@
        - data.password: (hidden)
        + data.password: (hidden)
        ```

        Steps without a difference of their own in the cluster: v4_14_0_prefect_docket, step pin.
        """)


def test_nothing_left_is_said_and_nothing_at_all_too(file: FileReport) -> None:
    def said(*changes: ClusterChange) -> str:
        return cluster_text.text(Report("diff", (file._replace(cluster=of(*changes)),)), Page(), mask=Mask())

    assert "1 difference; nothing is left unexplained." in said(WHOLE.changes[0])
    assert "1 difference, of which 1 has no explanation." in said(WHOLE.changes[4])
    assert "Nothing changes in the cluster." in said()


def test_a_crowd_of_objects_is_counted_unless_all_is_asked_for() -> None:
    names = ["Service a", "Service b", "Deployment c", "Deployment d"]

    assert cluster_text.named(names[:3], verbose=False) == "Service a, Service b, Deployment c"
    assert cluster_text.named(names, verbose=False) == "4 objects (Service, Deployment)"
    assert cluster_text.named(names, verbose=True) == ", ".join(names)


def test_an_entry_that_stood_twice_is_warned_of(file: FileReport) -> None:
    again = change("Deployment a", f'{ENV}."X (once more)"', entry("X", "y"), None, CHART)
    shown = cluster_text.text(Report("diff", (file._replace(cluster=of(again)),)), Page(0), mask=Mask())

    assert '    - env X (once more): "y"\n' in shown
    assert "another entry of the same name: env X (once more) on Deployment a. Where one of two goes" in shown


def test_secrets_stay_hidden_where_all_others_are_shown(shown: Report) -> None:
    text = cluster_text.text(shown, Page(), mask=Mask(show_secrets=True))

    assert "redis://:hunter2-long@cache:6379/2" in text
    assert "data.password: (hidden) -> (hidden)" in text


HOSTILE = ["``` end of fence", "</details><img src=x>", "@someone #1", "[x](javascript:alert(1))"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_comes_from_a_chart_is_text(text: str, file: FileReport) -> None:
    changes = (
        change(f"ConfigMap {text}", f"data.{text}", text, f"{text}!", NONE._replace(text=text)),
        change("ConfigMap c", "", None, {"keys": [text]}, NONE._replace(text=text)),
    )
    page = cluster_markdown.markdown(Report("diff", (file._replace(cluster=of(*changes)),)), mask=Mask())
    rendered = str(MarkdownIt("commonmark", {"html": True}).render(page))

    assert "<img" not in rendered and "href" not in rendered
    assert not re.search(r"[@#](someone|1)", re.sub(r"<code[^>]*>.*?</code>", "", rendered, flags=re.DOTALL))
    assert html.unescape(rendered).count(text) >= 3


def test_no_control_characters_reach_the_terminal(file: FileReport) -> None:
    evil = change("ConfigMap \x1b[2J", "data.\x1b[1m", "\x1b[31m", "\x07", NONE._replace(text="\x1b]0;x"))
    shown = cluster_text.text(Report("diff", (file._replace(cluster=of(evil)),)), Page(), mask=Mask())

    assert "\x1b" not in shown and "\x07" not in shown
