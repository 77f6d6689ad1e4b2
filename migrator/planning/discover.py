"""Finds out what a values file is: which chart it belongs to, where its Prefect values are, and its flavour.

Every conclusion comes with its evidence, since with a wrong root or chart Helm would silently ignore the edits.
"""

from collections.abc import Sequence
from typing import NamedTuple

from packaging.version import Version

from migrator.charts import presets, published, versions
from migrator.charts.roots import has_global_values, may_belong_to, prefect_roots, root_of_chart
from migrator.charts.roots import presets as presets_in
from migrator.charts.versions import last_before_docket
from migrator.errors import InputError, RefusedError, UsageError
from migrator.planning import catalog
from migrator.prefect import env
from migrator.sources import foreign
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import as_map
from migrator.values.release import Layer, Release


class Options(NamedTuple):
    """What the command line says about the upgrade; an empty string means not given.

    `default_root` is where the chart that an object names reads Prefect values, for values that have none.
    `passed_target` is the requested version if the object is already past it; `version_to` is then the object's own.
    """

    chart: str = ""
    version_from: str = ""
    version_to: str = ""
    root: str = ""
    release_name: str = ""
    namespace: str = ""
    default_root: str = ""
    passed_target: str = ""


class Detected(NamedTuple):
    """What a release is, and its current and target chart versions, also as text without a flavour.

    `version_from` is None, and `text_from` empty, if unknown.
    """

    chart: str
    root: Route
    version_from: Version | None
    version_to: Version
    text_from: str
    text_to: str
    flavour: str | None
    evidence: tuple[str, ...]
    replaced_flavour: str = ""  # that of the version that runs now, if the target has another

    @property
    def shown_from(self) -> str:
        """The version that runs now as the chart is published, with its flavour; empty if unknown."""
        flavour = self.replaced_flavour or self.flavour
        return f"{self.text_from}-{flavour}" if self.text_from and flavour else self.text_from

    @property
    def shown_to(self) -> str:
        """The target version as the chart is published, with its flavour."""
        return f"{self.text_to}-{self.flavour}" if self.flavour else self.text_to


def detect(layers: Sequence[Layer], options: Options, known: tuple[catalog.KnownMigration, ...]) -> Detected:
    """Conclude chart, root, versions and flavour from the layers and the command line.

    Raises RefusedError for a file of another kind, OutOfScopeError for one without values of these charts, UsageError
    if the command line and the file contradict each other.
    """
    has_room = any(layer.accepts == "anything" for layer in layers)
    for layer in layers:
        if layer.data is not None or not has_room:  # Helm treats an empty layer as one that sets nothing
            _refuse_other_kinds(layer)
    evidence: list[str] = []
    start = parse_version_option(options.version_from, "--from")
    target = parse_version_option(options.version_to, "--to")
    root = _root(layers, options, bool(start and start.flavour), evidence)
    preset = next(iter(presets_in([layer.data for layer in layers], root).values()), "")
    chart = _chart(root, layers, options, evidence)
    flavour = _flavour(layers, root, start, target, preset, evidence)
    to = target.release if target else published.default_target(chart, start.release if start else None)
    if start is not None:
        evidence.append(f"now on {start}")
        if to < start.release:
            raise UsageError(
                (
                    f"{options.version_to} is below {start}, which the release runs: infrahub-migrator only moves "
                    "forward."
                ),
                remedy="To go back, restore the file (infrahub-migrator undo) and run helm rollback.",
            )
    text_to = target.published if target else start.published if start and to == start.release else str(to)
    asked = f"its current version, past --to {options.passed_target}" if options.passed_target else "--to"
    evidence.append(f"to {text_to} ({asked if target else _why_there(chart, start, to)})")
    if chart == "prefect-server":
        flavour = ""
    version_from, text_from = (start.release, start.published) if start else (None, "")
    left = start.flavour if start and flavour is not None and start.flavour != flavour else ""
    return Detected(chart, root, version_from, to, text_from, text_to, flavour, tuple(evidence), left)


