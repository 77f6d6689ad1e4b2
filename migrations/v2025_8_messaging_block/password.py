"""What happens to a Redis password in env entries: it moves to `messaging.redis`, or the entries stay."""

from collections.abc import Mapping
from typing import NamedTuple

from migrator.migration import Ask, Choice, Question
from migrator.prefect import env, messaging
from migrator.prefect.env import Entry
from migrator.prefect.names import REDIS_BLOCK
from migrator.prefect.questions import locations
from migrator.values import tree
from migrator.values.changes import Effect
from migrator.values.edits import Value
from migrator.values.merge import as_map
from migrator.values.release import Release

from .wiring import PASSWORD, movable_url, password_in

SECRET_KEY = "redis-password"
"""The key of a Secret that the chart reads by default."""


class PasswordMove(NamedTuple):
    """What to set in `messaging.redis`, whether the entries are removed, and with which effect.

    `overrides`: a password in `messaging.redis` is overridden, and removed as well. `is_open`: it waits for an answer.
    """

    values: Mapping[str, Value] = {}
    removes_entries: bool = False
    effect: Effect = "none"
    overrides: bool = False
    is_open: bool = False


def question(release: Release) -> Question:
    """Which of two passwords both pods get."""
    where = tree.show(release.root + REDIS_BLOCK)
    return Question(
        id="messaging-redis.password",
        text=f"{PASSWORD} in env differs from the password in {where}. The entry wins on the background pod, the "
        "chart's own on the server pod, and the chart sets one value for both: which one?",
        flag="--answer messaging-redis.password=messaging|env",
        choices=(
            Choice("messaging", f"both pods use {where}; the entries are removed"),
            Choice("env", f"both pods use the value of the entries, which moves to {where}"),
        ),
        locations=locations(release, (*REDIS_BLOCK, "password"), (*REDIS_BLOCK, "existingSecret"), names=(PASSWORD,)),
    )


def move(release: Release, ask: Ask, *, env_only: bool) -> PasswordMove:
    """What to do with the password."""
    result = _move(release, ask, env_only=env_only)
    found = [each[1] for pod in env.POD_LISTS if (each := env.winner(release, pod, PASSWORD)) is not None]
    if result.removes_entries and result.effect == "none" and any(map(env.is_optional, found)):
        return result._replace(effect="behaviour")  # with an optional reference, a pod started without the Secret
    return result


def _move(release: Release, ask: Ask, *, env_only: bool) -> PasswordMove:
    url = movable_url(release, env_only=env_only)
    if url:
        password = password_in(url)
        return PasswordMove({"password": password} if password else {}, removes_entries=True)
    found = {pod: env.winner(release, pod, PASSWORD) for pod in env.POD_LISTS}
    entries = [each[1] for each in found.values() if each is not None]
    if not entries:
        return PasswordMove()
    is_injected = messaging.injects_password(release)
    if is_injected and not env_only and found["background"] is None:
        return PasswordMove(removes_entries=True)  # on the server pod the chart's own comes last and wins
    if len({str(env.raw(entry)) for entry in entries}) > 1:
        return PasswordMove()
    values = _in_values(release, entries[0])
    if not is_injected:
        is_on_one_pod_only = len(entries) == 1 and not env_only
        return PasswordMove() if is_on_one_pod_only or not values else PasswordMove(values, removes_entries=True)
    if _injects_the_same(release, entries[0]):
        return PasswordMove(removes_entries=True)
    if not values:
        return PasswordMove()
    answer = ask(question(release))
    if answer == "messaging":
        return PasswordMove(removes_entries=True, effect="behaviour")
    if answer == "env":
        return PasswordMove(values, removes_entries=True, effect="behaviour", overrides="existingSecret" in values)
    return PasswordMove(is_open=True)


def _in_values(release: Release, entry: Entry) -> dict[str, Value]:
    """What to set in `messaging.redis` for the chart to inject the same; empty if that is impossible."""
    in_redis = messaging.redis_values(release)
    secret = env.secret_of(entry)
    if secret is not None:
        name, key = secret
        known = as_map(tree.get(release.after.prefect, REDIS_BLOCK))
        if "existingSecret" not in known or messaging.has_bundled(release):
            return {}  # the bundled Redis's own Secret takes precedence
        values: dict[str, Value] = {"existingSecret": name}
        if key != (in_redis.get("existingSecretPasswordKey") or SECRET_KEY):
            values["existingSecretPasswordKey"] = key
        return values
    if entry.is_plain and isinstance(entry.value, str) and entry.value and "$(" not in entry.value:
        return (
            {} if in_redis.get("existingSecret") and not messaging.has_bundled(release) else {"password": entry.value}
        )
    return {}


def _injects_the_same(release: Release, entry: Entry) -> bool:
    """Whether the chart injects exactly what the entry sets."""
    in_redis = messaging.redis_values(release)
    if messaging.has_bundled(release) and not in_redis.get("password"):
        return False
    if in_redis.get("existingSecret") and not messaging.has_bundled(release):
        key = in_redis.get("existingSecretPasswordKey") or SECRET_KEY
        return env.secret_of(entry) == (in_redis["existingSecret"], key)
    return entry.value_from is None and entry.value == in_redis.get("password")
