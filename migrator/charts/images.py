"""Which images the values pin, and where: one key for Infrahub's own pods, another for Prefect's.

Both are below `global`, at several roots, of which the outermost wins. Source: templates/_helpers.tpl of infrahub and
of prefect-server; `infrahubImageFlavor` came with infrahub 4.30.0 and makes the image `TAG-FLAVOR`.
"""

from __future__ import annotations

from typing import NamedTuple

from migrator.charts.published import Versions
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.part import globals_at
from migrator.values.release import Release

FLAVOUR_KEY: Versions = {"infrahub-enterprise": "4.16.0", "infrahub": "4.30.0"}
FLAVOURS = ("avd",)
"""The flavours of the image that are known to be published."""

TAG: Route = ("infrahubTag",)
PREFECT_TAG: Route = ("prefect", "image", "prefectTag")
FLAVOUR: Route = ("infrahubImageFlavor",)


class Pin(NamedTuple):
    """A value in a layer, and its route there."""

    layer: int
    route: Route
    value: str


def pins(release: Release, path: Route) -> list[Pin]:
    """Every pin of that key, the winning one first; a null removes the chart's own and pins nothing."""
    levels = release.levels() if path == PREFECT_TAG else release.levels()[:-1]
    if path != PREFECT_TAG and release.chart == "prefect-server":
        return []
    found = globals_at(release, levels, path)
    return [Pin(layer, route, str(value)) for layer, route, value in found if value not in (None, "")]


def runs_infrahub_image(release: Release) -> bool:
    """Whether Prefect runs in Infrahub's image, so that its tag is an Infrahub version."""
    return "infrahub" in str(tree.get(release.prefect, ("global", "prefect", "image", "repository")) or "")


def tags(release: Release) -> list[Pin]:
    """The pins that win: of Infrahub's image, and of Prefect's if it is Infrahub's image too."""
    runs_prefect = release.prefect.get("enabled") is not False
    prefect = pins(release, PREFECT_TAG) if runs_prefect and runs_infrahub_image(release) else []
    return [*pins(release, TAG)[:1], *prefect[:1]]


def flavour_of(tag: str) -> str:
    """The flavour at the end of a tag; empty if it has none that is known."""
    return next((each for each in FLAVOURS if tag.endswith(f"-{each}")), "")


def version_mismatch(release: Release) -> str:
    """How the two halves of Infrahub come from different releases, in a clause; empty if they do not."""
    if release.chart == "prefect-server" or release.prefect.get("enabled") is False or not runs_infrahub_image(release):
        return ""
    own, prefect = pins(release, TAG)[:1], pins(release, PREFECT_TAG)[:1]
    if own and prefect:
        bare = own[0].value.removesuffix(f"-{flavour_of(own[0].value)}") if flavour_of(own[0].value) else own[0].value
        return f"{_shown(own[0])}, and {_shown(prefect[0])}" if prefect[0].value not in (bare, own[0].value) else ""
    for pin in (*own, *prefect):
        return f"{_shown(pin)}, and {'Prefect' if own else 'Infrahub'} follows the chart"
    return ""


def _shown(pin: Pin) -> str:
    return f"{tree.show(pin.route)} is {pin.value}"
