"""Text for a person: the plan, the lines of `check`, and the outcome of a migration."""

from __future__ import annotations

import re
import subprocess
import sys
from textwrap import dedent

import pytest

from migrator.report import text_check
from migrator.report.mask import Mask
from migrator.report.page import Page
from migrator.report.records import FileReport, Report
from migrator.report.result_records import LayerReport
from migrator.report.text import outcome, plan

WIDE = """\
values.yaml: pending
  chart: infrahub-enterprise 4.13.0-small -> 4.14.1-small
  flavour: small
  Prefect root: infrahub.prefect-server

Evidence
  - the values under infrahub.prefect-server
  - configPreset is small

Migration v4_14_0_prefect_docket
  One docket, separate services

  Step toggles
  - values.yaml:7 server.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
      "false" -> (removed)
    why: redundant, since separate background services do this anyway
    effect: pods restart, behaviour unchanged

  Step docket
  + values.yaml:12 backgroundServices.messaging.docket.url
      (none) -> "redis://cache:6379/2"
    why: without a shared docket every background replica keeps its own queue
    effect: required, or the release breaks

Decided
  - redis-db = 2 (as answered; --redis-db)
  - event-logger = remove (the safe default; --event-logger)
    the event logger stops

Rules of the target version
  warning: values.yaml:12 docket-url: It shares a database.
    Choose another.

Notices
  warning: values.yaml:9: WEB_CONCURRENCY stands once.
  - Upgrade file and chart in one go.

2 changes, nothing to decide: run migrate.
"""


def _plan(
    *files: FileReport, width: int = 80, colour: bool = False, verbose: bool = False, ascii_only: bool = False
) -> str:
    return "".join(plan(Report("plan", files), Page(width, colour, ascii_only), mask=Mask(), verbose=verbose))


def _check(*files: FileReport, colour: bool = False) -> str:
    return text_check.check(Report("check", files), Page(0, colour), mask=Mask())


def test_the_whole_plan(file: FileReport) -> None:
    assert _plan(file) == WIDE


def test_an_open_question_shows_its_flag_and_what_each_choice_does(needs_decision: FileReport) -> None:
    questions = tuple(question._replace(answer=None) for question in needs_decision.questions)
    text = _plan(needs_decision._replace(questions=questions))
    assert (
        dedent("""\
            To decide
              ? Which database of the Redis at cache:6379 is to hold the docket?
                answer with --redis-db
                suggested: 2
              ? Keep the event logger?
                answer with --event-logger
                - remove (default): the event logger stops
                - keep: the log lines stay
            """)
        in text
    )
    assert text.endswith("\n2 decisions missing: --redis-db, --event-logger.\n")


def test_at_40_columns_only_unbroken_words_are_longer(file: FileReport, needs_decision: FileReport) -> None:
    for line in _plan(file, needs_decision, width=40).splitlines():
        assert len(line) <= 40 or " " not in line.strip(), line


def test_our_own_text_is_ascii(file: FileReport, needs_decision: FileReport) -> None:
    assert _plan(file, needs_decision).isascii()
    assert _check(file, needs_decision).isascii()


def test_ascii_only_escapes_text_from_the_file(file: FileReport) -> None:
    change = file.changes[0]._replace(before="grün…", why="a – b")
    text = _plan(file._replace(changes=(change,)), ascii_only=True)
    assert text.isascii()
    assert '"gr\\xfcn..." -> (removed)' in text
    assert "why: a - b" in text
    assert '"grün…" -> (removed)' in _plan(file._replace(changes=(change,)))


def test_colour_adds_escapes_and_changes_no_text(file: FileReport) -> None:
    assert "\x1b" not in _plan(file)
    coloured = _plan(file, colour=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == _plan(file)
    assert coloured.count("\x1b[0m") == coloured.count("\x1b[") / 2


def test_verbose_shows_what_is_otherwise_cut_or_left_out(file: FileReport) -> None:
    long = file.changes[1]._replace(after="x" * 300)
    file = file._replace(changes=(long,))
    assert "x" * 300 not in _plan(file, width=1000)
    assert "x... (--verbose shows all of it)" in _plan(file, width=1000)
    assert "x" * 300 in _plan(file, width=1000, verbose=True)
    assert "- keep: the log lines stay" not in _plan(file)
    assert "- keep: the log lines stay" in _plan(file, verbose=True)


def test_control_characters_from_the_file_are_shown_as_escapes(file: FileReport) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J"
    change = file.changes[0]._replace(before=hostile, path=hostile, why=hostile)
    file = file._replace(
        path=hostile,
        error=hostile,
        evidence=(hostile,),
        changes=(change,),
        root=hostile,
        migrations=((hostile, hostile),),
    )
    for text in (_plan(file), _check(file), outcome(Report("migrate", (file,)), Page(), mask=Mask())):
        assert re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text) is None
        assert "\\x1b]0;owned\\x07\\x1b[2J" in text


