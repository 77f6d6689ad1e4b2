"""What a rule is, and what it looks at: a release's values as the target chart would read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from migrator.prefect import deployment, env
from migrator.prefect.env import Entry, EnvList
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.release import Release

PODS = {"server": "the server pod", "background": "the background pod"}


class Breach(NamedTuple):
    """One place where a rule is broken: what is wrong, the layer (-1: the chart's own values) and the route there.

    `about` is what stays the same when a migration moves it or makes it less (empty: `text`). `remedy` mends just this
    one (empty: the rule's own does).
    """

    text: str
    layer: int
    route: Route
    about: str = ""
    remedy: str = ""

    @property
    def in_file(self) -> bool:
        """Whether it stands in a layer, rather than in the chart's own values."""
        return self.layer >= 0


class Rule(NamedTuple):
    """What must hold on the target version: `title` says it, `remedy` how to mend a breach.

    An "error" is something that Helm, Kubernetes or Prefect refuses, or that goes wrong at run time; a "warning" is
    something that works and is likely not meant. `part` is whose values it looks at: a release that runs no Prefect is
    held to the rules of Infrahub only.
    """

    id: str
    severity: Literal["error", "warning"]
    title: str
    remedy: str
    breaches: Callable[[Release], Iterator[Breach]]
    part: Literal["prefect", "infrahub"] = "prefect"


def at(release: Release, path: Route, text: str) -> Breach:
    """A breach at `path` below the Prefect root, in the last layer that has it, or else its nearest parent.

    What the chart itself says there stands in no layer.
    """
    value = tree.get(release.prefect, path)
    if not release.owners(path) and value is not None and value != "" and not isinstance(value, (dict, list)):
        return Breach(text, env.IN_DEFAULTS, release.root + path)
    for depth in range(len(path), -1, -1):
        owners = release.owners(path[:depth])
        if owners:
            return Breach(text, owners[-1], release.root + path[:depth])
    return Breach(text, release.home(), release.root)


def at_entry(listed: EnvList, entry: Entry, text: str) -> Breach:
    """A breach at an env entry, be it in a layer or in the chart's own list."""
    return Breach(text, listed.layer, listed.route_of(entry))


def named(release: Release, path: Route) -> str:
    """A path below the Prefect root, for a sentence."""
    return tree.show(release.root + path)


def all_lists(release: Release) -> list[tuple[str, EnvList]]:
    """The env lists that the pods get, each once, with its pod ("server", "background", or "" for both)."""
    found = [("", env.effective_global(release)), ("server", env.effective(release, env.SERVER))]
    if deployment.is_separate(release):
        found.append(("background", env.effective(release, env.BACKGROUND)))
    return found


def pods(release: Release) -> list[str]:
    """The pods that the release has."""
    return ["server", "background"] if deployment.is_separate(release) else ["server"]
