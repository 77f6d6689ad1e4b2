"""Where a release still looks for the Infrahub cache at the presets' example host.

The Infrahub code of every pod reads INFRAHUB_CACHE_ADDRESS or, in newer versions, INFRAHUB_CACHE_URL. The enterprise
chart's own `server.args` overwrite the address with messaging's host, so the entry is not read there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrator.charts import infrahub
from migrator.charts.presets import EXAMPLE_HOST
from migrator.prefect import deployment, env, env_edits
from migrator.prefect.messaging import sets_cache_address
from migrator.prefect.names import CACHE_ADDRESS, CACHE_URL
from migrator.values.changes import Location
from migrator.values.merge import as_map, as_text
from migrator.values.release import Release

REMEDY = "Set it to the host of your own cache."
UNREAD_REMEDY = f"{REMEDY} Until then nothing breaks: server.args replaces it with messaging's host."
_NAMES = (CACHE_ADDRESS, CACHE_URL)


class ExampleHost(NamedTuple):
    """One place that still has the example host: what to say about it, how to fix it, and where it is."""

    text: str
    remedy: str
    place: Location


def example_hosts(release: Release) -> list[ExampleHost]:
    """The pods' entries that name the example, each once; an entry that any pod reads counts as read."""
    return list({each.place: each for each in (*_in_prefect(release), *_in_infrahub(release))}.values())


def _in_prefect(release: Release) -> Iterator[ExampleHost]:
    if release.prefect.get("enabled") is False:
        return
    for pod in ("server", "background") if deployment.is_separate(release) else ("server",):
        for name in _NAMES:
            found = env.winner(release, pod, name)
            if found is None or found[0].layer == env.IN_DEFAULTS or EXAMPLE_HOST not in str(found[1].value):
                continue
            env_list, entry = found
            is_unread = pod == "server" and name == CACHE_ADDRESS and sets_cache_address(release)
            remedy = UNREAD_REMEDY if is_unread else REMEDY
            text = f"{env_edits.path_of(env_list, name)} contains {EXAMPLE_HOST}"
            yield ExampleHost(text, remedy, Location(env_list.layer, env_list.route_of(entry)))


def _in_infrahub(release: Release) -> Iterator[ExampleHost]:
    part = infrahub.part_of(release)
    for place in (infrahub.SERVER, infrahub.WORKER) if part is not None else ():
        assert part is not None
        for name in _NAMES:
            path = (*place, "env", name)
            owners = part.owners(path)
            if owners and EXAMPLE_HOST in as_text(as_map(part.get((*place, "env"))).get(name)):
                yield ExampleHost(
                    f"{part.show(path)} contains {EXAMPLE_HOST}", REMEDY, Location(owners[-1], part.root + path)
                )