def parse_version_option(text: str, option: str) -> versions.ChartVersion | None:
    """The version of an option; None for no text. Raises UsageError, naming the option, for an invalid chart version.

    Versions from an object or a project file were parsed before.
    """
    try:
        version = versions.parse(text) if text else None
        if version is not None:
            versions.refuse_unknown_flavour(version.flavour)
        return version
    except UsageError as error:
        raise UsageError(f"{option}: {error.message}", remedy=error.remedy) from None


def _why_there(chart: str, start: versions.ChartVersion | None, to: Version) -> str:
    """Why a release with no given target goes to that version."""
    ahead = published.one_way_steps(chart, to, published.newest(chart))
    if ahead:
        return f"the newest version you can roll back from; --to {ahead[0].versions[chart]} or later goes further"
    return "its current version" if start is not None and to == start.release else "the newest known version"


def build_release(found: Detected, layers: Sequence[Layer], options: Options, flavour: str) -> Release:
    """The release that was found, on the defaults of the chart it runs on and of the one it goes to."""
    before = found.version_from or min(last_before_docket(found.chart), found.version_to)
    runs_on = presets.of_chart(found.chart, before, found.replaced_flavour or flavour)
    return Release(
        chart=found.chart,
        root=found.root,
        layers=layers,
        before=runs_on._replace(is_known=found.version_from is not None),
        after=presets.of_chart(found.chart, found.version_to, flavour),
        flavour=flavour,
        name=options.release_name,
        namespace=options.namespace,
    )


def _refuse_other_kinds(layer: Layer) -> None:
    data = layer.data
    if data is None:
        raise InputError(
            "is empty, so it has no values.",
            path=layer.name,
            line=1,
            remedy="For a release without custom values, put {} into it, and say what is installed with --chart "
            "and --from VERSION-FLAVOUR.",
        )
    foreign.refuse_encrypted(layer.name, data)
    error = foreign.error_by_shape(layer.name, data)
    if error is not None:
        raise error


def _root(layers: Sequence[Layer], options: Options, flavour_known: bool, evidence: list[str]) -> Route:
    if options.root:
        root: Route = () if options.root == "." else tuple(options.root.split("."))
        flavour_known = flavour_known or bool(presets_in([layer.data for layer in layers], root))
        _refuse_wrong_root(layers, root, flavour_known)
        _refuse_blocked_root(layers, root)
        evidence.append(f"Prefect values at {tree.show(root)} (as named)")
        return root
    roots = prefect_roots([layer.data for layer in layers], options.chart)
    for root in roots:
        _refuse_blocked_root(layers, root)
    if len(roots) > 1:
        names = ", ".join(tree.show(root) for root in roots)
        raise RefusedError(
            f"has several sets of Prefect values: {names}.", path=layers[0].name, remedy="Choose one with --root."
        )
    is_set = bool(roots) and any(tree.exists(layer.data, roots[0]) for layer in layers)
    if roots and (is_set or not options.default_root or options.default_root == ".".join(map(str, roots[0]))):
        if is_set:
            evidence.append(f"Prefect values at {tree.show(roots[0])}")
        else:
            evidence.append(f"no Prefect values in the file; Infrahub's at {tree.show(roots[0][:-1])}")
        return roots[0]
    if options.default_root:
        evidence.append(f"no Prefect values in the object: the chart's own apply, at {options.default_root}")
        return () if options.default_root == "." else tuple(options.default_root.split("."))
    named = presets_in([layer.data for layer in layers], None)
    wrapped = bool(named) or any("infrahub" in as_map(layer.data) for layer in layers)
    if (named or flavour_known) and (options.chart == "infrahub-enterprise" or wrapped) and len(named) < 2:
        root = (*next(iter(named), ()), "infrahub", "prefect-server")
        _refuse_blocked_root(layers, root)
        evidence.append("no Prefect values in the file: all come from the preset or from elsewhere")
        return root
    if any(may_belong_to(layer.data, options.chart) for layer in layers):
        evidence.append(f"no Prefect values in the file; it has values of {options.chart} (as named)")
        return tuple(each for each in root_of_chart(options.chart).split(".") if each)
    if not options.chart and any(has_global_values(layer.data) for layer in layers):
        raise UsageError(
            "has only global values, which both infrahub-enterprise and infrahub read.",
            path=layers[0].name,
            remedy="Name the chart with --chart.",
        )
    raise foreign.no_values_error(layers[0].name)


