"""Chart versions are ordered as SemVer orders them, whatever the number of digits."""

from __future__ import annotations

from itertools import pairwise

import pytest

from migrator.values.version import Version

IN_ORDER = [
    Version("4.9.0"),
    Version("4.14.0", "dev"),
    Version("4.14.0", "a", 1),
    Version("4.14.0", "b"),
    Version("4.14.0", "rc", 2),
    Version("4.14.0", "rc", 10),
    Version("4.14.0"),
    Version("4.14.1"),
    Version("4.100.0"),
    Version("2026.4.10163454"),
    Version("2026.4.21154022"),
]


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(IN_ORDER)))
def test_the_order(lower: Version, higher: Version) -> None:
    assert lower < higher and higher > lower and lower <= higher and lower != higher


def test_a_number_that_is_left_out_is_zero() -> None:
    assert Version("4.14") == Version("4.14.0")
    assert len({Version("4"), Version("4.0"), Version("4.0.0")}) == 1


def test_a_pre_release_is_written_as_semver_does() -> None:
    assert [str(Version("4.14.0", "rc", 1)), str(Version("4.14"))] == ["4.14.0-rc.1", "4.14"]
