"""Changes of env entries, notices about them, and how such an entry is named in messages."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import env
from migrator.values import tree
from migrator.values.changes import Change, Effect, Location, Notice
from migrator.values.edits import AddKey, Edit, InsertItem, Place, RemoveItems, SetValue, Value
from migrator.values.release import Release


def path_of(env_list: env.EnvList, entry_name: str) -> str:
    """An env entry's path in messages, from the file's root: `prefect-server.server.env.PREFECT_UI_SERVE_BASE`."""
    return f"{tree.show(env_list.route)}.{entry_name}"


def remove(env_list: env.EnvList, entries: tuple[env.Entry, ...], why: str, effect: Effect) -> Iterator[Change]:
    """The changes that remove these entries from their list."""
    for entry in entries:
        edit = RemoveItems(env_list.route, (entry.position,))
        yield Change(env_list.layer, edit, path_of(env_list, entry.name), env.raw(entry), None, why, effect)


def insert(env_list: env.EnvList, name: str, value: str, place: Place, why: str, effect: Effect) -> Change:
    """The change that adds an entry to a list that has none of that name."""
    edit = InsertItem(env_list.route, {"name": name, "value": value}, place)
    return Change(env_list.layer, edit, path_of(env_list, name), None, value, why, effect)


def set_value(
    release: Release, env_list: env.EnvList, entry: env.Entry, value: str, why: str, effect: Effect
) -> Change:
    """The change that gives an env entry this value, replacing another value or its `valueFrom`."""
    route = env_list.route_of(entry)
    edit: Edit = SetValue(route, {"name": entry.name, "value": value})
    if entry.value_from is None and tree.exists(release.layers[env_list.layer].data, (*route, "value")):
        edit = SetValue((*route, "value"), value)
    return Change(env_list.layer, edit, path_of(env_list, entry.name), env.raw(entry), value, why, effect)


def location(release: Release, env_list: env.EnvList, entry: env.Entry) -> Location:
    """Where the list's entry is in the file as it was read."""
    return Location(env_list.layer, release.at_start(env_list.layer, env_list.route_of(entry)))


def notice(release: Release, env_list: env.EnvList, entry: env.Entry, text: str) -> Notice:
    """A notice about the entry: its path, followed by `text`."""
    return Notice(f"{path_of(env_list, entry.name)} {text}", "info", *location(release, env_list, entry))


def new_server_env(release: Release, name: str, value: str, place: Place, why: str, effect: Effect) -> Change:
    """The change that adds `server.env` to a file: the chart's list, which it replaces, plus this entry.

    The entry comes after the one named `place.sibling`, or last if there is none. Where a null in the file had removed
    the chart's list, the new one holds only this entry.
    """
    entry: Value = {"name": name, "value": value}
    path = (*release.root, *env.SERVER)
    owners = release.owners(env.SERVER)
    if owners:
        return Change(owners[-1], SetValue(path, [entry]), tree.show(path), None, [entry], why, effect)
    default = tree.get(release.prefect, env.SERVER)
    wanted = list(default) if isinstance(default, list) else []
    names = [item.get("name") if isinstance(item, dict) else None for item in wanted]
    wanted.insert(names.index(str(place.sibling)) + 1 if place.sibling in names else len(wanted), entry)
    text = f"{why}; the list begins with the chart's own entries, which it replaces"
    return Change(release.default_layer(), AddKey(path, wanted), tree.show(path), None, wanted, text, effect)
