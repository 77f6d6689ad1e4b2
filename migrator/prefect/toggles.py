"""Service toggles: env entries that turn a whole service of Prefect on or off, and what the presets made of them.

Source: prefect/settings/models/server/services of PrefectHQ/prefect (names, both spellings, defaults).
"""

from __future__ import annotations

from collections.abc import Iterable

from migrator.charts.presets import TOGGLED, TOGGLED_SERVICES
from migrator.prefect import env
from migrator.prefect.docket import has_sound_docket
from migrator.prefect.env import Entry, EnvList
from migrator.values.release import Release

LOGGER = "EVENT_LOGGER"

_PREFIXES = ("PREFECT_SERVER_SERVICES_", "PREFECT_API_SERVICES_")


def service_of(name: str) -> str:
    """The service whose toggle an env name is, `TRIGGERS` for example; empty where it is none, or tunes one."""
    for prefix in _PREFIXES:
        if name.startswith(prefix) and name.endswith("_ENABLED") and not name.endswith("_STREAM_OUT_ENABLED"):
            return name[len(prefix) : -len("_ENABLED")]
    return ""


def is_on_by_default(service: str) -> bool:
    """Whether a service runs where nobody says anything: all do but the debugging event logger."""
    return service != LOGGER


def names_of(service: str) -> tuple[str, ...]:
    """Both spellings of a service's toggle, the one that wins first."""
    return tuple(f"{prefix}{service}_ENABLED" for prefix in _PREFIXES)


def state(entries: Iterable[Entry], service: str) -> bool | None:
    """What these entries make of a service; None where they say nothing, or nothing that can be read here.

    Of one name the last entry wins, and of the two spellings PREFECT_SERVER_.
    """
    for name in names_of(service):
        found = [entry for entry in entries if entry.name == name]
        if found:
            return env.as_bool(found[-1].value) if found[-1].is_plain else None
    return None


def is_redundant(release: Release, pod: str, service: str, listed: EnvList) -> bool:
    """Whether this list says what the preset's did, and the pod behaves the same without it.

    The API pods run no service anyway: WEBSERVER_ONLY or the chart's --no-services sees to that.
    """
    if state(listed.entries, service) is not TOGGLED[pod]:
        return False
    shared = env.effective_global(release)
    without = state(shared.entries, service) if shared.named(*names_of(service)) else is_on_by_default(service)
    return pod == "server" or without is TOGGLED[pod]


def is_needed(release: Release, pod: str, service: str, listed: EnvList) -> bool:
    """Whether the list says what the preset's did, and global.prefect.env would say otherwise."""
    from_global = env.effective_global(release).named(*names_of(service))
    return pod == "background" and bool(from_global) and state(listed.entries, service) is TOGGLED[pod]


def were_settled(release: Release) -> bool:
    """Whether 4.14.0 was migrated to before, so that a toggle that still stands was kept on purpose."""
    return has_sound_docket(release) and not any(
        is_redundant(release, pod, service, listed)
        for pod, path in env.POD_LISTS.items()
        for listed in env.lists_in_layers(release, path)
        for service in TOGGLED_SERVICES
    )
