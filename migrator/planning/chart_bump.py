"""The chart's version in the object around the values: it shows what runs now, and moves with the values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from migrator import yamltext
from migrator.charts import presets, ranges, roots, versions
from migrator.errors import UsageError
from migrator.planning import discover
from migrator.prefect import deployment
from migrator.report.records import ChangeReport
from migrator.sources import Bundle, EditedFile, Source
from migrator.sources.bundle import ReleaseChart
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route, SetValue
from migrator.values.merge import as_map
from migrator.values.release import Release

if TYPE_CHECKING:
    from migrator.sources.blocktext import BlockText

NAME = "chart-version"
"""The change's id, in place of a migration and a step."""
TITLE = "move the chart version along with the values"
WHY = "values and chart move together: the old chart refuses the new values"


class Bump(NamedTuple):
    """The version text at `route` in the object's document, and the one to put there."""

    route: Route
    before: str
    after: str

    def line(self, source: Source) -> int:
        """The line of the version in the object that `source` is in."""
        text = _text_around(source)
        return text.line_of_text(self.route) if text else source.stream.documents[source.document].line(self.route)

    def apply(self, source: Source) -> EditedFile:
        """The file with the new version."""
        edits = [SetValue(self.route, self.after)]
        text = _text_around(source)
        return text.apply_to_text(source, edits) if text else yamltext.apply(source.stream, edits, source.document)

    def report(self, bundle: Bundle) -> ChangeReport:
        """The change as a plain record, like those of the migrations."""
        path = tree.show(self.route)
        name = bundle.layers[bundle.version_layer].name
        return ChangeReport(
            f"{NAME}:{path}", NAME, NAME, "replace", path, name, 0, self.before, self.after, WHY, "required",
        )  # fmt: skip


def _text_around(source: Source) -> BlockText | None:
    """The text that holds the object with its version, if it is a patch inside a kustomization."""
    if source.inner is None:
        return None
    from migrator.sources.blocktext import BlockText  # most values are not inside a text block

    return source.inner if isinstance(source.inner, BlockText) and source.inner.at else None


def settle_options(bundle: Bundle, given: discover.Options) -> discover.Options:
    """The command line's options, completed with what the object says about its chart and release."""
    is_ours = bundle.version.chart in versions.CHARTS and _is_of_its_key(bundle)
    chart = given.chart or (bundle.version.chart if is_ours else "")
    current = bundle.version.version
    names_our_version = is_ours and current is not None
    if names_our_version and not given.version_from and _is_below(given.version_to, current):
        given = given._replace(version_to=bundle.version.text, passed_target=given.version_to)
    return given._replace(
        chart=chart,
        root=given.root or bundle.root,
        default_root=_default_root(bundle) if is_ours else "",
        version_from=given.version_from or (bundle.version.text if names_our_version else ""),
        release_name=given.release_name or bundle.release_name,
        namespace=given.namespace or bundle.namespace,
    )


def _is_below(text: str, current: versions.ChartVersion | None) -> bool:
    """Whether the requested version is older than the object's; an invalid version is reported elsewhere."""
    try:
        return bool(text) and current is not None and versions.parse(text).release < current.release
    except UsageError:
        return False


def evidence(bundle: Bundle, given: discover.Options) -> Iterator[str]:
    """What the object says, for display."""
    yield from bundle.evidence
    if bundle.version.text and not given.version_from:
        chart = bundle.version.chart or "the chart"
        yield f"{chart} {bundle.version.text} ({bundle.version.elsewhere or tree.show(bundle.version.route)})"


def _is_of_its_key(bundle: Bundle) -> bool:
    """Whether the layers have the key of the dependency that a Chart.yaml beside them names; true if none does.

    The Chart.yaml says which chart values are for, not that a file has any.
    """
    key = bundle.version.key
    return not key or any(isinstance(as_map(layer.data).get(key), dict) for layer in bundle.layers)


def _default_root(bundle: Bundle) -> str:
    inner, key = roots.root_of_chart(bundle.version.chart), bundle.version.key
    return ".".join(each for each in (key, inner) if each and (each != "." or not key))


def refuse_left_behind(bundle: Bundle, found: discover.Detected) -> None:
    """Raise RefusedError for values that must change together with a chart version here that cannot be moved."""
    refused = bundle.version.refused
    if refused is not None and bundle.version.chart in versions.CHARTS and _is_behind(bundle.version, found):
        raise refused


def _is_behind(version: ReleaseChart, found: discover.Detected) -> bool:
    current = version.version
    return current is None or current.release < found.version_to


def bump(
    bundle: Bundle, found: discover.Detected, result: Release, *, moves: bool, wanted: bool
) -> tuple[Bump | None, list[Notice]]:
    """How the version moves with the values, which are then `result`'s, and notices if it does not."""
    version = bundle.version
    current = version.version
    if version.is_running:  # the new version is given on upgrade
        return None, []
    why = _why_not_here(version, found)
    if why:
        return None, [Notice(f"The chart version is not moved here: {why}", "warning")] * moves
    if current is None or version.chart not in versions.CHARTS:
        return None, []
    if current.release > found.version_to or (current.release == found.version_to and not found.replaced_flavour):
        return None, []
    kept = found.flavour if found.replaced_flavour else current.flavour
    flavour = f"-{kept}" if kept else ""
    after = f"{'v' if version.text.startswith('v') else ''}{found.text_to}{flavour}"
    if not moves:
        its_values = presets.of_chart(version.chart, current.release, current.flavour).prefect
        refused = deployment.refused_keys(result, its_values)
        text = f"The chart version {version.text} refuses {refused}, which these values have: move it to {after}."
        return None, [Notice(text, "warning")] * bool(refused)
    if version.elsewhere:
        names = f"{version.elsewhere} still names {version.chart} {version.text}, which refuses these values"
        return None, [Notice(f"{names}: set it to {after} in the same change{version.also_required}.", "warning")]
    if not wanted:
        left = f"The chart version stays {version.text} (--no-bump): the values need {after} or later, and the old "
        return None, [Notice(f"{left}chart refuses them.", "warning")]
    return Bump(version.route, version.text, after), []


def _why_not_here(version: ReleaseChart, found: discover.Detected) -> str:
    """Why a version is not moved with the values, as a sentence; empty if it can be."""
    if version.refused is not None and _is_behind(version, found):
        return f"{version.refused.path}:{version.refused.line} {version.refused.message}"
    if version.unmovable:
        return f"{_why_too_low(version, found) or version.unmovable}."
    if version.text and (version.version is None or version.chart not in versions.CHARTS):
        return f"{version.text} is the version of {version.chart or 'another chart'}, which wraps this chart."
    return ""


def _why_too_low(version: ReleaseChart, found: discover.Detected) -> str:
    """Why a range can never install the chart that the values are now for; empty if it may."""
    if not (ranges.is_range(version.text) and ranges.stays_below(version.text, found.version_to)):
        return ""
    place = version.elsewhere or tree.show(version.route)
    return (
        f"{place} is {version.text}, which never reaches {found.text_to}, the version these values are for: "
        f"change it in the same commit{version.also_required}"
    )
