"""What a rule is and what it checks: a release's values as the target chart would read them."""

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
    """One place that breaks a rule: what is wrong, the layer (-1: the chart's own values) and the route in it.

    `about` is what stays the same when a migration moves or reduces the breach (empty: `text`). `remedy` fixes this one
    (empty: the rule's remedy does).
    """

    text: str
    layer: int
    route: Route
    about: str = ""
    remedy: str = ""

    @property
    def in_file(self) -> bool:
        """Whether it is in a layer rather than in the chart's own values."""
        return self.layer >= 0


class Rule(NamedTuple):
    """What must hold on the target version: `title` says it, `remedy` says how to fix a breach.

    An "error" is something that Helm, Kubernetes or Prefect refuses, or that fails at run time; a "warning" works but
    is probably not intended. `part` is whose values it checks: for a release that runs no Prefect, only Infrahub's
    rules apply.
    """

    id: str
    severity: Literal["error", "warning"]
    title: str
    remedy: str
    breaches: Callable[[Release], Iterator[Breach]]
    part: Literal["prefect", "infrahub"] = "prefect"


def at(release: Release, path: Route, text: str) -> Breach:
    """A breach at `path` below the Prefect root, in the last layer that has it, or else its nearest parent.

    A value that the chart itself sets there is in no layer.
    """
    value = tree.get(release.prefect, path)
    if not release.owners(path) and value is not None and value != "" and not isinstance(value, (dict, list)):
        return Breach(text, env.IN_DEFAULTS, release.root + path)
    for depth in range(len(path), -1, -1):
        owners = release.owners(path[:depth])
        if owners:
            return Breach(text, owners[-1], release.root + path[:depth])
    return Breach(text, release.default_layer(), release.root)


def at_entry(env_list: EnvList, entry: Entry, text: str) -> Breach:
    """A breach at an env entry, in a layer or in the chart's own list."""
    return Breach(text, env_list.layer, env_list.route_of(entry))


def full_path(release: Release, path: Route) -> str:
    """A path below the Prefect root, for a sentence."""
    return tree.show(release.root + path)


def all_lists(release: Release) -> list[tuple[str, EnvList]]:
    """The pods' env lists, each once, with its pod ("server", "background", or "" for both)."""
    found = [("", env.effective_global(release)), ("server", env.effective(release, env.SERVER))]
    if deployment.is_separate(release):
        found.append(("background", env.effective(release, env.BACKGROUND)))
    return found


def pods(release: Release) -> list[str]:
    """The pods that the release has."""
    return ["server", "background"] if deployment.is_separate(release) else ["server"]
