"""A layer of values inside an object: what Helm gets of it, its line numbers, and duplicate keys above it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator import sources
from migrator.sources.source import Source, as_file

from .test_kustomized import FLAGS
from .texts import VALUES, application, helm_release, in_block, in_object

Cli = Callable[..., Any]


def layer_of(text: str) -> Source:
    (bundle,) = sources.open_source(sources.read_bytes(text.encode(), "file.yaml")).bundles
    return bundle.layers[-1]


PLACES = {
    "a file": VALUES,
    "a HelmRelease": helm_release(VALUES),
    "an Application": application(in_object(VALUES)),
    "the text of one": application(in_block(VALUES)),
}


@pytest.mark.parametrize("place", PLACES)
def test_helm_gets_only_the_values(place: str) -> None:
    data = as_file(layer_of(PLACES[place]))
    values = sources.read_bytes(data, "values.yaml").data
    assert values == sources.read_bytes(VALUES.encode(), "values.yaml").data
    assert (data == VALUES.encode()) is (place == "a file")


@pytest.mark.parametrize("place", PLACES)
def test_line_numbers_are_those_of_the_file(place: str) -> None:
    text = PLACES[place]
    line = layer_of(text).line(("infrahub", "prefect-server", "server"))
    assert text.splitlines()[line - 1].strip() == "server:"


TWICE = {
    "the values": ("  values:\n", "a key around the values is on lines 13 and 14: "),
    "what is around them": ("spec:\n", "a key around the values is on lines 6 and 7: "),
    "a key in them": ("    infrahub:\n", "infrahub is on lines 14 and 15: "),
}


@pytest.mark.parametrize("case", TWICE)
def test_a_duplicate_key_in_or_above_the_values_is_refused(cli: Cli, tmp_path: Path, case: str) -> None:
    key, words = TWICE[case]
    text = helm_release(VALUES).replace(key, key.replace("\n", " {}\n") + key, 1)
    (tmp_path / "release.yaml").write_text(text, "utf-8")
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 2 and words in done.stderr.decode(), done.stderr
    assert (tmp_path / "release.yaml").read_text("utf-8") == text


def test_a_duplicate_key_elsewhere_is_ignored(cli: Cli, tmp_path: Path) -> None:
    text = helm_release(VALUES).replace("  interval: 5m\n", "  interval: 5m\n  interval: 6m\n")
    (tmp_path / "release.yaml").write_text(text, "utf-8")
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
