"""The only reader of chart versions.

Every enterprise release X.Y.Z is also published as X.Y.Z-FLAVOUR with a preset baked in. To SemVer that suffix is a
pre-release and to `packaging` it is invalid or worse (`1.2.3-1` would be a post-release), so the flavour is split off
first and only the numbers, with a real pre-release if there is one, ever reach `packaging`.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from packaging.version import Version

from migrator.errors import UsageError, did_you_mean

CHARTS = ("infrahub-enterprise", "infrahub", "prefect-server")

FLAVOURS = ("small", "medium", "medium-data", "large", "large-data", "openshift")
"""The presets that are published as flavours of the enterprise chart."""

_SHAPE = r"v?(?P<numbers>[0-9]{1,18}(?:\.[0-9]{1,18}){0,2})(?:-(?P<suffix>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
_PRE_RELEASE = r"(?P<kind>alpha|beta|a|b|rc|pre|preview|dev|snapshot)[.-]?(?P<number>[0-9]{0,18})(?:-(?P<flavour>.+))?"
_KINDS = {"alpha": "a", "beta": "b", "pre": "rc", "preview": "rc", "snapshot": "dev"}
_FLAVOUR = r"[a-z]+(?:-[a-z]+)*"


class ChartVersion(NamedTuple):
    """A chart's version: what it is ordered by, and the flavour it was published in (empty for none)."""

    release: Version
    flavour: str
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def published(self) -> str:
        """The version as published without a flavour: SemVer, three numbers, a pre-release as it is spelt."""
        text = self.text.removeprefix("v").partition("+")[0]
        if self.flavour:
            text = text.removesuffix(f"-{self.flavour}")
        numbers, dash, pre = text.partition("-")
        return numbers + ".0" * (2 - numbers.count(".")) + dash + pre


@lru_cache(maxsize=1024)  # a run parses the same few again and again, for each of its releases
def parse(text: str) -> ChartVersion:
    """Parse a version such as `4.13.0-medium`, `2026.6.5172345` or `v4.14.0+build.7`.

    Raises UsageError for anything else, ranges included: a range says what may be installed, not what is.
    """
    match = re.fullmatch(_SHAPE, text.strip())
    if match is None:
        meant = _version_in(text)
        remedy = f"Write {meant} alone." if meant else "Write it like 4.13.0 or 4.13.0-medium."
        raise UsageError(f"{text!r} is not a chart version.", remedy=remedy)
    numbers, suffix = match["numbers"], match["suffix"] or ""
    if not suffix:
        return ChartVersion(Version(numbers), "", text.strip())
    pre = re.fullmatch(_PRE_RELEASE, suffix)
    if pre is not None:
        kind = _KINDS.get(pre["kind"], pre["kind"])
        release = Version(f"{numbers}{'.' if kind == 'dev' else ''}{kind}{pre['number'] or 0}")
        return ChartVersion(release, pre["flavour"] or "", text.strip())
    if not re.fullmatch(_FLAVOUR, suffix):
        raise UsageError(
            f"{text!r} ends in {suffix!r}, which is neither a flavour nor a pre-release.",
            remedy=f"The flavours are {', '.join(FLAVOURS)}.",
        )
    return ChartVersion(Version(numbers), suffix, text.strip())


def refuse_unknown_flavour(flavour: str) -> None:
    """Raise UsageError for a suffix of a version that is not a flavour."""
    if flavour and flavour not in FLAVOURS:
        meant = did_you_mean(flavour, FLAVOURS)
        raise UsageError(f"{flavour!r} is not a flavour{meant}.", remedy=f"They are {', '.join(FLAVOURS)}.")


def _version_in(text: str) -> str:
    """The version in a text, such as a chart with its name as `helm list` prints it; empty if there is none."""
    flavours = "|".join(sorted(FLAVOURS, key=len, reverse=True))
    found = re.search(
        rf"(?<![0-9.])([0-9]{{1,18}}(?:\.[0-9]{{1,18}}){{2}})(?:[-_+. ]({flavours}))?(?![0-9A-Za-z.])", text
    )
    return "-".join(filter(None, found.groups())) if found else ""


def last_before_docket(chart: str) -> Version:
    """The version assumed for a release of unknown version: the last one before the docket.

    Source: the dependencies of infrahub-enterprise 4.13.0 (Chart.yaml), which 4.14.0 upgraded.
    """
    return Version({"infrahub-enterprise": "4.13.0", "infrahub": "4.27.0"}.get(chart, "2025.12.24192415"))
