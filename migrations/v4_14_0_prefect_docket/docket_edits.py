"""How a docket is written into a values file, and how its entries in env lists go."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import env_edits, redis_url, shapes
from migrator.prefect.docket import docket_entries, standing_docket
from migrator.prefect.messaging import filled_in
from migrator.prefect.names import DOCKET, REDIS_BLOCK
from migrator.values import tree
from migrator.values.changes import Change, Effect
from migrator.values.edits import LAST, AddKey, SetValue, Value, after
from migrator.values.release import Release

KEY = "docket-url"
"""The key of a Secret that the chart reads unless told otherwise."""


def layer_of(release: Release) -> int:
    """The layer that the docket is written into: the last that says anything of the messaging Redis or the docket."""
    owners = release.owners_accepting(REDIS_BLOCK) + release.owners_accepting(DOCKET)
    return max(owners) if owners else release.home()


def layer_to_keep(release: Release, url: str) -> int | None:
    """The layer for a sound URL that the values hold already: a password in it never goes into another file.

    None where no file that holds it has the last word on `messaging.docket.url`.
    """
    usual = layer_of(release)
    password = redis_url.parse_url(filled_in(release, url)).password
    if not password or redis_url.is_placeholder(password):
        return usual
    holders = {listed.layer for listed, entry in docket_entries(release) if entry.value == url}
    path = (*DOCKET, "url")
    owners = release.owners(path)
    holders |= {number for number in owners if release.in_layer(number, path) == url}
    if release.layers[usual].name in {release.layers[number].name for number in holders}:
        return usual
    return max((number for number in holders if number >= max(owners, default=0)), default=None)


def write_url(release: Release, url: str, why: str, effect: Effect, layer: int | None = None) -> Iterator[Change]:
    """`messaging.docket.url` is that URL, in that layer or the one that speaks of the messaging Redis."""
    yield from _write(release, {"url": url}, why, effect, layer)


def write_secret(release: Release, name: str, key: str, why: str, effect: Effect) -> Iterator[Change]:
    """The Secret's name, its key where it is another than the chart's, and no URL that the chart would refuse."""
    wanted = {"existingSecret": name}
    if key != KEY or standing_docket(release).key != key:
        wanted["existingSecretKey"] = key
    if release.flavour or standing_docket(release).url or shapes.names_preset(release):
        wanted = {"url": "", **wanted}
    yield from _write(release, wanted, why, effect)


def drop_from_env(release: Release, effect: Effect = "required") -> Iterator[Change]:
    """No env list names a docket any more."""
    for listed, entry in docket_entries(release):
        why = "the chart injects the docket now, and an entry here would win over it on the background pod"
        yield from env_edits.remove(listed, (entry,), why, effect)


def _write(
    release: Release, wanted: dict[str, str], why: str, effect: Effect, layer: int | None = None
) -> Iterator[Change]:
    """Set keys of `messaging.docket`."""
    layer = layer_of(release) if layer is None else layer
    route = release.root + DOCKET
    shown = tree.show(route)
    standing = release.in_layer(layer, DOCKET)
    value: Value = dict(wanted)
    if standing is tree.MISSING:
        beside = release.in_layer(layer, REDIS_BLOCK) is not tree.MISSING
        edit = AddKey(route, value, after("redis") if beside else LAST)
        if len(wanted) == 1:
            name, text = next(iter(wanted.items()))
            yield Change(layer, edit, f"{shown}.{name}", None, text, why, effect)
        else:
            yield Change(layer, edit, shown, None, value, why, effect)
    elif not isinstance(standing, dict):
        before = standing if isinstance(standing, (str, int, float, list)) else None
        yield Change(layer, SetValue(route, value), shown, before, value, why, effect)
    else:
        for name, text in wanted.items():
            path = tree.show((*route, name))
            if name not in standing:
                yield Change(layer, AddKey((*route, name), text), path, None, text, why, effect)
            elif standing[name] != text:
                yield Change(layer, SetValue((*route, name), text), path, standing[name], text, why, effect)
