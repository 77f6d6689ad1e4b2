"""Every JSON output matches the schema that the package ships."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.report import json_format
from migrator.report.cluster_records import ClusterChange, ClusterReport, Explanation
from migrator.report.mask import Mask
from migrator.report.records import ChangeReport, FileReport, Finding, NoticeReport, QuestionReport, Report, Status
from migrator.report.result_records import LayerReport
from migrator.values.changes import Effect
from migrator.values.edits import Value
from tests.examples import examples
from tests.report.conftest import AFTER, BEFORE

SCHEMA: dict[str, Any] = json.loads(
    files("migrator").joinpath("report/schemas/report.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def _written(report: Report, *, show_secrets: bool = False) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    text = json_format.dumps(report, mask=Mask(show_secrets))
    assert text.isascii()
    assert text.endswith("}")
    written: dict[str, Any] = json.loads(text, parse_constant=refuse)
    VALIDATOR.validate(written)
    return written


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def _objects(schema: Any, at: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            found.append((at, schema))
        for key, value in schema.items():
            found += _objects(value, f"{at}/{key}")
    return found


def test_the_schema_describes_every_key_and_allows_no_other() -> None:
    for at, schema in _objects(SCHEMA):
        assert schema["additionalProperties"] is False, at
        assert sorted(schema["required"]) == sorted(schema["properties"]), at
        for key, value in schema["properties"].items():
            assert value.get("description") or value.get("$ref"), f"{at}: {key}"


def test_the_enums_of_the_schema_match_the_records() -> None:
    assert SCHEMA["$defs"]["status"]["enum"] == list(get_args(Status))
    assert sorted(json_format.FROM_WORST) == sorted(get_args(Status))
    assert SCHEMA["$defs"]["change"]["properties"]["effect"]["enum"] == list(get_args(Effect))
    explanation = SCHEMA["$defs"]["cluster"]["properties"]["changes"]["items"]["properties"]["explanation"][
        "properties"
    ]
    assert explanation["kind"]["enum"] == list(get_args(get_type_hints(Explanation)["kind"]))


def test_the_whole_object(report: Report) -> None:
    written = _written(report)
    file = written.pop("files")[0]
    totals = written.pop("totals")
    assert totals.pop("releases") == totals.pop("pending") == 1
    assert set(totals.values()) == {0}
    assert written == {
        "schema": 1,
        "tool": "infrahub-migrator",
        "version": written["version"],
        "command": "plan",
        "status": "pending",
        "exit_code": 0,
        "time": None,
        "error": "",
    }
    before, after = (hashlib.sha256(data).hexdigest() for data in (BEFORE, AFTER))
    assert file["layers"] == [{"path": "values.yaml", "changed": True, "sha256_before": before, "sha256_after": after}]
    assert (file["chart"], file["from"], file["to"]) == ("infrahub-enterprise", "4.13.0-small", "4.14.1-small")
    assert (file["flavour"], file["root"]) == ("small", "infrahub.prefect-server")
    assert file["migrations"] == [{"id": "v4_14_0_prefect_docket", "title": "One docket, separate services"}]
    assert file["changes"][0] == {
        "id": "v4_14_0_prefect_docket.toggles.1",
        "migration": "v4_14_0_prefect_docket",
        "step": "toggles",
        "kind": "remove",
        "path": "server.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
        "file": "values.yaml",
        "line": 7,
        "before": "false",
        "after": None,
        "why": "redundant, since separate background services do this anyway",
        "effect": "none",
    }
    assert file["questions"][1] == {
        "id": "event-logger",
        "text": "Keep the event logger?",
        "choices": [
            {"value": "remove", "leads_to": "the event logger stops"},
            {"value": "keep", "leads_to": "the log lines stay"},
        ],
        "default": "remove",
        "suggestion": None,
        "flag": "--event-logger",
        "places": [],
        "answer": "remove",
        "answered": False,
        "stale": False,
        "by": "default",
        "where": "",
    }
    assert file["notices"][1] == {
        "severity": "warning", "text": "WEB_CONCURRENCY stands once.", "file": "values.yaml", "line": 9,
        "rule": "",
    }  # fmt: skip
    assert file["findings"][0]["rule"] == "docket-url"


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        ([], "current"),
        (["unrelated", "current"], "current"),
        (["current", "migrated"], "migrated"),
        (["pending", "current", "unrelated"], "pending"),
        (["pending", "refused"], "refused"),
        (["refused", "needs-decision", "pending"], "needs-decision"),
        (["failed", "needs-decision", "refused"], "failed"),
    ],
)
def test_the_status_of_the_whole_is_the_worst(statuses: list[Status], whole: str) -> None:
    report = Report("check", tuple(FileReport(f"{status}.yaml", status) for status in statuses))
    assert _written(report)["status"] == whole


def test_the_exit_code_is_the_highest() -> None:
    report = Report("check", (FileReport("a", "pending", exit_code=1), FileReport("b", "needs-decision", exit_code=3)))
    assert _written(report)["exit_code"] == 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (float("inf"), ".inf"),
        (float("-inf"), "-.inf"),
        (float("nan"), ".nan"),
        (2**80, 2**80),
        ("\x1b[31m\udcff", "\x1b[31m\udcff"),
        ({"a": [float("inf"), None, True, 1.5]}, {"a": [".inf", None, True, 1.5]}),
    ],
    ids=["inf", "minus inf", "nan", "big", "control", "nested"],
)
def test_infinity_nan_big_integers_and_surrogates_are_written(report: Report, value: Value, written: Value) -> None:
    (file,) = report.files
    change = file.changes[0]._replace(before=value)
    changed = report._replace(files=(file._replace(changes=(change,)),))
    assert _written(changed)["files"][0]["changes"][0]["before"] == written


TEXT = st.text(max_size=20)
SOME = TEXT.filter(bool)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXT | st.sampled_from(["password", "name", "value"]), inner, max_size=3)
    ),
    max_leaves=8,
)
LINE = st.integers(0, 10**6)
DATA = st.binary(max_size=30)
SEVERITIES = st.sampled_from(["info", "warning"])
KINDS = st.sampled_from(["add", "replace", "remove"])
EXPLANATIONS = st.builds(
    Explanation, st.sampled_from(get_args(get_type_hints(Explanation)["kind"])), TEXT, TEXT, TEXT, TEXT
)
CLUSTER_CHANGES = st.builds(ClusterChange, SOME, TEXT, KINDS, VALUES, VALUES, EXPLANATIONS)
CLUSTERS = st.builds(ClusterReport, SOME, SOME, TEXT, TEXT, st.lists(CLUSTER_CHANGES, max_size=2).map(tuple))
FILES = st.builds(
    FileReport,
    path=TEXT,
    status=st.sampled_from(get_args(Status)),
    layers=st.lists(st.builds(LayerReport, TEXT, DATA, DATA), max_size=2).map(tuple),
    chart=TEXT,
    version_from=TEXT,
    version_to=TEXT,
    flavour=TEXT,
    root=TEXT,
    evidence=st.lists(TEXT, max_size=2).map(tuple),
    migrations=st.lists(st.tuples(SOME, TEXT), max_size=2).map(tuple),
    changes=st.lists(
        st.builds(
            ChangeReport, TEXT, TEXT, TEXT, KINDS, TEXT, TEXT, LINE, VALUES, VALUES,
            TEXT, st.sampled_from(get_args(Effect)),
        ),
        max_size=2,
    ).map(tuple),
    questions=st.lists(
        st.builds(
            QuestionReport, SOME, TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple), st.none() | TEXT,
            st.none() | TEXT, TEXT, st.none() | TEXT, st.booleans(), st.booleans(),
            st.lists(st.tuples(TEXT, LINE), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    notices=st.lists(st.builds(NoticeReport, SEVERITIES, TEXT, TEXT, LINE), max_size=2).map(tuple),
    findings=st.lists(
        st.builds(Finding, SOME, st.sampled_from(["error", "warning"]), TEXT, LINE, TEXT, TEXT), max_size=2
    ).map(tuple),
    values_before=VALUES,
    values_after=VALUES,
    backups=st.lists(TEXT, max_size=2).map(tuple),
    cluster=st.none() | CLUSTERS,
    error=TEXT,
    exit_code=st.sampled_from([0, 1, 2, 3, 4, 5, 130]),
)  # fmt: skip
REPORTS = st.builds(
    Report,
    st.sampled_from(["plan", "check", "diff", "migrate", "verify", ""]),
    st.lists(FILES, max_size=2).map(tuple),
    error=TEXT,
    error_code=st.sampled_from([0, 2, 4, 130]),
)


@examples(80)
@given(REPORTS, st.booleans())
def test_any_report_matches_the_schema(report: Report, show_secrets: bool) -> None:
    _written(report, show_secrets=show_secrets)
