"""The Markdown, read by a renderer: what comes from a file comes out as text."""

from __future__ import annotations

import html
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from migrator.report import markdown
from migrator.report.mask import Mask, visible
from migrator.report.records import FileReport, NoticeReport, Report
from migrator.report.result_records import LayerReport
from tests.examples import examples

HOSTILE = [
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "<!-- -->",
    "</details>",
    "``` end of fence",
    "`````` longer",
    "a | b \\| c",
    "*bold* _also_ **x** ~~y~~",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "> quote",
    "===",
    "&lt;b&gt; &amp;",
    "$x$",
    "ends in a backslash \\",
    "`tick` and ``two``",
    "snake_case_name stays",
]


RESTARTS = (
    "The Prefect API server and the Prefect background services, whose pods are rendered from the changed values. "
    "The new chart version can restart others as well: infrahub-migrator diff --rendered FILE --old-chart-path OLD "
    "--chart-path NEW shows all that changes in the cluster."
)


def _rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def _texts(rendered: str) -> str:
    """What a reader sees: the rendered page without its own tags."""
    return html.unescape(re.sub(r"<!-- -->|<[^>]*>", "", rendered))


def test_the_whole_text(report: Report) -> None:
    assert markdown.diff(report, mask=Mask()) == dedent("""\
        <!-- infrahub-migrator diff -->
        # Migration of Infrahub values

        1 release: 1 pending. 2 changes: 1 is required, 1 leaves behaviour as it is. 2 warnings, under "Notices".

        | File | Status | Chart | Changes | To decide |
        |---|---|---|---:|---|
        | `values.yaml` | pending | infrahub-enterprise 4.13.0-small -> 4.14.1-small | 2 |  |

        ## `values.yaml`

        ### `v4_14_0_prefect_docket`: One docket, separate services

        #### Step `toggles`

        Redundant, since separate background services do this anyway (pods restart, behaviour unchanged):

        ```diff
        @@ values.yaml:7 @@ - server.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
        - "false"
        ```

        #### Step `docket`

        Without a shared docket every background replica keeps its own queue (**required**, or the release breaks):

        ```diff
        @@ values.yaml:12 @@ + backgroundServices.messaging.docket.url
        + "redis://cache:6379/2"
        ```

        ### What restarts

        @RESTARTS

        ### Decisions

        - `redis-db`: `2` (by the flag --redis-db). Which database of the Redis at cache:6379 is to hold the docket?
        - `event-logger`: `remove` (by the safe default, without asking). Keep the event logger?
          - `remove`: the event logger stops
          - `keep`: the log lines stay

        ### Notices

        - **warning** `values.yaml:9` WEB_CONCURRENCY stands once.
        - **warning** `values.yaml:12` `docket-url` It shares a database. Choose another.
        - Upgrade file and chart in one go.

        <details><summary>The whole diff</summary>

        ```diff
        --- a/values.yaml
        +++ b/values.yaml
        @@ -4,8 +4,6 @@
               env:
                 - name: PREFECT_UI_SERVE_BASE
                   value: /
        -        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
        -          value: "false"
                 - name: WEB_CONCURRENCY
                   value: "1"
             backgroundServices:
        @@ -13,3 +11,5 @@
                 redis:
                   host: cache
                   db: 1
        +        docket:
        +          url: redis://cache:6379/2
        ```

        </details>

        <details><summary>How chart, versions and flavour were found out</summary>

        - the values under infrahub.prefect-server
        - configPreset is small

        </details>
        """).replace("@RESTARTS", RESTARTS)


def test_each_change_is_listed_under_its_reason(file: FileReport) -> None:
    """Also where changes of one step with different reasons alternate."""
    toggle = file.changes[0]
    logger = toggle._replace(path="server.env.LOGGER", why="turns the logger off", effect="behaviour")
    last = toggle._replace(path="server.env.LAST")
    text = markdown.diff(Report("diff", (file._replace(changes=(toggle, logger, last)),)), mask=Mask())
    parts = text.partition("#### Step `toggles`")[2].partition("### What restarts")[0].split("```\n")
    assert ["LOGGER" in part for part in parts] == [False, True, False]
    assert [part.count("@@ values.yaml:7") for part in parts] == [2, 1, 0]
    assert "Turns the logger off (**a pod changes**):" in parts[1]


def test_a_record_shows_the_error_of_the_run(report: Report) -> None:
    error = "the answers were not saved: redis://:hunter2-Zz@h"
    record = markdown.record(report._replace(command="migrate", error=error), mask=Mask())
    assert "\n\n**the answers were not saved: " in record
    assert "hunter2" not in record
    assert "****" not in markdown.record(report._replace(command="migrate"), mask=Mask())


