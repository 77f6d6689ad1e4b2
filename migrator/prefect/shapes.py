"""What a release must look like before it is planned: shapes that the chart accepts, a known preset."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.charts.presets import knows_preset, replaced_flavour
from migrator.charts.roots import presets
from migrator.errors import RefusedError
from migrator.prefect import env
from migrator.prefect.deployment import is_separate, target_has_docket
from migrator.prefect.names import DOCKET, MESSAGING, REDIS_BLOCK, SEPARATE
from migrator.values import tree
from migrator.values.changes import Location, ShapeError
from migrator.values.edits import Route
from migrator.values.release import Layer, Release


def refuse_unsupported_shapes(release: Release) -> None:
    """Raise RefusedError for what the chart's schema refuses and what would have to be guessed.

    That is any value that is not a mapping where the chart reads one, and a quoted boolean. A null removes the chart's
    own values, without which it does not render; a null docket is repaired instead.
    """
    for path in (SEPARATE, (*MESSAGING, "redis", "ssl")):
        for number in release.owners(path):
            value = release.in_layer(number, path)
            if not isinstance(value, (bool, type(None))):
                raise ShapeError(
                    f"{tree.show(release.root + path)} is {value!r}, and the chart accepts only true and false.",
                    Location(number, release.root + path),
                    path=release.layers[number].name,
                    remedy="Write it without quotes.",
                )
    for path in (("server",), MESSAGING[:1], MESSAGING, REDIS_BLOCK, ("global",), ("global", "prefect")):
        for number in release.owners(path):
            value = release.in_layer(number, path)
            if isinstance(value, dict) or (value is None and path[0] == "global"):
                continue
            shown = tree.show(release.root + path)
            what = "is empty, which removes the chart's own values" if value is None else "is not a mapping"
            raise ShapeError(
                f"{shown} {what}.",
                Location(number, release.root + path),
                path=release.layers[number].name,
                remedy="Remove the key, or give it a value.",
            )
    for key in ("url", "existingSecret", "existingSecretKey"):
        path = (*DOCKET, key)
        for number in release.owners(path):
            if isinstance(release.in_layer(number, path), (dict, list)):
                raise ShapeError(
                    f"{tree.show(release.root + path)} is not a string.",
                    Location(number, release.root + path),
                    path=release.layers[number].name,
                    remedy="Remove the key, or set it to a string.",
                )


def refuse_invalid_charts(layers: Sequence[Layer], root: Route) -> None:
    """Raise RefusedError where the values of a chart on the way to Prefect's are not a mapping.

    Helm refuses that as a "type mismatch", including an effective null (seen with Helm 3.19 and 4.2).
    """
    for depth in range(1, len(root) + 1):
        level = root[:depth]
        found = [(number, tree.find(layer.data, level)) for number, layer in enumerate(layers)]
        present = [(number, value) for number, value in found if value is not tree.MISSING]
        for number, value in present:
            is_last = number == present[-1][0]
            if isinstance(value, dict) or (value is None and not is_last):
                continue
            what = (
                "is empty, which removes everything that earlier layers set there"
                if value is None
                else "is not a mapping"
            )
            raise ShapeError(
                f"{tree.show(level)} {what}; Helm refuses that for a chart.",
                Location(number, level),
                path=layers[number].name,
                remedy="Remove the key, or give it a value.",
            )


def refuse_unknown_preset(release: Release) -> None:
    """Raise RefusedError where an unknown preset decides what the layers leave out."""
    if knows_preset(release.flavour):
        return
    if release.owners(SEPARATE) and not is_separate(release):
        return
    redis_keys = [(*MESSAGING, "redis", key) for key in ("host", "db")]
    missing = [path for path in (SEPARATE, env.SERVER, env.BACKGROUND, *redis_keys) if not release.owners(path)]
    if missing:
        left = replaced_flavour(release)
        carry = f", or as in {left}: --answer flavour-change=carry" if left and knows_preset(left) else ""
        raise RefusedError(
            f"leaves out values that the preset {release.flavour} decides, and that preset is not known here: "
            f"{', '.join(tree.show(release.root + path) for path in missing)}.",
            path=release.layers[-1].name,
            remedy=f"Add them to the file as in the preset (helm show values CHART --version VERSION){carry}.",
        )


def refuses_example_host(release: Release) -> bool:
    """Whether the chart refuses the presets' example host, even if it is unused.

    That is the enterprise chart with the docket, where `configPreset` is set (templates/_validation.tpl); of the
    flavours, `openshift` sets none.
    """
    is_flavoured = (bool(release.flavour) and knows_preset(release.flavour)) or names_preset(release)
    return release.chart == "infrahub-enterprise" and is_flavoured and target_has_docket(release)


def names_preset(release: Release) -> bool:
    """Whether a layer sets `configPreset`, whatever is built into the chart: the chart's own checks read it."""
    return bool(presets([layer.data for layer in release.layers], release.root))
