"""How the parameters of an Argo CD source are read, one by one, and edited."""

from __future__ import annotations

import pytest

from migrator import sources
from migrator.errors import RefusedError
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import AddKey, Edit, InsertItem, RemoveKey, SetValue
from migrator.values.merge import Map

from .texts import VALUES, application, in_object


def uppermost(text: str) -> Source:
    """The uppermost layer of the release in this text."""
    (bundle,) = sources.open_source(sources.read_bytes(text.encode(), "app.yaml")).bundles
    return bundle.layers[-1]


def items(*texts: str) -> str:
    return "parameters:\n" + "".join(f"  - {{{text}}}\n" for text in texts)


READ: dict[str, tuple[list[str], Map]] = {
    "what argocd app set writes": (["name: a.b, value: 'x'", "name: a.c, value: '2'"], {"a": {"b": "x", "c": 2}}),
    "values that are not text": (
        ["name: a, value: true", "name: b, value: 2", "name: c"],
        {"a": True, "b": 2, "c": ""},
    ),
    "forced": (["name: a, value: true, forceString: true"], {"a": "true"}),
    "a dollar": (["name: a, value: $$b", "name: b, value: $B"], {"a": "$b", "b": "${B}"}),
    "names that Helm does not read": (
        ["name: a, value: x", "name: '', value: y", "name: 'b[x]', value: z"],
        {"a": "x"},
    ),
    "a key below a text": (["name: a, value: x", "name: a.b, value: y"], {"a": "x"}),
    "a text over a mapping": (["name: a.b, value: x", "name: a, value: y"], {"a": {"b": "x"}}),
}


@pytest.mark.parametrize("case", READ)
def test_what_parameters_set(case: str) -> None:
    written, values = READ[case]
    layer = uppermost(application(items(*written) + in_object(VALUES)))
    assert layer.reads_as(values)


@pytest.mark.parametrize(
    "written", [["name: a, value: x", "name: a.b, value: y"], ["name: a.b, value: x", "name: a, value: y"]]
)
def test_a_new_parameter_comes_after_the_last_one_that_helm_accepts(written: list[str]) -> None:
    layer = uppermost(application(items(*written) + in_object(VALUES)))
    done = layer.apply([AddKey(("a2",), "z")]).stream.data.decode()
    assert done.index("a2") < done.index(written[1]), "it comes after the last one that counts"


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ("x.one", "x.one"),  # its own line
        ("x", "x.one"),  # the first below it
        ("x.three", "x.one"),  # the first beside it
        ("y.two", "y.two"),
        ("y.one.z", "y.two"),
        ("z", "w"),  # the first of all
    ],
)
def test_the_line_of_a_value(route: str, name: str) -> None:
    text = application(items("name: w", "name: x.one", "name: x.two", "name: y.two") + in_object(VALUES))
    line = uppermost(text).line(tuple(route.split(".")))
    assert text.splitlines()[line - 1].strip() == f"- {{name: {name}}}"


PORT = "name: a.port, value: '6379'"
EDITED: dict[str, tuple[list[str], Edit, list[str]]] = {
    "a text": ([PORT, "name: b, value: far"], SetValue(("b",), "near"), [PORT, "name: b, value: near"]),
    "a text in place of none": ([PORT, "name: b"], SetValue(("b",), "near"), [PORT, "name: b, value: near"]),
    "a text that looks like a number": (
        [PORT],
        SetValue(("a", "port"), "6380"),
        ["name: a.port, value: '6380', forceString: true"],
    ),
    "such a text in place of another": (
        ["name: a.port, value: redis, forceString: false"],
        SetValue(("a", "port"), "6380"),
        ['name: a.port, value: "6380", forceString: true'],
    ),
    "a forced text": (
        ["name: a.port, value: '6379', forceString: true"],
        SetValue(("a", "port"), "6380"),
        ["name: a.port, value: '6380', forceString: true"],
    ),
    "another text": ([PORT, "name: b"], AddKey(("a", "host"), "far"), [PORT, "name: a.host, value: 'far'", "name: b"]),
    "another text that looks like a number": (
        [PORT],
        AddKey(("a", "db"), "2"),
        [PORT, "name: a.db, value: '2', forceString: true"],
    ),
    "values that are not text": (
        [PORT],
        AddKey(("a", "tls"), {"on": True, "level": 2, "own": None}),
        [
            PORT,
            "name: a.tls.on, value: 'true'",
            "name: a.tls.level, value: '2'",
            "name: a.tls.own, value: 'null'",
        ],
    ),
}


@pytest.mark.parametrize("case", EDITED)
def test_edits_of_parameters(case: str) -> None:
    before, edit, after = EDITED[case]
    layer = uppermost(application(items(*before) + in_object(VALUES)))
    stream = layer.apply([edit]).stream
    assert stream.data.decode() == application(items(*after) + in_object(VALUES))
    assert layer.with_stream(stream).reads_as(tree.apply(layer.data, [edit]))


FILE = "fileParameters:\n  - {name: a.port, path: files/port}\n"
UNEDITED: dict[str, tuple[str, Edit, str]] = {
    "an item of a list": (
        items("name: b", "name: a, value: '{x,y}'"),
        InsertItem(("a",), "z"),
        "parameter a overrides all other values of a, and has to change; a list cannot be edited there.",
    ),
    "an item of a list beside it": (
        items("name: b", "name: a, value: x"),
        InsertItem(("c",), "z"),
        "parameter b overrides all other values of b, and has to change; a list cannot be edited there.",
    ),
    "a removed key": (
        items("name: b", "name: a, value: x"),
        RemoveKey(("a",)),
        "parameter a overrides all other values of a, and has to change; a single value cannot express what is "
        "needed there.",
    ),
    "a mapping in place of a text": (
        items("name: b", "name: a, value: x"),
        SetValue(("a",), {}),
        "parameter a overrides all other values of a, and has to change; a single value cannot express what is "
        "needed there.",
    ),
    "a text in place of two parameters": (
        items("name: a.b", "name: a.c"),
        SetValue(("a",), "x"),
        "parameter a.b overrides all other values of a.b, and has to change; a single value cannot express what is "
        "needed",
    ),
    "a list beside": (
        items(PORT),
        AddKey(("a", "env"), ["x"]),
        "parameter a.port overrides all other values of a.port, and has to change; a single value cannot hold the",
    ),
    "a value in a file": (
        FILE,
        SetValue(("a", "port"), "1"),
        "the file files/port (file parameter a.port) overrides all other values of a.port, and has to change; its "
        "value is elsewhere.",
    ),
    "a value beside one in a file": (
        FILE,
        AddKey(("a", "host"), "x"),
        "the file files/port (file parameter a.port) overrides all other values of a.port, and has to change; a single "
        "value cannot express what is needed there.",
    ),
}


@pytest.mark.parametrize("case", UNEDITED)
def test_an_edit_that_no_parameter_can_express_is_refused(case: str) -> None:
    head, edit, words = UNEDITED[case]
    layer = uppermost(application(head + in_object(VALUES)))
    with pytest.raises(RefusedError) as caught:
        layer.apply([edit])
    assert words in str(caught.value)
