"""Which values files of a directory override which: by their names, their folders, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from migrator.sources.bases import MOST, Bases, Plain, in_order, plain
from migrator.values.merge import Map

ROOT = ("infrahub", "prefect-server")
OTHER = ("platform", "infrahub", "prefect-server")


def files(text: str, roots: Sequence[tuple[str, ...]] = (ROOT,)) -> list[Plain]:
    """The files of a directory, separated by spaces: those followed by ~ leave something to a base."""
    return [Plain(word.rstrip("~"), frozenset(roots), not word.endswith("~")) for word in text.split()]


def below(text: str, name: str) -> str:
    """The bases of one of those files, lowest first; each doubtful group as ?FOLDER."""
    there = files(text)
    found = Bases(there).below(next(each for each in there if each.path == name))
    return " ".join([*(each.path for each in found.bases), *(f"?{folder}" for folder, _ in found.in_doubt)])


@pytest.mark.parametrize(
    ("there", "name", "under"),
    [
        # A complete file overrides only what is named like a base.
        ("dev.yaml prod.yaml", "prod.yaml", ""),
        ("values.yaml prod.yaml", "prod.yaml", "values.yaml"),
        ("values.yaml prod.yaml", "values.yaml", ""),
        ("base.yaml common.yaml prod.yaml~", "prod.yaml", "base.yaml common.yaml"),
        # Of two bases, the later one by name overrides the other.
        ("base.yaml values.yaml", "values.yaml", "base.yaml"),
        ("base.yaml values.yaml", "base.yaml", ""),
        # Without one, an incomplete file overrides the complete ones, or the one whose name it extends.
        ("dev.yaml prod.yaml~", "prod.yaml", "dev.yaml"),
        ("dev.yaml prod.yaml", "dev.yaml", ""),
        ("dev.yaml prod.yaml prod-secrets.yaml~", "prod-secrets.yaml", "prod.yaml"),
        ("dev.yaml prod.yaml prod.secrets.yaml~", "prod.secrets.yaml", "prod.yaml"),
        ("dev.yaml prod.yaml prod-eu.yaml~ prod-eu-west.yaml~", "prod-eu-west.yaml", "prod.yaml"),
        ("dev.yaml prod.yaml prod-eu.yaml prod-eu-west.yaml~", "prod-eu-west.yaml", "prod-eu.yaml"),
        ("dev.yaml prod.yaml prodsecrets.yaml~", "prodsecrets.yaml", "dev.yaml prod.yaml"),
        ("prod.yaml prod.yml prod-x.yaml~", "prod-x.yaml", "prod.yml"),
        # If nothing else decides, the first is the base.
        ("a.yaml~ b.yaml~", "b.yaml", "a.yaml"),
        ("a.yaml~ b.yaml~", "a.yaml", ""),
    ],
)
def test_bases_in_the_same_folder(there: str, name: str, under: str) -> None:
    assert below(there, name) == under


@pytest.mark.parametrize(
    ("there", "name", "under"),
    [
        # A base is also one for the folders below its own; other files are not.
        ("values.yaml prod/over.yaml~", "prod/over.yaml", "values.yaml"),
        ("dev.yaml prod/over.yaml", "prod/over.yaml", ""),
        ("a/values.yaml b/over.yaml", "b/over.yaml", ""),
        ("values.yaml x/y/over.yaml", "x/y/over.yaml", "values.yaml"),
        # So is every file in a folder that is named like a base.
        ("base/a.yaml base/b.yaml prod/over.yaml", "prod/over.yaml", "base/a.yaml base/b.yaml"),
        ("x/base/a.yaml x/prod/over.yaml y/over.yaml", "y/over.yaml", ""),
        ("base/a.yaml base/b.yaml~", "base/b.yaml", "base/a.yaml"),
        # Of two such folders, the later one by name overrides the other, and no base overrides its neighbours.
        ("base/a.yaml common/b.yaml", "common/b.yaml", "base/a.yaml"),
        ("base/a.yaml common/b.yaml", "base/a.yaml", ""),
        ("values.yaml base/a.yaml", "base/a.yaml", ""),
        ("values.yaml base/a.yaml", "values.yaml", "base/a.yaml"),
        ("values.yaml x/base/a.yaml", "x/base/a.yaml", "values.yaml"),
        ("common/b.yaml x/base/a.yaml", "x/base/a.yaml", "common/b.yaml"),
        # If there is a base, an incomplete file does not override its first neighbour.
        ("base/a.yaml prod/a.yaml~ prod/b.yaml~", "prod/b.yaml", "base/a.yaml"),
        ("prod/values.yaml~ prod/b.yaml~", "prod/values.yaml", ""),
    ],
)
def test_bases_in_other_folders(there: str, name: str, under: str) -> None:
    assert below(there, name) == under


def many(count: int, folder: str = "") -> str:
    return " ".join(f"{folder}r{number:02}.yaml" for number in range(count))


def test_too_many_candidates_leave_the_base_in_doubt() -> None:
    assert below(f"{many(MOST)} z.yaml~", "z.yaml") == many(MOST)
    assert below(f"{many(MOST + 1)} z.yaml~", "z.yaml") == "?"
    assert below(f"{many(MOST + 1)} z.yaml", "z.yaml") == ""
    assert below(f"{many(MOST + 1)} r03-x.yaml~", "r03-x.yaml") == "r03.yaml"


def test_in_a_large_folder_of_bases_only_the_namesake_is_the_base() -> None:
    assert below(f"{many(MOST, 'base/')} prod/r03.yaml", "prod/r03.yaml") == many(MOST, "base/")
    assert below(f"{many(MOST + 1, 'base/')} prod/r03.yaml", "prod/r03.yaml") == "base/r03.yaml"
    assert below(f"{many(MOST + 1, 'base/')} prod/other.yaml", "prod/other.yaml") == ""
    there = f"{many(MOST + 1, 'base/')} base/values.yaml prod/r03.yaml"
    assert below(there, "prod/r03.yaml") == "base/values.yaml base/r03.yaml"


def test_files_with_different_prefect_roots_are_not_each_others_bases() -> None:
    one, other = files("values.yaml"), files("prod.yaml~", [OTHER])
    assert Bases([*one, *other]).below(other[0]).bases == ()
    both = files("prod.yaml~", [ROOT, OTHER])
    assert Bases([*one, *both]).below(both[0]).bases == tuple(one)


def test_the_complete_files_of_a_group() -> None:
    there = [*files("a.yaml b.yaml~ c.yaml"), *files("d.yaml", [OTHER]), *files("x/e.yaml")]
    bases = Bases(there)
    assert [each.path for each in bases.whole(("", ROOT))] == ["a.yaml", "c.yaml"]
    assert [each.path for each in bases.whole(("", OTHER))] == ["d.yaml"]
    assert bases.whole(("", ROOT)) is bases.whole(("", ROOT))  # looked up once
    assert bases.whole(("nowhere", ROOT)) == []


def test_the_order_of_layers() -> None:
    there = files("prod/z.yaml prod/a.yaml~ prod/values.yaml~ b.yaml a.yaml base.yaml")
    assert [each.path for each in in_order(there)] == [
        *("base.yaml", "a.yaml", "b.yaml"),
        *("prod/values.yaml", "prod/z.yaml", "prod/a.yaml"),
    ]


@pytest.mark.parametrize(
    ("prefect", "is_whole"),
    [
        ({"server": {"env": []}, "backgroundServices": {"env": []}}, True),
        ({"server": {"env": []}, "backgroundServices": {}}, False),
        ({"server": {}, "backgroundServices": {"env": []}}, False),
        ({"server": {"env": {}}, "backgroundServices": {"env": []}}, False),
        ({"backgroundServices": {"runAsSeparateDeployment": False}}, True),
    ],
)
def test_a_file_is_complete_if_it_needs_nothing_from_a_base(prefect: Map, is_whole: bool) -> None:
    found = plain("a.yaml", {"infrahub": {"prefect-server": prefect}})
    assert (found.roots, found.is_whole) == (frozenset([ROOT]), is_whole)