def test_several_layers_are_listed(file: FileReport) -> None:
    layers = (LayerReport("base.yaml", b"", b""), LayerReport("prod.yaml", b"", b""))
    assert "  layer: base.yaml\n  layer: prod.yaml\n" in _plan(file._replace(layers=layers))


CHECKS = [
    ({"status": "current"}, "values.yaml: current\n"),
    ({"status": "unrelated"}, "values.yaml: unrelated\n"),
    (
        {"status": "refused", "error": "values.yaml:3: is broken.\nMend it."},
        "values.yaml: refused: line 3: is broken.\\nMend it.\n",
    ),
    ({"status": "refused", "error": "values.yaml: is empty."}, "values.yaml: refused: is empty.\n"),
    ({"status": "failed", "error": "the disk is full"}, "values.yaml: failed: the disk is full\n"),
]


@pytest.mark.parametrize(("fields", "line"), CHECKS)
def test_check_prints_one_line(fields: dict[str, str], line: str) -> None:
    assert _check(FileReport(path="values.yaml", **fields)) == line  # type: ignore[arg-type]


def test_check_counts_changes_and_names_the_flags(file: FileReport, needs_decision: FileReport) -> None:
    assert _check(file, needs_decision) == (
        "values.yaml: pending: 2 changes (v4_14_0_prefect_docket); 1 warning (see plan)\n"
        "values.yaml: needs-decision: 1 change (v4_14_0_prefect_docket); decide with --redis-db\n"
    )


def test_check_prints_one_line_for_a_name_with_a_line_feed(file: FileReport) -> None:
    assert _check(file._replace(path="a\nb"), file).count("\n") == 2


def _outcome(file: FileReport, width: int = 80) -> str:
    return outcome(Report("migrate", (file,)), Page(width), mask=Mask())


def _bare(file: FileReport) -> FileReport:
    return file._replace(status="migrated", notices=(), findings=())


def test_outcome_names_the_file_and_its_backup(file: FileReport) -> None:
    path = "my values.yaml"
    layer = file.layers[0]._replace(path=path)
    written = _bare(file)._replace(path=path, layers=(layer,), backups=("my values.yaml.1.bak",))
    assert _outcome(written, width=20) == dedent("""\
        my values.yaml: migrated: 2 changes
          written: my
                   values.yaml
          backup: my
                  values.yaml.1.bak
        """)


def test_outcome_without_a_backup_says_so(file: FileReport) -> None:
    assert _outcome(_bare(file)).endswith("  written: values.yaml\n  no backup was made: undo has nothing to restore\n")


@pytest.mark.parametrize(("output", "where"), [("-", "standard output"), ("new.yaml", "new.yaml")])
def test_outcome_of_a_run_with_output_names_where_it_went(file: FileReport, output: str, where: str) -> None:
    text = _outcome(_bare(file)._replace(output=output))
    assert text == f"values.yaml: migrated: 2 changes\n  written to {where}\n"


def test_outcome_repeats_the_notices(file: FileReport) -> None:
    assert "  warning: values.yaml:9: WEB_CONCURRENCY stands once.\n" in _outcome(file._replace(status="migrated"))


HEAVY = [
    "rich",
    "questionary",
    "dictdiffer",
    "json",
    "difflib",
    "textwrap",
    "hashlib",
    "dataclasses",
    "pathlib",
    "urllib",
]


def test_check_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from migrator.report.records import FileReport, Report\n"
        "from migrator.report import text_check\n"
        "from migrator.report.mask import Mask\n"
        "from migrator.report.page import Page\n"
        "text_check.check(Report('check', (FileReport('v', 'pending'),)), Page(0, True), mask=Mask())\n"
        "print(*sorted(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "migrator.report.text_check" in loaded
    assert "migrator.report.text" not in loaded
    assert [name for name in HEAVY if name in loaded] == []