def test_an_open_decision_names_its_flag(needs_decision: FileReport) -> None:
    text = markdown.diff(Report("diff", (needs_decision,)), mask=Mask())
    assert "| 1 | `--redis-db` |" in text
    assert "- `redis-db`: **to decide** with `--redis-db`. Which database" in text


def _everywhere(text: str, file: FileReport) -> Report:
    change = file.changes[1]._replace(before=text, after={"key": text}, path=text, why=text, kind="replace")
    question = file.questions[1]._replace(text=text, answer=text, choices=((text, text),))
    return Report(
        "diff",
        (
            file._replace(
                path=text,
                chart=text,
                changes=(change,),
                questions=(question,),
                notices=(NoticeReport("info", text, text, 3), NoticeReport("info", text, "", 0)),
                error=text,
            ),
        ),
    )


def _tags(rendered: str) -> list[str]:
    return re.findall(r"<(?!!-- -->)/?\w+[^>]*>", rendered)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_the_file_is_markup(text: str, file: FileReport) -> None:
    rendered = _rendered(markdown.diff(_everywhere(text, file), mask=Mask()))
    harmless = _rendered(markdown.diff(_everywhere("harmless", file), mask=Mask()))
    assert _tags(rendered) == _tags(harmless)
    # Path twice, chart, why, question, choice, its consequence, answer, notices twice, error: all of it readable.
    assert _texts(rendered).count(text.strip()) >= 11


@examples(200)
@given(text=st.text(st.sampled_from("ab1 \t\n`*_~|\\<>[]()!#@&;:/.-+=$\x1b\u202e"), max_size=12))
def test_arbitrary_text_is_never_markup(text: str) -> None:
    def page(inserted: str) -> str:
        notices = (NoticeReport("info", f"x{inserted}", f"x{inserted}", 3), NoticeReport("info", inserted, "", 0))
        file = FileReport(f"x{inserted}", "pending", notices=notices)
        # Random text can look like a credential; masking is not what is tested here.
        return _rendered(markdown.diff(Report("diff", (file,)), mask=Mask(show_secrets=True)))

    rendered = page(text)
    assert _tags(rendered) == _tags(page("harmless"))
    assert visible(f"x{text}".strip()) in _texts(rendered)


@pytest.mark.parametrize("text", ["@octocat", "see #12", "https://evil.example", "www.evil.example", "a@b.example"])
def test_mentions_references_and_urls_are_plain_text(text: str, report: Report) -> None:
    file = next(iter(report.files))._replace(notices=(NoticeReport("info", text, "", 0),))
    written = markdown.diff(report._replace(files=(file,)), mask=Mask())
    assert text not in written
    assert text in _texts(_rendered(written))


def test_control_characters_are_shown_as_escapes(report: Report) -> None:
    written = markdown.diff(_everywhere("\x1b[2J\r\u202e", next(iter(report.files))), mask=Mask())
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", written) is None
    assert "\\x1b[2J\\r\\u202e" in written


