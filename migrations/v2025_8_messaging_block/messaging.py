"""Step of the messaging block: moves the Redis settings in env entries to `backgroundServices.messaging`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.migration import Ask, Choice, Outcome, Question
from migrator.prefect import deployment, env, env_edits, redis_url, shapes
from migrator.prefect.docket import has_working_docket
from migrator.prefect.env import EnvList
from migrator.prefect.messaging import BROKER
from migrator.prefect.names import MESSAGING, REDIS_BLOCK
from migrator.prefect.questions import locations, redis_host
from migrator.values import tree
from migrator.values.changes import Change, Effect, Notice
from migrator.values.edits import LAST, AddKey, RemoveKey, Route, SetValue, Value, after
from migrator.values.merge import as_map
from migrator.values.release import Release

from .password import move
from .separate import counts_env_only, is_unread, is_wired_in_env_alone
from .wiring import (
    ALL_NAMES,
    NAMES,
    PASSWORD,
    PLAIN,
    REDIS,
    URL,
    Setting,
    in_values,
    movable_url,
    route_of,
    settings,
    stops_prefect,
)

WHY = "the chart configures both pods from here"
WHY_BEATEN = "existingSecret wins over it, as answered"
WHY_GONE = "moved to messaging: the chart sets it on both pods"


def differing(release: Release, setting: Setting) -> Question:
    """The question for a setting that differs between the pods, or that is a template."""
    shown = {
        pod: "unreadable here" if value is None else repr(value)
        for pod, value in (("server", setting.server), ("background", setting.background))
    }
    what = f"{NAMES[setting.key]} is {shown['server']} on the server pod and {shown['background']} on the background"
    if setting.existing:
        where = tree.show(route_of(setting.key))
        what = f"{where} is {setting.existing!r}, which nothing has read so far, while {what}"
    if setting.key == "host":
        return redis_host(
            setting.background or "",
            f"is ambiguous: {what} pod, and the chart sets one value for both",
            release,
        )
    of_pods = (setting.server, setting.background, setting.existing or None)
    readable = [value for value in dict.fromkeys(of_pods) if value is not None]
    several = len(readable) > 1
    return Question(
        id=f"messaging-redis.{setting.key}",
        text=f"{what} pod. The chart sets one value for both: which one?",
        flag=f"--answer messaging-redis.{setting.key}=VALUE",
        choices=tuple(Choice(value, f"both pods get {value}") for value in readable) if several else (),
        suggestion=readable[0] if readable and not several else None,
        facts=tuple(readable),
        locations=locations(release, route_of(setting.key), names=(NAMES[setting.key], URL)),
    )


def messaging(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Move all Redis settings from env entries to `messaging`, and remove the entries."""
    lists = env.own_lists(release)
    present = {entry.name for env_list in lists for entry in env_list.named(*ALL_NAMES)}
    if not deployment.is_separate(release) or not present:
        return
    shapes.refuse_unsupported_shapes(release)
    env_only = counts_env_only(release)
    if has_working_docket(release.start) and not is_wired_in_env_alone(release.start):
        # It was migrated before, so any difference was left on purpose; what does not differ is harmless.
        return
    found = [setting for setting in settings(release, env_only=env_only) if NAMES[setting.key] in present or env_only]
    url = movable_url(release, env_only=env_only)
    if URL in present and not url:
        # The URL overrides everything else on each pod, and the docket's step asks about it.
        return
    if url:
        found = settings(release, env_only=env_only)
    decided: dict[str, str] = {}
    effects: dict[str, Effect] = {}
    is_open = False
    for setting in found:
        is_incomplete = not env_only and not (setting.server and setting.background)
        if setting.agreed is None and is_incomplete and setting.key != "host":
            # Nothing is enabled here, so what cannot be read stays where it is; the docket's step asks about it.
            continue
        answer = setting.agreed if setting.agreed is not None else ask(differing(release, setting))
        is_open = is_open or answer is None
        if answer is not None:
            decided[setting.key] = answer
            effects[setting.key] = "required" if setting.agreed is not None else "behaviour"
    password = move(release, ask, env_only=env_only)
    is_open = is_open or password.is_open
    if is_open:
        return
    if decided.get("broker", in_values(release)["broker"]) != BROKER:
        yield from _another_broker(release, lists, decided, effects)
        return
    values = {key: decided[key] for key in decided if _is_to_be_written(release, key, decided[key])}
    is_new = "host" in values and not in_values(release)["host"] and not release.owners(route_of("db"))
    if is_new and NAMES["db"] in present and "db" in decided:
        # Keep the database that was set next to the host, even if it is the chart's default.
        values["db"] = decided["db"]
    yield from _write(release, values, password.values)
    if password.overrides:
        yield from _remove_password(release)
    if is_unread(release) and not url:
        yield from _about_unread(release, present)
    gone = [NAMES[key] for key in decided] + ([URL] if url else []) + ([PASSWORD] if password.removes_entries else [])
    for env_list in lists:
        for entry in env_list.named(*gone):
            key = next((each for each, name in NAMES.items() if name == entry.name), "")
            changes = effects.get(key) == "behaviour" or stops_prefect(entry)
            effect: Effect = "behaviour" if changes else "none"
            effect = {URL: "required", PASSWORD: password.effect}.get(entry.name, effect)
            yield from env_edits.remove(env_list, (entry,), WHY_GONE, effect)


