"""Service toggles: env entries that turn a whole Prefect service on or off, and how the presets used them.

Source: prefect/settings/models/server/services of PrefectHQ/prefect (names, both spellings, defaults).
"""

from __future__ import annotations

from collections.abc import Iterable

from migrator.charts.presets import TOGGLED, TOGGLED_SERVICES
from migrator.prefect import env
from migrator.prefect.docket import has_working_docket
from migrator.prefect.env import Entry, EnvList
from migrator.values.release import Release

LOGGER = "EVENT_LOGGER"

_PREFIXES = ("PREFECT_SERVER_SERVICES_", "PREFECT_API_SERVICES_")


def service_of(name: str) -> str:
    """The service that an env name toggles, for example `TRIGGERS`; empty if it toggles none or only tunes one."""
    for prefix in _PREFIXES:
        if name.startswith(prefix) and name.endswith("_ENABLED") and not name.endswith("_STREAM_OUT_ENABLED"):
            return name[len(prefix) : -len("_ENABLED")]
    return ""


def is_on_by_default(service: str) -> bool:
    """Whether a service runs by default: all do but the debugging event logger."""
    return service != LOGGER


def names_of(service: str) -> tuple[str, ...]:
    """Both spellings of a service's toggle, the one that wins first."""
    return tuple(f"{prefix}{service}_ENABLED" for prefix in _PREFIXES)


def state(entries: Iterable[Entry], service: str) -> bool | None:
    """Whether these entries turn a service on or off; None if they do not say so readably.

    The last entry of a name wins, and of the two spellings PREFECT_SERVER_ wins.
    """
    for name in names_of(service):
        found = [entry for entry in entries if entry.name == name]
        if found:
            return env.as_bool(found[-1].value) if found[-1].is_plain else None
    return None


def is_redundant(release: Release, pod: str, service: str, env_list: EnvList) -> bool:
    """Whether this list sets what the preset set, and the pod behaves the same without it.

    The API pods run no services anyway, because of WEBSERVER_ONLY or the chart's --no-services.
    """
    if state(env_list.entries, service) is not TOGGLED[pod]:
        return False
    shared = env.effective_global(release)
    without = state(shared.entries, service) if shared.named(*names_of(service)) else is_on_by_default(service)
    return pod == "server" or without is TOGGLED[pod]


def is_needed(release: Release, pod: str, service: str, env_list: EnvList) -> bool:
    """Whether the list sets what the preset set, and global.prefect.env would override it if it were gone."""
    from_global = env.effective_global(release).named(*names_of(service))
    return pod == "background" and bool(from_global) and state(env_list.entries, service) is TOGGLED[pod]


def were_migrated(release: Release) -> bool:
    """Whether 4.14.0 was migrated to before, so that any toggle left was kept on purpose."""
    return has_working_docket(release) and not any(
        is_redundant(release, pod, service, env_list)
        for pod, path in env.POD_LISTS.items()
        for env_list in env.lists_in_layers(release, path)
        for service in TOGGLED_SERVICES
    )
