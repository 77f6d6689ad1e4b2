"""Writes a docket into a values file, and removes its entries from env lists."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import deployment, env, env_edits, redis_url, shapes
from migrator.prefect.docket import docket_entries, injected_docket
from migrator.prefect.messaging import Password, injects_password, with_placeholders
from migrator.prefect.names import DOCKET, MESSAGING_PASSWORD, MESSAGING_URL, REDIS_BLOCK
from migrator.values import tree
from migrator.values.changes import Change, Effect
from migrator.values.edits import LAST, Route, Value, after
from migrator.values.part import prefect_part
from migrator.values.release import Release

WHY_NOT_IN_ENV = "the chart now injects the docket, and an entry here would override it on the background pod"
PASSWORD: Route = (*REDIS_BLOCK, "password")
KEY = "docket-url"
"""The key of a Secret that the chart reads by default."""


def layer_of(release: Release) -> int:
    """The layer to write the docket into: the last that sets anything of the messaging Redis or the docket."""
    owners = release.owners_accepting(REDIS_BLOCK) + release.owners_accepting(DOCKET)
    return max(owners) if owners else release.default_layer()


def layer_to_keep(release: Release, url: str) -> int | None:
    """The layer for a valid URL that the values already have: a password in it is never written into another file.

    None if `messaging.docket.url` cannot take effect in any file that has the URL.
    """
    usual = layer_of(release)
    password = redis_url.parse_url(with_placeholders(release, url)).password
    if not password or redis_url.is_placeholder(password):
        return usual
    holders = {env_list.layer for env_list, entry in docket_entries(release) if entry.value == url}
    path = (*DOCKET, "url")
    owners = release.owners(path)
    holders |= {number for number in owners if release.in_layer(number, path) == url}
    if release.layers[usual].name in {release.layers[number].name for number in holders}:
        return usual
    return max((number for number in holders if number >= max(owners, default=0)), default=None)


def password_is_elsewhere(release: Release, password: Password) -> bool:
    """Whether the docket's file does not contain the password: that file may be committed to Git."""
    holders = {each for each in release.owners(PASSWORD) if release.in_layer(each, PASSWORD) not in (None, "")}
    for env_list in env.own_lists(release):
        if any(password.value in str(entry.value) for entry in env_list.named(MESSAGING_PASSWORD, MESSAGING_URL)):
            holders.add(env_list.layer)
    files = {release.layers[number].name for number in holders}
    return release.layers[layer_of(release)].name not in files


def can_use_reference(release: Release, password: Password) -> bool:
    """Whether `$(PREFECT_REDIS_MESSAGING_PASSWORD)` works: the chart injects this password, which needs no escaping."""
    from urllib.parse import quote  # on demand: it slows every start

    own = env.winner(release, "background", MESSAGING_PASSWORD)
    return own is None and injects_password(release) and quote(password.value, safe="") == password.value


def write_url(release: Release, url: str, why: str, effect: Effect, layer: int | None = None) -> Iterator[Change]:
    """Set `messaging.docket.url`, in the given layer or else the one that sets the messaging Redis."""
    yield from _write(release, {"url": url}, why, effect, layer)


def write_secret(release: Release, name: str, key: str, why: str, effect: Effect) -> Iterator[Change]:
    """Set the Secret's name, its key if it is not the chart's default, and clear a URL that the chart would refuse."""
    wanted = {"existingSecret": name}
    if key != KEY or injected_docket(release).key != key:
        wanted["existingSecretKey"] = key
    if release.flavour or injected_docket(release).url or shapes.names_preset(release):
        wanted = {"url": "", **wanted}
    yield from _write(release, wanted, why, effect)


def _write(
    release: Release, wanted: dict[str, str], why: str, effect: Effect, layer: int | None = None
) -> Iterator[Change]:
    """Set keys of `messaging.docket`; if it is in use, remove dockets from env lists."""
    layer = layer_of(release) if layer is None else layer
    part, current = prefect_part(release), release.in_layer(layer, DOCKET)
    whole: Value = dict(wanted)
    if current is tree.MISSING:
        place = after("redis") if release.in_layer(layer, REDIS_BLOCK) is not tree.MISSING else LAST
        (name, text), *more = wanted.items()
        path, value = (DOCKET, whole) if more else ((*DOCKET, name), text)
        yield part.add(path, value, why, effect, layer=layer, place=place)
    elif not isinstance(current, dict):
        yield part.set(DOCKET, whole, why, effect, layer=layer)
    else:
        for name, text in wanted.items():
            if current.get(name) != text:
                yield part.set((*DOCKET, name), text, why, effect, layer=layer)
    for env_list, entry in docket_entries(release) if deployment.is_separate(release) else ():
        yield from env_edits.remove(env_list, (entry,), WHY_NOT_IN_ENV, effect)
