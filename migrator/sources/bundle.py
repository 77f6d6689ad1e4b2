"""One release as it is handed on: its layers, what the object around them says, and what cannot be seen."""

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


class ChartVersion(NamedTuple):
    """What an object says of its chart: the chart's name, and the text at `route` that says which version.

    `unmovable` says why it is not moved with the values (empty: it is). Where the text stands in a file of its own,
    or in an object of its own, `elsewhere` is that place for people, `then` what moving it there takes besides, and
    `key` the key of the values that the chart gets. `refused` is why values are not migrated without it, although it
    stands here. `runs`: it is what a cluster runs, by Helm's word; nothing holds it that could be moved.
    """

    chart: str = ""
    text: str = ""
    route: Route = ()
    unmovable: str = ""
    key: str = ""
    elsewhere: str = ""
    then: str = ""
    refused: RefusedError | None = None
    runs: bool = False

    @property
    def version(self) -> versions.ChartVersion | None:
        """The version, where the text is one; None for a range, a reference, or nothing."""
        if not self.text or self.unmovable:
            return None
        try:
            return versions.parse(self.text)
        except UsageError:
            return None


def chart_named(name: str, text: str, route: Route) -> ChartVersion:
    """What an object says of its chart: a name, which may be an address, and at `route` the version."""
    return ChartVersion(chart_name(name), text, route if text else (), left_open(text))


def chart_name(text: str) -> str:
    """The chart in a reference to it: a name, one behind that of a repository, or an address."""
    return text.rstrip("/").rpartition("/")[2]


class Elsewhere(NamedTuple):
    """Values that lie below an object's own: what people call them, and where they stand as far as it says.

    That is a file, as the object writes its path, or an `item` (KIND/NAME) of the cluster.
    """

    called: str
    file: str = ""
    item: str = ""


class Shared(NamedTuple):
    """Another release that takes some of a release's values: its file, and why none is migrated without the other."""

    file: str
    error: RefusedError


class Deployed(NamedTuple):
    """A release as a cluster runs it: the revision that is deployed, and which chart that is, the version as text.

    `newest` is the last revision, which may have failed, and `status` its status. `options` are what leads helm to the
    cluster (`--kube-context`, `--kubeconfig`), as they were typed. `managed_by` is the object by which a controller
    installs it (empty: nothing tells of one).
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
    def called(self) -> str:
        """What it is called where releases are told apart."""
        return f"{self.namespace}/{self.name}"

    @property
    def words(self) -> tuple[str, ...]:
        """What names it behind a command of helm's, options first."""
        return (self.name, "--namespace", self.namespace, *self.options)


class Bundle(NamedTuple):
    """A release: `layers` in Helm's order, lowest first, and what stands around them.

    `home` is the number of the layer whose file and document hold `version`. `unseen` names the values that lie below
    all layers and stand elsewhere. `fills_in` is whether a generator puts values in place of `{{...}}` first.
    `item` (KIND/NAME) is the object that holds it, with `is_patch` only what Kustomize lays over another of that name.
    `controller` is who upgrades the release once the file is committed, as a sentence begins (empty: a person, with
    helm). `typed` are the options of the command line that make its uppermost layer, as they were typed. `deployed` is
    what a cluster runs of it, where one was asked; the values are those that Helm holds if no layer is a file. `shared`
    are the other releases that take some of its layers; `as_found` are its layers as the run found them,
    where what these needed has changed some already. `read_by` says of its files by which releases they are read as
    well that the run leaves out. `helmfile` is the helmfile that installs it, where there is one.
    """

    name: str
    layers: tuple[Source, ...]
    version: ChartVersion = ChartVersion()
    home: int = 0
    release_name: str = ""
    namespace: str = ""
    root: str = ""
    evidence: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    unseen: tuple[Elsewhere, ...] = ()
    fills_in: bool = False
    item: str = ""
    is_patch: bool = False
    controller: str = ""
    typed: tuple[str, ...] = ()
    deployed: Deployed | None = None
    shared: tuple[Shared, ...] = ()
    as_found: tuple[Source, ...] = ()
    read_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    helmfile: str = ""

    @property
    def moves_along(self) -> bool:
        """Whether what other releases needed has changed its values already."""
        return bool(self.as_found)

    @property
    def snapshot(self) -> files.Snapshot | None:
        """The file on disk; None for standard input, and for values that a cluster holds."""
        return self.layers[0].snapshot

    @property
    def is_of_cluster(self) -> bool:
        """Whether its values are those that Helm holds in a cluster, and stand in no file."""
        return self.deployed is not None and self.snapshot is None

    @property
    def items(self) -> tuple[str, ...]:
        """The objects (KIND/NAME) that hold its values and its chart's version; none for values files."""
        objects = [object_around(layer) for layer in self.layers if layer.route]
        names = [f"{each.get('kind')}/{as_map(each.get('metadata')).get('name')}" for each in objects]
        return tuple(dict.fromkeys([self.item, *names])) if self.item else ()

    @property
    def is_plain(self) -> bool:
        """Whether every layer is a values file as Helm takes it."""
        return all(not layer.route for layer in self.layers)

    def on(self, streams: Sequence[Stream]) -> "Bundle":
        """The same release in other texts of its layers' files."""
        layers = tuple(layer.on(stream) for layer, stream in zip(self.layers, streams))
        text = self.version.text
        if self.version.route:
            layer = layers[self.home]
            text = str(tree.get(layer.stream.documents[layer.document].data, self.version.route, text))
        return self._replace(layers=layers, version=self.version._replace(text=text))


def object_around(layer: Source) -> Map:
    """The object that a layer stands in, in a List or by itself."""
    above = layer.route[:2] if layer.route[0] == "items" else ()
    return as_map(tree.get(layer.stream.documents[layer.document].data, above))


def left_open(text: str, called: str = "chart version") -> str:
    """Why it cannot be told from a version's text what is installed, in a clause; empty where it is one version."""
    if not text:
        return f"it names no {called}, so the newest is installed; pin one"
    if is_placeholder(text):
        return f"its {called} is filled in from elsewhere ({text}): move it there, in the same change"
    if is_range(text):
        return f"its {called} is a range ({text}): the chart may have moved already, pin it"
    return ""


def of_layers(layers: Sequence[Source]) -> Bundle:
    """Values files as a release, with nothing known besides."""
    return Bundle(layers[0].name, tuple(layers))