def _refuse_blocked_root(layers: Sequence[Layer], root: Route) -> None:
    """Refuse a list or a text on the path to the Prefect values, since it leaves no place for them."""
    for layer in layers:
        for depth in range(1, len(root) + 1):
            if not isinstance(tree.get(layer.data, root[:depth]), (dict, type(None))):
                place = tree.show(root[:depth])
                raise InputError(f"{place} is not a mapping, so it has no values.", path=layer.name, line=1)


def _chart(root: Route, layers: Sequence[Layer], options: Options, evidence: list[str]) -> str:
    if root[-2:] == ("infrahub", "prefect-server"):
        by_shape = "infrahub-enterprise"
    elif root[-1:] == ("prefect-server",):
        by_shape = "infrahub"
    else:
        by_shape = "prefect-server"
    chart = options.chart or by_shape
    if not options.root and (chart, by_shape) in (
        ("infrahub-enterprise", "infrahub"),
        ("infrahub-enterprise", "prefect-server"),
        ("infrahub", "prefect-server"),
    ):
        wanted = {"infrahub-enterprise": "infrahub.prefect-server", "infrahub": "prefect-server"}[chart]
        raise UsageError(
            f"--chart {chart} reads Prefect values at {wanted}, but they are at {tree.show(root)}, where that "
            "chart ignores them.",
            path=layers[0].name,
            remedy=f"They belong to {by_shape}; if they are right there, give their path with --root.",
        )
    why = "as named" if options.chart else f"from the path of the Prefect values, {tree.show(root)}"
    evidence.append(f"chart {chart} ({why})")
    return chart


def _refuse_wrong_root(layers: Sequence[Layer], root: Route, flavour_known: bool) -> None:
    """Refuse values at a place that the chart does not read: Helm silently ignores them, and so would this program."""
    roots = [each for layer in layers for each in prefect_roots([layer.data])]
    is_there = any(isinstance(tree.get(layer.data, root), dict) for layer in layers)
    if root in roots or (not roots and (is_there or flavour_known)):
        return
    there = ", ".join(dict.fromkeys(tree.show(each) for each in roots))
    raise UsageError(
        f"there are no Prefect values at {tree.show(root)}{f'; they are at {there}' if there else ''}.",
        path=layers[0].name,
        remedy="Give --root the path that the chart reads.",
    )


def _flavour(
    layers: Sequence[Layer],
    root: Route,
    start: versions.ChartVersion | None,
    target: versions.ChartVersion | None,
    preset: str,
    evidence: list[str],
) -> str | None:
    named = [version.flavour for version in (target, start) if version is not None and version.flavour]
    if named:
        flavour = named[0]
        versions.refuse_unknown_flavour(flavour)
        evidence.append(f"flavour {flavour} (from the version, {target if target and target.flavour else start})")
        return flavour
    if start is not None:
        if preset:
            evidence.append(f"no flavour (from the version, {start})")
        return ""
    if preset and not is_generation_a(layers, root):
        evidence.append(f"flavour {preset} (configPreset in the file)")
        return preset
    return None


def is_generation_a(layers: Sequence[Layer], root: Route) -> bool:
    """Whether the layers are shaped like the oldest presets, which were copied and used with the plain chart.

    Their `configPreset` does not say which flavour the chart has. They set Redis in env lists and never set
    `runAsSeparateDeployment`, except to false after an answer that the services stay in the API process.
    """
    is_decided = any(tree.get(layer.data, (*root, "backgroundServices", "runAsSeparateDeployment")) for layer in layers)
    lists = [tree.get(layer.data, (*root, *path)) for layer in layers for path in (env.SERVER, env.BACKGROUND)]
    names = [item.get("name") for items in lists if isinstance(items, list) for item in items if isinstance(item, dict)]
    return not is_decided and "PREFECT_REDIS_MESSAGING_HOST" in names
