"""Values typed on the command line: read as Helm reads them, layered over all files, and never edited."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import sources
from migrator.errors import RefusedError, UsageError
from migrator.sources.typed import Typed, refuse_change, with_typed_values
from migrator.values.changes import Change
from migrator.values.edits import SetValue, Value
from migrator.values.merge import Map, as_map, lay_over
from tests.examples import examples

from .texts import AFTER, VALUES

Cli = Callable[..., Any]
P = "infrahub.prefect-server.backgroundServices.messaging"
BELOW = b"a: {b: 1, c: [x, {d: 2}]}\ne: [1, 2]\nf: text\ng: null\n"


def merged(below: bytes, *typed: Typed) -> Map:
    bundle = with_typed_values(sources.of_layers([sources.read_bytes(below, "values.yaml")]), typed)
    result: Map = {}
    for layer in bundle.layers:
        result = lay_over(result, as_map(layer.data))
    return result


READ = [
    ("n=1", {"n": 1}),
    ("n=true,m=False", {"n": True, "m": False}),
    ("n=null", {"n": None}),
    ("n=", {"n": ""}),
    ("n=a=b", {"n": "a=b"}),
    (r"n=a\,b", {"n": "a,b"}),
    (r"n\.m=1", {"n.m": 1}),
    ("n={a,1}", {"n": ["a", 1]}),
    ("n={}", {"n": [""]}),
    ("n={a},m=2", {"n": ["a"], "m": 2}),
    ("n=007", {"n": "007"}),
    ("n=1.5", {"n": "1.5"}),
    ("n[1].k=v", {"n": [None, {"k": "v"}]}),
    ("n[0][1]=v", {"n": [[None, "v"]]}),
    ("a.b=2", {"a": {"b": 2, "c": ["x", {"d": 2}]}}),
    ("a.c[1].d=3", {"a": {"b": 1, "c": ["x", {"d": 3}]}}),
    ("e[2]=3,e[0]=0", {"e": [0, 2, 3]}),
    ("a.c[1].e=3", {"a": {"b": 1, "c": ["x", {"d": 2, "e": 3}]}}),
    ("n.x=1,n.y=2", {"n": {"x": 1, "y": 2}}),
    ("n=a\\", {"n": "a"}),
    ("a=gone", {"a": "gone"}),
    ("f=,.", {"f": ""}),
    ("f=1,n.m.", {"f": 1, "a": {"b": 1, "c": ["x", {"d": 2}]}}),
    ("a.c[0].", {"a": {"b": 1, "c": [{}, {"d": 2}]}}),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_set_reads_as_helm_does(text: str, value: Map) -> None:
    found = merged(BELOW, Typed("--set", text))
    assert isinstance(found, dict)
    assert {key: found[key] for key in value} == value


def test_the_flags_come_in_helms_order(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("from a file\n")
    typed = [
        Typed("--set", "n=1,m=2,k=3"),
        Typed("--set-string", "m=2,k=4"),
        Typed("--set-file", f"k={tmp_path}/x.txt"),
    ]
    assert merged(b"{}", *typed) == {"n": 1, "m": "2", "k": "from a file\n"}


def test_indexes_up_to_helms_limit_are_accepted() -> None:
    bundle = sources.of_layers([sources.read_bytes(BELOW, "values.yaml")])
    assert with_typed_values(bundle, ()) == bundle
    assert merged(BELOW, Typed("--set", "n[65536]=x")) == merged(BELOW) | {"n": [None] * 65536 + ["x"]}


@pytest.mark.parametrize(
    "text",
    [
        "n",
        "n.m",
        ".=1",
        "n.,m=1",
        "n=1,m",
        "n={a",
        "f.x=1",
        "e.x=1",
        "f[0]=1",
        "n[x]=1",
        "n[0]x=1",
        "n[65537]=1",
        "e[0][0]=1",
    ],
)
def test_flags_that_helm_refuses_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--set "):
        merged(BELOW, Typed("--set", text))


KEYS = st.sampled_from(["a", "b", "c[0]", "c[1]", "e[1]", "n", r"n\.m", "a.b", "a.c[1].d", "x.y", "x.z[0]"])
VALUES_TYPED = st.text(alphabet="ab01 tTrueN-{},=\\.", max_size=6)


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("helm") is None:
        pytest.skip("no helm program on PATH: what it makes of --set cannot be compared")
    root = tmp_path_factory.mktemp("printer")
    (root / "templates").mkdir()
    (root / "Chart.yaml").write_text("{apiVersion: v2, name: printer, version: 0.0.0}")
    (root / "templates" / "v.yaml").write_text("values: {{ .Values | toJson }}\n")
    (root / "below.yaml").write_bytes(BELOW)
    return root


@examples(60)
@given(st.lists(st.tuples(KEYS, VALUES_TYPED), min_size=1, max_size=3), st.sampled_from(["--set", "--set-string"]))
def test_set_reads_as_the_helm_program_does(printer: Path, pairs: list[tuple[str, str]], flag: str) -> None:
    text = ",".join(f"{key}={value}" for key, value in pairs)
    command = ["helm", "template", "x", str(printer), "-f", str(printer / "below.yaml"), f"{flag}={text}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    try:
        ours = merged(BELOW, Typed(flag, text))
    except UsageError:
        assert done.returncode != 0, (text, done.stdout)
        return
    assert done.returncode == 0, (text, done.stderr)
    theirs = json.loads(done.stdout.partition("values: ")[2])
    assert _without_nulls(ours) == _without_nulls(theirs), text


def _without_nulls(value: Value) -> Value:
    """Helm drops a null of a chart's map; of values files it keeps some, by version."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