def test_current_undecided_and_refused_files_are_all_listed(cli: Any, tmp_path: Path) -> None:
    """Each has its row, and the last two a section."""
    (tmp_path / "done.yaml").write_bytes(cli("example").stdout)
    assert cli("migrate", "done.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    (tmp_path / "waits.yaml").write_bytes(cli("example").stdout.replace(b"infrahub-cache-master", b"redis.other"))
    (tmp_path / "bad.yaml").write_text("infrahub: [\n")
    shown = cli("diff", "done.yaml", "waits.yaml", "bad.yaml", "--format", "markdown").stdout.decode()
    assert "| `done.yaml` | current |" in shown
    assert "| `waits.yaml` | needs-decision |" in shown and "`--redis-db` |\n" in shown
    assert "| `bad.yaml` | refused |" in shown
    assert "- `redis-db`: **to decide** with `--redis-db`." in shown
    assert "**refused**: bad.yaml:2" in shown


def test_a_report_of_refused_files_alone(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("infrahub: [\n")
    done = cli("diff", "bad.yaml", "--format", "markdown")
    assert done.returncode == 2 and "| `bad.yaml` | refused |" in done.stdout.decode()


def test_check_lists_every_file_and_the_flags_of_open_decisions(cli: Any, tmp_path: Path) -> None:
    values = cli("example").stdout
    (tmp_path / "waits.yaml").write_bytes(values)
    (tmp_path / "decided.yaml").write_bytes(values)
    (tmp_path / "bad.yaml").write_text("infrahub: [\n")
    assert cli("migrate", "decided.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    done = cli("check", ".", "--format", "markdown")
    first, title, *rest = done.stdout.decode().splitlines()
    assert (first, title) == ("<!-- infrahub-migrator check -->", "# Check of Infrahub values")
    assert rest[1].startswith("3 releases: 1 to decide, 1 refused, 1 current. ")
    assert rest[3] == "`infrahub-migrator plan FILE` shows each change and why it is made; `migrate FILE` makes them."
    rows = [line for line in rest if line.startswith("| `")]
    assert sorted(row.split(" | ")[1] for row in rows) == ["current", "needs-decision", "refused"]
    assert "- `redis-db`: **to decide** with `--redis-db`." in rest[rest.index("## `waits.yaml`") + 4]
    assert done.returncode == 2


MISSING = "PREFECT_API_BLOCKS_REGISTER_ON_START"


@pytest.mark.parametrize("is_wrong", [True, False])
def test_check_shows_the_errors_that_it_counts(cli: Any, tmp_path: Path, is_wrong: bool) -> None:
    """The reader of a comment has no `plan` at hand: an error comes with its line and what to do."""
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    values = (tmp_path / "values.yaml").read_text("utf-8")
    if is_wrong:
        (tmp_path / "values.yaml").write_text(values.replace(MISSING, "OTHER", 1), "utf-8")
    done = cli("check", "values.yaml", "--format", "markdown")
    row, *rest = done.stdout.decode().partition("| `values.yaml` | ")[2].splitlines()
    assert row == f"current | infrahub-enterprise to 4.18.0-medium | {'1 error (below)' if is_wrong else ''} |"
    expected = f" {MISSING} is missing on the server pod. Set it in server.env."
    assert any(line.startswith("- **error** `values.yaml:") and expected in line for line in rest) == is_wrong
    assert bool(rest) == is_wrong
    assert b"`migrate FILE` makes them" not in done.stdout  # there is nothing to migrate


def test_check_leaves_out_warnings_before_open_decisions(needs_decision: FileReport) -> None:
    grave = needs_decision._replace(notices=(NoticeReport("warning", "x" * 70_000, "", 0),))
    text = markdown.check(Report("check", (grave,)), mask=Mask())
    assert len(text) < 65_000
    assert "- errors and warnings: `values.yaml`" in text and "- `redis-db`: **to decide**" in text


def test_an_undecided_release_shows_the_diff_so_far(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    shown = cli("diff", "values.yaml", "--format", "markdown").stdout.decode()
    assert "<summary>The diff as far as it is decided</summary>" in shown
    assert "\n-        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n" in shown
    assert "docket:" not in shown


def _many(file: FileReport, number: int) -> Report:
    return Report("diff", tuple(file._replace(path=f"clusters/{each:04}/values.yaml") for each in range(number)))


@pytest.mark.parametrize("number", [1, 25, 50, 100, 1000])
def test_the_report_fits_into_a_comment_and_says_what_is_left_out(number: int, file: FileReport) -> None:
    text = markdown.diff(_many(file, number), mask=Mask())
    rows, patches = text.count("| pending |"), text.count("<summary>The whole diff</summary>")
    assert len(text) < 65_000
    assert text.startswith("<!-- infrahub-migrator diff -->\n")
    assert ("- the whole diff: " in text) == (patches < number)
    assert (f"{number - rows} more releases have no row here: {number - rows} pending." in text) == (rows < number)
    assert f"{number} release" in text.splitlines()[3]
    assert len(text) > 55_000 or patches == number  # nothing is left out that there was room for


def test_a_release_with_room_for_its_row_only_has_no_heading(file: FileReport) -> None:
    text = markdown.diff(_many(file, 100), mask=Mask())
    parts = text.split("\n## `")[1:]
    assert 10 < len(parts) < 100 and all("#### Step `docket`" in part for part in parts)
    assert "- what is to decide: " not in text


def test_a_release_larger_than_a_comment_leaves_out_its_diff_first(file: FileReport) -> None:
    before = b"".join(b"key%d: %s\n" % (number, b"x" * 90) for number in range(1500))
    layer = LayerReport("values.yaml", before, before.replace(b"x", b"y"))
    text = markdown.diff(Report("diff", (file._replace(layers=(layer,)),)), mask=Mask())
    assert len(text) < 65_000
    assert "- the whole diff: `values.yaml`" in text and "#### Step `docket`" in text


def test_a_value_larger_than_a_comment_is_left_out_before_decisions(needs_decision: FileReport) -> None:
    huge = needs_decision.changes[0]._replace(before="x" * 70_000)
    text = markdown.diff(Report("diff", (needs_decision._replace(changes=(huge,)),)), mask=Mask())
    assert len(text) < 65_000
    assert "- changes, answers and notices: `values.yaml`" in text
    assert "- `redis-db`: **to decide** with `--redis-db`." in text and "event-logger" not in text
