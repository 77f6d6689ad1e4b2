"""The JSON Patch, applied by a library, gives exactly the data of the migrated file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import yamltext
from migrator.report.json_patch import operations
from migrator.report.mask import Mask
from migrator.report.result_records import DocumentReport
from migrator.values.edits import Value
from tests.examples import examples
from tests.preset_files import preset_files

ANSWERS = ("--redis-db", "2", "--redis-host", "cache", "--answer", "separate-services=separate")
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: infrahub}
spec:
  source:
    chart: infrahub-enterprise
    targetRevision: 4.13.0-medium
    helm:
      values: |
%s"""


def _data(text: bytes, document: int = 0) -> Any:
    return json.loads(json.dumps(yamltext.parse(text).documents[document].data))


def _operations(before: Value, after: Value, mask: Mask | None = None) -> Any:
    return operations(DocumentReport("values.yaml", 0, before, after), mask or Mask())


@pytest.mark.parametrize("preset", preset_files("[ABCD]*/*.yaml"))
def test_the_patch_gives_the_data_of_the_migrated_preset(preset: Path, cli: Callable[..., Any], tmp_path: Path) -> None:
    before = preset.read_bytes()
    (tmp_path / "values.yaml").write_bytes(before)
    done = cli("diff", "values.yaml", "--format", "json", *ANSWERS)
    migrated = cli("migrate", "values.yaml", "--output", "-", "--non-interactive", *ANSWERS)
    assert (done.returncode, migrated.returncode) == (0, 0), done.stderr + migrated.stderr
    (patch,) = json.loads(done.stdout)["files"][0]["patch"]
    assert (patch["file"], patch["document"]) == ("values.yaml", 0)
    assert jsonpatch.JsonPatch(patch["operations"]).apply(_data(before)) == _data(migrated.stdout)


def test_values_embedded_as_text_are_replaced_as_one_string(cli: Callable[..., Any], tmp_path: Path) -> None:
    """No pointer can lead into a string. The object's chart version is replaced separately."""
    example = cli("example").stdout.decode()
    text = (ARGO % "".join(f"        {line}\n" for line in example.splitlines())).encode()
    (tmp_path / "app.yaml").write_bytes(b"a: 1\n---\n" + text)
    done = cli("diff", "app.yaml", "--format", "json", "--redis-db", "2")
    assert cli("migrate", "app.yaml", "--non-interactive", "--redis-db", "2").returncode == 0
    (patch,) = json.loads(done.stdout)["files"][0]["patch"]
    paths = [operation["path"] for operation in patch["operations"]]
    assert (patch["document"], paths) == (1, ["/spec/source/targetRevision", "/spec/source/helm/values"])
    after = _data((tmp_path / "app.yaml").read_bytes(), 1)
    assert jsonpatch.JsonPatch(patch["operations"]).apply(_data(text)) == after


def test_each_layer_has_its_own_patch(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_bytes(cli("example").stdout)
    (tmp_path / "prod.yaml").write_text(
        "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {db: 5}}}}}\n"
    )
    done = cli("diff", "-f", "base.yaml", "-f", "prod.yaml", "--format", "json", "--redis-db", "2")
    patches = json.loads(done.stdout)["files"][0]["patch"]
    assert [patch["file"] for patch in patches] == ["base.yaml", "prod.yaml"]
    flags = ("--non-interactive", "--redis-db", "2")
    before = {name: _data((tmp_path / name).read_bytes()) for name in ("base.yaml", "prod.yaml")}
    assert cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", *flags).returncode == 0
    for patch in patches:
        after = _data((tmp_path / patch["file"]).read_bytes())
        assert jsonpatch.JsonPatch(patch["operations"]).apply(before[patch["file"]]) == after


def test_only_diff_has_a_patch(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    assert json.loads(cli("plan", "values.yaml", "--format", "json").stdout)["files"][0]["patch"] is None


def test_the_patch_does_not_apply_to_another_file() -> None:
    before: Value = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    after: Value = {"env": [{"name": "B", "value": "2"}]}
    patch = jsonpatch.JsonPatch(_operations(before, after))
    with pytest.raises(jsonpatch.JsonPatchTestFailed):
        patch.apply({"env": [{"name": "MINE", "value": "0"}]})
    with pytest.raises(jsonpatch.JsonPatchTestFailed):
        jsonpatch.JsonPatch(_operations({"a": [1, 2]}, {"a": [2]})).apply({"a": [3, 2]})


def test_a_changed_entry_is_edited_in_place() -> None:
    before: Value = {"env": [{"name": "A", "value": "1"}]}
    assert _operations(before, {"env": [{"name": "A", "value": "2"}]}) == [
        {"op": "test", "path": "/env/0/name", "value": "A"},
        {"op": "replace", "path": "/env/0/value", "value": "2"},
    ]


@pytest.mark.parametrize("after", [{"password": "another"}, {"password": "hunter22", "more": "hunter22"}])
def test_a_masked_patch_does_not_apply_and_says_so(after: Value) -> None:
    before: Value = {"password": "hunter22"}
    shown = _operations(before, after)
    assert "hunter22" not in str(shown) and "another" not in str(shown)
    assert "--show-secrets" in shown[0]["value"]
    with pytest.raises(jsonpatch.JsonPatchTestFailed):
        jsonpatch.JsonPatch(shown).apply(before)
    assert jsonpatch.JsonPatch(_operations(before, after, Mask(show_secrets=True))).apply(before) == after


def test_an_unchanged_credential_does_not_mask_the_patch() -> None:
    before: Value = {"password": "hunter22", "a": 1}
    assert _operations(before, {"password": "hunter22"}) == [{"op": "remove", "path": "/a"}]


def test_the_order_of_keys_is_not_a_change() -> None:
    assert _operations({"a": [{"x": 1, "y": 2}], "b": 1}, {"b": 1, "a": [{"y": 2, "x": 1}]}) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([0.5, 1.0]) | st.sampled_from(["", "a", "1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b/c", "~1", ""]), inner, max_size=3)
        | st.lists(st.fixed_dictionaries({"name": st.sampled_from(["A", "B"]), "value": inner}), max_size=4)
    ),
    max_leaves=10,
)


@examples(500)
@given(VALUES, VALUES)
def test_the_patch_turns_any_value_into_any_other(before: Value, after: Value) -> None:
    found = _operations(before, after)
    changed = jsonpatch.JsonPatch(found).apply(before)
    assert json.dumps(changed, sort_keys=True) == json.dumps(after, sort_keys=True)  # types count: 1 is not true
    assert bool(found) == (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))
