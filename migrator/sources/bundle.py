"""One release as it was found: its layers, what the object around them says, and what cannot be seen."""

from collections.abc import Sequence
from typing import NamedTuple

from migrator import files
from migrator.charts import versions
from migrator.charts.ranges import is_range
from migrator.errors import RefusedError, UsageError
from migrator.prefect.redis_url import is_placeholder
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route
from migrator.values.merge import Map, as_map
from migrator.yamltext import Stream


class ReleaseChart(NamedTuple):
    """The chart of a release: its name, and the text at `route` that gives the version.

    `unmovable` says why the version is not moved with the values (empty: it is moved). If the version is in another
    file or object, `elsewhere` is that place for display, `also_required` what else moving it there requires, and `key`
    the key under which the chart gets its values. `refused` is the error to raise because the version is here but
    cannot be moved, and the values are not migrated without it. `is_running`: Helm reports it as running in a cluster,
    so there is no text to move.
    """

    chart: str = ""
    text: str = ""
    route: Route = ()
    unmovable: str = ""
    key: str = ""
    elsewhere: str = ""
    also_required: str = ""
    refused: RefusedError | None = None
    is_running: bool = False

    @property
    def version(self) -> versions.ChartVersion | None:
        """The parsed version; None for a range, a reference, or no text."""
        if not self.text or self.unmovable:
            return None
        try:
            return versions.parse(self.text)
        except UsageError:
            return None


def chart_named(name: str, text: str, route: Route) -> ReleaseChart:
    """The chart of an object by its name, which may be an address, with the version at `route`."""
    return ReleaseChart(chart_name(name), text, route if text else (), open_version_reason(text))


def chart_name(text: str) -> str:
    """The chart's name in a reference to it: NAME, REPOSITORY/NAME, or an address."""
    return text.rstrip("/").rpartition("/")[2]


class Elsewhere(NamedTuple):
    """Values below an object's own that are stored elsewhere; `label` is their name for display.

    As far as the object says where, that is a `file` (the path as written) or an `item` (KIND/NAME) of the cluster.
    """

    label: str
    file: str = ""
    item: str = ""


class Shared(NamedTuple):
    """Another release that uses the same values: its file, and the error if only one of the two is migrated."""

    file: str
    error: RefusedError


class Deployed(NamedTuple):
    """A release as a cluster runs it: the deployed revision, its chart, and the chart version as text.

    `newest` is the last revision, which may have failed, and `status` its status. `options` select the cluster for helm
    (`--kube-context`, `--kubeconfig`), as given. `managed_by` is the object through which a controller installs it
    (empty: none known).
    """

    name: str
    namespace: str
    revision: int
    chart: str
    version: str
    status: str = "deployed"
    newest: int = 0
    options: tuple[str, ...] = ()
    managed_by: str = ""

    @property
    def full_name(self) -> str:
        """NAMESPACE/NAME."""
        return f"{self.namespace}/{self.name}"

    @property
    def helm_arguments(self) -> tuple[str, ...]:
        """The arguments that name it in a helm command."""
        return (self.name, "--namespace", self.namespace, *self.options)


class Helmfile(NamedTuple):
    """The helmfile of a release: its path, the labels that select the release (empty if they are not known), the chart
    if that is a folder, and the encrypted files that it lays over the layers.
    """

    path: str
    labels: str = ""
    folder: str = ""
    secrets: tuple[str, ...] = ()


class Bundle(NamedTuple):
    """A release: `layers` in Helm's order, lowest first, and what is known about them.

    `version_layer` is the index of the layer whose file and document have `version`. `unseen` names values below all
    layers that are stored elsewhere. `is_templated`: a generator first replaces `{{...}}` in the values. `item`
    (KIND/NAME) is the object with the values; with `is_patch` it is only a patch that Kustomize applies over the object
    of that name. `controller` upgrades the release once the file is committed, capitalised to begin a sentence (empty:
    a person, with helm). `typed` are the command-line options that make the uppermost layer, as given. `deployed` is
    what a cluster runs of it, if one was queried; the values are Helm's own if no layer is a file. `shared` are other
    releases that use some of its layers; `as_found` are its layers as the run found them, if changes for those releases
    have already altered some. `read_by` lists for each file the releases that also read it and are not part of the run.
    `helmfile` is the helmfile that installs it, if any.
    """

    name: str
    layers: tuple[Source, ...]
    version: ReleaseChart = ReleaseChart()
    version_layer: int = 0
    release_name: str = ""
    namespace: str = ""
    root: str = ""
    evidence: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    unseen: tuple[Elsewhere, ...] = ()
    is_templated: bool = False
    item: str = ""
    is_patch: bool = False
    controller: str = ""
    typed: tuple[str, ...] = ()
    deployed: Deployed | None = None
    shared: tuple[Shared, ...] = ()
    as_found: tuple[Source, ...] = ()
    read_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    helmfile: Helmfile | None = None

    @property
    def is_altered(self) -> bool:
        """Whether changes for other releases have already altered its values."""
        return bool(self.as_found)

    @property
    def uppermost(self) -> Source:
        """The uppermost layer that is not from the command line."""
        return next(layer for layer in reversed(self.layers) if not layer.is_typed)

    @property
    def snapshot(self) -> files.Snapshot | None:
        """The file on disk; None for standard input and for values from a cluster."""
        return self.layers[0].snapshot

    @property
    def is_from_cluster(self) -> bool:
        """Whether its values come from Helm in a cluster and are in no file."""
        return self.deployed is not None and self.snapshot is None

    @property
    def items(self) -> tuple[str, ...]:
        """The objects (KIND/NAME) that have its values and its chart's version; empty for values files."""
        objects = [object_around(layer) for layer in self.layers if layer.route]
        names = [f"{each.get('kind')}/{as_map(each.get('metadata')).get('name')}" for each in objects]
        return tuple(dict.fromkeys([self.item, *names])) if self.item else ()

    @property
    def is_plain(self) -> bool:
        """Whether every layer is a whole values file."""
        return all(not layer.route for layer in self.layers)

    def with_streams(self, streams: Sequence[Stream]) -> "Bundle":
        """The same release in other versions of its layers' files."""
        layers = tuple(layer.with_stream(stream) for layer, stream in zip(self.layers, streams))
        text = self.version.text
        if self.version.route:
            layer = layers[self.version_layer]
            text = str(tree.get(layer.stream.documents[layer.document].data, self.version.route, text))
        return self._replace(layers=layers, version=self.version._replace(text=text))


def object_around(layer: Source) -> Map:
    """The object that contains a layer, itself in a List or not."""
    above = layer.route[:2] if layer.route[0] == "items" else ()
    return as_map(tree.get(layer.stream.documents[layer.document].data, above))


def open_version_reason(text: str, what: str = "chart version") -> str:
    """A clause saying why a version's text does not show what is installed; empty if it is an exact version."""
    if not text:
        return f"it names no {what}, so the newest is installed; pin one"
    if is_placeholder(text):
        return f"its {what} is filled in from elsewhere ({text}): move it there, in the same change"
    if is_range(text):
        return f"its {what} is a range ({text}): the chart may have moved already, pin it"
    return ""


def of_layers(layers: Sequence[Source]) -> Bundle:
    """Values files as a release, with nothing else known about it."""
    return Bundle(layers[0].name, tuple(layers))