def run(cli: Cli, tmp_path: Path, text: str, *arguments: str) -> Any:
    (tmp_path / "values.yaml").write_text(text, "utf-8")
    return cli("migrate", "values.yaml", *arguments, "--non-interactive")


HOST = "          host: redis.prod\n"


def test_a_host_from_the_command_line_counts(cli: Cli, tmp_path: Path) -> None:
    assert HOST in VALUES
    done = run(
        cli,
        tmp_path,
        VALUES.replace(HOST, "          port: 6379\n"),
        "--set",
        f"{P}.redis.host=redis.prod",
        "--redis-db",
        "2",
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "values.yaml").read_text("utf-8") == AFTER.replace(HOST, "          port: 6379\n")
    assert f"--set {P}.redis.host=redis.prod" in done.stdout.decode()
    assert b"If other releases" not in b" ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("typed", "flag"),
    [
        (f"{P}.redis.host=example-infrahub-cache-master", f"{P}.redis.host=other"),
        (f"{P}.docket.url=memory://", f"{P}.docket.url=redis://other:6379/2"),
    ],
)
def test_a_typed_value_that_must_change_is_refused(cli: Cli, tmp_path: Path, typed: str, flag: str) -> None:
    text = VALUES.replace("redis.prod", "other")
    done = run(cli, tmp_path, text, "--set", typed, "--redis-db", "2", "--redis-host", "other")
    assert done.returncode == 2
    assert f"Give --set '{flag}' instead" in done.stderr.decode()
    assert (tmp_path / "values.yaml").read_text("utf-8") == text


@pytest.mark.parametrize(
    ("wanted", "flag"),
    [
        ("other", "--set 'a.b=other'"),
        ("2", "--set-string 'a.b=2'"),
        ("x,y", r"--set 'a.b=x\,y'"),
        (r"x\,y", r"--set 'a.b=x\\\,y'"),
    ],
)
def test_the_refusal_gives_the_flag_to_type_instead(wanted: str, flag: str) -> None:
    bundle = with_typed_values(sources.of_layers([sources.read_bytes(BELOW, "values.yaml")]), [Typed("--set", "a.b=1")])
    change = Change(1, SetValue(("a", "b"), wanted), "a.b", 1, wanted, "why", "required")
    with pytest.raises(RefusedError) as caught:
        refuse_change(bundle, [change])
    assert caught.value.remedy == f"Give {flag} instead, here and to helm."
    option, _, text = flag.partition(" ")
    assert merged(BELOW, Typed(option, text.strip("'")))["a"] == {"b": wanted, "c": ["x", {"d": 2}]}


@pytest.mark.parametrize(
    ("flags", "named"),
    [(["--set"], "--set"), (["--set-string"], "--set-string"), (["--set", "--set-string"], "--set or --set-string")],
)
def test_the_refusal_names_the_options_that_were_given(flags: list[str], named: str) -> None:
    given = [Typed(flag, "a.b=1") for flag in flags]
    bundle = with_typed_values(sources.of_layers([sources.read_bytes(BELOW, "values.yaml")]), given)
    with pytest.raises(RefusedError, match=f"but {named} on the command line overrides all files"):
        refuse_change(bundle, [Change(1, SetValue(("a", "b"), "x"), "a.b", 1, "x", "why", "required")])


def test_typed_values_are_refused_for_a_flux_object(cli: Cli, tmp_path: Path) -> None:
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  values:\n"
    text = release + "".join(f"    {line}\n" for line in VALUES.splitlines())
    done = run(cli, tmp_path, text, "--set", f"{P}.redis.host=x", "--redis-db", "2")
    assert done.returncode == 2 and b"--set sets a value that Flux" in done.stderr