def _another_broker(
    release: Release, lists: list[EnvList], decided: Mapping[str, str], effects: Mapping[str, Effect]
) -> Iterator[Change]:
    """Move all settings to `messaging`, and remove the entries of broker and cache only.

    With a broker other than Redis the chart sets nothing for Redis on the pods, so the Redis entries stay. It requires
    a host all the same (templates/_validation.tpl of prefect-server 2025.12.24192415 and 2026.4.21154022).
    """
    yield from _write(
        release, {key: decided[key] for key in decided if _is_to_be_written(release, key, decided[key])}, {}
    )
    for env_list in lists:
        for key in [each for each in ("broker", "cache") if each in decided]:
            for entry in env_list.named(NAMES[key]):
                changes = effects.get(key) == "behaviour" or stops_prefect(entry)
                yield from env_edits.remove(env_list, (entry,), WHY_GONE, "behaviour" if changes else "none")


def _is_to_be_written(release: Release, key: str, value: str) -> bool:
    """Whether `messaging` does not set this already, on any flavour."""
    if in_values(release)[key] != value:
        return True
    # A null removes the chart's own value, and the pods get an empty string.
    is_null = tree.get(release.prefect, route_of(key)) is None
    return bool(value) and is_null if release.owners(route_of(key)) else value != PLAIN[key]


def _remove_password(release: Release) -> Iterator[Change]:
    """Remove a plain-text password, which the Secret overrides."""
    path = (*REDIS_BLOCK, "password")
    for layer in release.owners(path):
        route = release.root + path
        before = tree.get(release.layers[layer].data, route)
        yield Change(layer, RemoveKey(route), tree.show(route), before, None, WHY_BEATEN, "behaviour")


def _about_unread(release: Release, present: set[str]) -> Iterator[Notice]:
    """Report values of `messaging` that had no effect, have no env entry, and now take effect."""
    values = in_values(release)
    for key in ("port", "db", "ssl", "username"):
        path = route_of(key)
        if NAMES[key] not in present and release.owners(path) and values[key] != PLAIN[key]:
            yield Notice(
                f"{tree.show(release.root + path)} ({values[key]}) had no effect so far, since the background "
                "services were not separate, and no env entry sets it: Prefect used its default "
                f"({PLAIN[key] or 'none'}). Both pods will now use it. Correct it before the upgrade if it is "
                "wrong.",
                "warning",
                *_place(release, path),
            )
    for key in ("password", "existingSecret") if PASSWORD not in present else ():
        path = (*REDIS_BLOCK, key)
        if tree.get(release.prefect, path):
            where = tree.show(release.root + path)
            yield Notice(
                f"{where} had no effect so far, since the background services were not separate; both pods will "
                "now log in to Redis with it. Remove it if that Redis needs no password.",
                "warning",
                *_place(release, path),
            )


def _place(release: Release, path: Route) -> tuple[int, Route]:
    owners = release.owners(path)
    return (owners[-1], release.root + path) if owners else (0, ())


def _write(release: Release, decided: dict[str, str], password: Mapping[str, Value]) -> Iterator[Change]:
    block: dict[str, Value] = {key: _spelled(key, decided[key]) for key in REDIS if key in decided}
    holder = _holder_of_password(release)
    if "password" in password and release.layers[holder].name != release.layers[_home_of_messaging(release)].name:
        # A plain-text password stays in the file that it is in.
        yield from _set(release, holder, (*REDIS_BLOCK, "password"), password["password"])
    else:
        block |= password
    beside: dict[str, Value] = {key: decided[key] for key in ("broker", "cache") if key in decided}
    layer = _home_of_messaging(release)
    current = release.in_layer(layer, MESSAGING)
    root = release.root
    if not isinstance(current, dict):
        if block or beside:
            whole: Value = {**beside, **({"redis": block} if block else {})}
            route = root + MESSAGING
            if current is tree.MISSING:
                part = as_map(tree.get(release.layers[layer].data, root + MESSAGING[:1]))
                place = after("runAsSeparateDeployment") if "runAsSeparateDeployment" in part else LAST
                yield Change(layer, AddKey(route, whole, place), tree.show(route), None, whole, WHY, "required")
            else:
                yield Change(layer, SetValue(route, whole), tree.show(route), None, whole, WHY, "required")
        return
    for key, value in beside.items():
        yield from _set(release, layer, route_of(key), value)
    if block and not isinstance(current.get("redis"), dict):
        yield from _set(release, layer, REDIS_BLOCK, block)
        return
    for key, value in block.items():
        yield from _set(release, layer, (*REDIS_BLOCK, key), value)


def _holder_of_password(release: Release) -> int:
    """The layer whose env entry sets the password; the home of `messaging` if none does."""
    for pod in env.POD_LISTS:
        found = env.winner(release, pod, PASSWORD, URL)
        if found is not None and found[0].layer != env.IN_DEFAULTS:
            return found[0].layer
    return _home_of_messaging(release)


def _set(release: Release, layer: int, path: Route, value: Value) -> Iterator[Change]:
    """The change that sets a key of `messaging`: in the last layer that has it, else in `layer`."""
    owners = release.owners(path)
    route = release.root + path
    if owners:
        before = tree.get(release.layers[owners[-1]].data, route)
        if not tree.same(before, value):
            yield Change(owners[-1], SetValue(route, value), tree.show(route), before, value, WHY, "required")
    else:
        yield Change(layer, AddKey(route, value), tree.show(route), None, value, WHY, "required")


def _home_of_messaging(release: Release) -> int:
    """The last layer that sets anything of messaging, else the last that has an env list, else the release's home."""
    owners = release.owners_accepting(REDIS_BLOCK) or release.owners_accepting(MESSAGING)
    owners = owners or [each for path in env.POD_LISTS.values() for each in release.owners_accepting(path)]
    return max(owners) if owners else release.default_layer()


def _spelled(key: str, value: str) -> Value:
    if key in ("port", "db") and redis_url.is_number(value):
        return int(value)
    return value == "true" if key == "ssl" else value
