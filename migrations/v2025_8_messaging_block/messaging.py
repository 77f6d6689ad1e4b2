"""Step of the messaging block: what env entries say of Redis moves to `backgroundServices.messaging`."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import Ask, Choice, Outcome, Question
from migrator.prefect import deployment, env, env_edits, redis_url
from migrator.prefect.docket import has_sound_docket
from migrator.prefect.env import Entry
from migrator.prefect.messaging import BROKER
from migrator.prefect.names import MESSAGING
from migrator.prefect.questions import redis_host
from migrator.values import tree
from migrator.values.changes import Change, Effect, Notice
from migrator.values.edits import LAST, AddKey, Route, SetValue, Value, after
from migrator.values.merge import as_map
from migrator.values.release import Release

from .separate import counts_env_only
from .wiring import (
    ALL_NAMES,
    NAMES,
    PASSWORD,
    PLAIN,
    URL,
    Setting,
    in_values,
    movable_url,
    own_lists,
    password_in,
    route_of,
    settings,
)

REDIS_BLOCK = (*MESSAGING, "redis")
SECRET_KEY = "redis-password"
WHY = "the chart wires both pods from here"
WHY_GONE = "moved to messaging: the chart sets it on both pods"


def differing(setting: Setting) -> Question:
    """The question for a setting on which the pods do not agree, or that only a template knows."""
    shown = {
        pod: "not readable here" if value is None else repr(value)
        for pod, value in (("server", setting.server), ("background", setting.background))
    }
    what = f"{NAMES[setting.key]} is {shown['server']} on the server pod and {shown['background']} on the background"
    if setting.key == "host":
        return redis_host(
            setting.background or "",
            f"cannot be told: {what} pod, and the chart gives both the same",
        )
    readable = [value for value in dict.fromkeys((setting.server, setting.background)) if value is not None]
    several = len(readable) > 1
    return Question(
        id=f"messaging-redis.{setting.key}",
        text=f"{what} pod. The chart gives both pods the same: which is it to be?",
        flag=f"--answer messaging-redis.{setting.key}=VALUE",
        choices=tuple(Choice(value, f"both pods get {value}") for value in readable) if several else (),
        suggestion=readable[0] if readable and not several else None,
    )


def messaging(release: Release, ask: Ask) -> Iterator[Outcome]:
    """`messaging` says all that env entries said of Redis, and the entries go."""
    lists = own_lists(release)
    present = {entry.name for listed in lists for entry in listed.named(*ALL_NAMES)}
    if not deployment.is_separate(release) or not present:
        return
    if has_sound_docket(release.start):
        # It was migrated before, so what differs was left so; what does not is harmless.
        return
    env_only = counts_env_only(release)
    found = [setting for setting in settings(release, env_only=env_only) if NAMES[setting.key] in present or env_only]
    url = movable_url(release, env_only=env_only)
    if URL in present and not url:
        # It beats all the rest on each pod, and the docket's step asks about it.
        return
    if url:
        found = settings(release, env_only=env_only)
    decided: dict[str, str] = {}
    effects: dict[str, Effect] = {}
    is_open = False
    for setting in found:
        if setting.agreed is None and not env_only and not (setting.server and setting.background):
            # Nothing is turned on here, so what cannot be read stays where it is; the docket's step asks about it.
            continue
        answer = setting.agreed if setting.agreed is not None else ask(differing(setting))
        is_open = is_open or answer is None
        if answer is not None:
            decided[setting.key] = answer
            effects[setting.key] = "required" if setting.agreed is not None else "behaviour"
    if is_open or decided.get("broker", in_values(release)["broker"]) != BROKER:
        # Beside another broker the chart sets nothing of Redis, and entries are the only way to say it.
        return
    password, password_moves = _password(release, env_only=env_only)
    values = {key: decided[key] for key in decided if _is_to_be_written(release, key, decided[key])}
    yield from _write(release, values, password)
    if env_only and PASSWORD not in present and not url:
        yield from _about_password(release)
    gone = [NAMES[key] for key in decided] + ([URL] if url else []) + ([PASSWORD] if password_moves else [])
    for listed in lists:
        for entry in listed.named(*gone):
            key = next((each for each, name in NAMES.items() if name == entry.name), "")
            effect: Effect = "behaviour" if effects.get(key) == "behaviour" else "none"
            effect = "required" if entry.name == URL else effect
            yield from env_edits.remove(listed, (entry,), WHY_GONE, effect)


def _is_to_be_written(release: Release, key: str, value: str) -> bool:
    """Whether `messaging` does not say so already, on whatever flavour."""
    if in_values(release)[key] != value:
        return True
    return not release.owners(route_of(key)) and value != PLAIN[key]


def _password(release: Release, *, env_only: bool) -> tuple[dict[str, Value], bool]:
    """What `messaging.redis` is to say of the password, and whether its entries go."""
    url = movable_url(release, env_only=env_only)
    if url:
        password = password_in(url)
        return ({"password": password} if password else {}), True
    found = {pod: env.winner(release, pod, PASSWORD) for pod in env.POD_LISTS}
    entries = [each[1] for each in found.values() if each is not None]
    standing = as_map(tree.get(release.prefect, REDIS_BLOCK))
    if not entries or standing.get("password") or standing.get("existingSecret"):
        return {}, _is_repeated(entries, standing)
    is_on_one_pod_only = len(entries) == 1 and not env_only
    if is_on_one_pod_only or len({str(env.raw(entry)) for entry in entries}) > 1:
        return {}, False
    entry = entries[0]
    secret = as_map(as_map(entry.value_from).get("secretKeyRef"))
    if secret.get("name") and secret.get("key") and "existingSecret" in _known_to_chart(release):
        values: dict[str, Value] = {"existingSecret": str(secret["name"])}
        if secret["key"] != SECRET_KEY:
            values["existingSecretPasswordKey"] = str(secret["key"])
        return values, True
    if entry.is_plain and isinstance(entry.value, str) and entry.value and "$(" not in entry.value:
        return {"password": entry.value}, True
    return {}, False


def _about_password(release: Release) -> Iterator[Notice]:
    """A password beside the wiring that the pods did not log in with until now."""
    for key in ("password", "existingSecret"):
        path = (*REDIS_BLOCK, key)
        if tree.get(release.prefect, path):
            where = tree.show(release.root + path)
            yield Notice(
                f"{where} was not read until now, since nothing ran apart: from here on both pods log in to Redis with "
                "it. Take it out if that Redis asks for none.",
                "warning",
                *_place(release, path),
            )


def _place(release: Release, path: Route) -> tuple[int, Route]:
    owners = release.owners(path)
    return (owners[-1], release.root + path) if owners else (0, ())


def _is_repeated(entries: list[Entry], standing: dict[str, Value]) -> bool:
    """Whether each entry says what `messaging.redis` says anyway."""
    for entry in entries:
        secret = as_map(as_map(entry.value_from).get("secretKeyRef"))
        if standing.get("existingSecret"):
            key = standing.get("existingSecretPasswordKey") or SECRET_KEY
            if (secret.get("name"), secret.get("key")) != (standing["existingSecret"], key):
                return False
        elif entry.value_from is not None or entry.value != standing.get("password"):
            return False
    return bool(entries)


def _known_to_chart(release: Release) -> dict[str, Value]:
    return as_map(tree.get(release.after.prefect, REDIS_BLOCK))


def _write(release: Release, decided: dict[str, str], password: dict[str, Value]) -> Iterator[Change]:
    block: dict[str, Value] = {key: _spelled(key, decided[key]) for key in decided if key not in ("broker", "cache")}
    block |= password
    beside: dict[str, Value] = {key: decided[key] for key in ("broker", "cache") if key in decided}
    layer = _home_of_messaging(release)
    standing = release.in_layer(layer, MESSAGING)
    root = release.root
    if not isinstance(standing, dict):
        if block or beside:
            whole: Value = {**beside, **({"redis": block} if block else {})}
            route = root + MESSAGING
            if standing is tree.MISSING:
                part = as_map(tree.get(release.layers[layer].data, root + MESSAGING[:1]))
                place = after("runAsSeparateDeployment") if "runAsSeparateDeployment" in part else LAST
                yield Change(layer, AddKey(route, whole, place), tree.show(route), None, whole, WHY, "required")
            else:
                yield Change(layer, SetValue(route, whole), tree.show(route), None, whole, WHY, "required")
        return
    for key, value in beside.items():
        yield _set(release, layer, route_of(key), value)
    if block and not isinstance(standing.get("redis"), dict):
        yield _set(release, layer, REDIS_BLOCK, block)
        return
    for key, value in block.items():
        yield _set(release, layer, (*REDIS_BLOCK, key), value)


def _set(release: Release, layer: int, path: Route, value: Value) -> Change:
    """The change that sets a key of `messaging`: in the last layer that has it, else in `layer`."""
    owners = release.owners(path)
    route = release.root + path
    if owners:
        before = tree.get(release.layers[owners[-1]].data, route)
        return Change(owners[-1], SetValue(route, value), tree.show(route), before, value, WHY, "required")
    return Change(layer, AddKey(route, value), tree.show(route), None, value, WHY, "required")


def _home_of_messaging(release: Release) -> int:
    """The last layer that says anything of messaging, else the last that has an env list, else the release's home."""
    owners = release.takers(REDIS_BLOCK) or release.takers(MESSAGING)
    owners = owners or [each for path in env.POD_LISTS.values() for each in release.takers(path)]
    return max(owners) if owners else release.home()


def _spelled(key: str, value: str) -> Value:
    if key in ("port", "db") and redis_url.is_number(value):
        return int(value)
    return value == "true" if key == "ssl" else value
