"""What is known about a release besides its values: its chart version, and the objects that contain it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.sources import Bundle
from migrator.sources.bundle import ReleaseChart, open_version_reason
from migrator.sources.chart_sources import refers
from migrator.values.merge import Map
from migrator.yamltext import parse
from tests import releases

from .texts import VALUES, application, helm_release, in_object, indented, releases_in


def bundle(tmp_path: Path, text: str) -> Bundle:
    (found,) = releases_in(tmp_path, text)
    return found


@pytest.mark.parametrize(
    ("version", "is_one"),
    [
        (ReleaseChart("x", "4.13.0-medium"), True),
        (ReleaseChart("x", "4.13.0", unmovable="it is pinned elsewhere"), False),
        (ReleaseChart("x", ""), False),
        (ReleaseChart("x", "4.x"), False),
    ],
)
def test_a_chart_version_is_known_only_if_exact_and_movable(version: ReleaseChart, is_one: bool) -> None:
    assert (version.version is not None) is is_one


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("4.13.0", ""),
        ("", "it names no chart version, so the newest is installed; pin one"),
        ("${VERSION}", "its chart version is filled in from elsewhere (${VERSION})"),
        ("4.x", "its chart version is a range (4.x)"),
        ("4.13", "its chart version is a range (4.13)"),
    ],
)
def test_why_a_version_does_not_say_what_is_installed(text: str, reason: str) -> None:
    assert open_version_reason(text).startswith(reason) and bool(open_version_reason(text)) is bool(reason)


def test_the_version_is_read_from_the_new_text(tmp_path: Path) -> None:
    found = bundle(tmp_path, helm_release(VALUES))
    assert found.with_streams([parse(helm_release(VALUES, "4.18.0-medium").encode())]).version.text == "4.18.0-medium"
    assert found.with_streams([parse(helm_release(VALUES).encode())]).version.text == "4.13.0-medium"


def test_a_version_from_outside_the_text_is_kept() -> None:
    alone = releases.of_text(VALUES)._replace(version=ReleaseChart("x", "4.13.0"))
    assert alone.with_streams([parse(VALUES.encode())]).version == ReleaseChart("x", "4.13.0")


def test_the_objects_that_contain_a_release(tmp_path: Path) -> None:
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + indented(helm_release(VALUES), 2).lstrip(" ")
    assert bundle(tmp_path, listed).items == ("HelmRelease/infrahub",)
    assert bundle(tmp_path, helm_release(VALUES)).items == ("HelmRelease/infrahub",)
    assert bundle(tmp_path, application(in_object(VALUES))).items == ("Application/infrahub",)
    assert bundle(tmp_path, VALUES).items == ()


@pytest.mark.parametrize(
    ("spec", "does"),
    [
        ({"chartRef": {"name": "x"}}, True),
        ({"chartRef": {"name": "x"}, "chart": {"spec": {"chart": "x"}}}, False),
        ({"chartRef": {"name": "x"}, "chart": {}}, True),
        ({"values": {}}, False),
    ],
)
def test_which_releases_refer_to_an_object_for_their_chart(spec: Map, does: bool) -> None:
    assert refers(spec) is does
