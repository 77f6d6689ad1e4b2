"""Step of 4.14.0: the presets' eight service toggles go, and the API pods are sure to run no services without them."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import (
    FIRST,
    Ask,
    Change,
    Choice,
    Entry,
    EnvList,
    InsertItem,
    Notice,
    Outcome,
    Question,
    Release,
    SetValue,
    Value,
    after,
    env,
    prefect,
)

SERVICES = ("EVENT_LOGGER", "EVENT_PERSISTER", "TRIGGERS", "TASK_RUN_RECORDER")
PRESET = {"server": False, "background": True}
WEBSERVER_ONLY = prefect.WEBSERVER_ONLY

EVENT_LOGGER = Question(
    id="event-logger",
    text="The event logger prints every Prefect event to the background services' log. It is a debugging aid that is "
    "off unless a toggle turns it on, as the old preset did. Keep its toggle?",
    flag="--event-logger",
    choices=(
        Choice("remove", "the toggle goes and the event logger stops; nothing else depends on it"),
        Choice("keep", "the toggle stays and so do the log lines"),
    ),
    default="remove",
)


def custom_toggle(pod: str, service: str, where: str, value: str) -> Question:
    """The question about a toggle that the preset does not explain."""
    return Question(
        id=f"custom-toggles.{pod}.{service}",
        group="custom-toggles",
        text=f"{where} is {value}, which no preset sets. Is it deliberate?",
        flag="--custom-toggles",
        choices=(
            Choice("keep", "the toggle stays as it is"),
            Choice("remove", "the toggle goes, and the service runs where the chart runs it by default"),
        ),
    )


def toggles(release: Release, ask: Ask) -> Iterator[Outcome]:
    """The preset's eight toggles go; what is no preset pair is asked about or stays."""
    if not prefect.is_separate(release):
        yield from _single_deployment(release)
        return
    yield from _webserver_only(release)
    for pod, path in env.POD_LISTS.items():
        for listed in env.lists_in_layers(release, path):
            yield from _toggles_of_list(release, ask, pod, listed)
    for pod in env.POD_LISTS:
        for source in env.extra_sources(release, pod):
            yield Notice(f"{source} may hold toggles, a docket URL or PREFECT_*_MIGRATE_ON_START: look into it.")


def _toggles_of_list(release: Release, ask: Ask, pod: str, listed: EnvList) -> Iterator[Outcome]:
    settled = is_settled(release.start)
    for service in SERVICES:
        entries = listed.named(*_toggle_names(service))
        if not entries:
            continue
        where = prefect.path_of(listed, entries[-1].name)
        if _are_redundant(release, pod, service, entries):
            logger = service == "EVENT_LOGGER" and pod == "background"
            if logger and settled:
                text = f"{where} keeps the event logger on, as decided before."
                yield Notice(text, layer=listed.layer, route=listed.route_of(entries[0]))
            elif not logger or ask(EVENT_LOGGER) == "remove":
                why = (
                    "removes the debugging event logger, which is off by default"
                    if logger
                    else "repeats what separate background services do anyway"
                )
                yield from prefect.remove(listed, entries, why, "behaviour" if logger else "none")
        elif settled:
            text = f"{where} is kept: it differs from the presets."
            yield Notice(text, layer=listed.layer, route=listed.route_of(entries[0]))
        else:
            question = custom_toggle(pod, service, where, env.spelled(entries[-1]))
            if ask(question) == "remove":
                yield from prefect.remove(listed, entries, "removed as answered", "behaviour")
    others = [entry for entry in listed.entries if _is_toggle_of_another_service(entry.name)]
    for entry in others:
        text = f"{prefect.path_of(listed, entry.name)} stays: no preset ever set it, so it is yours."
        yield Notice(text, layer=listed.layer, route=listed.route_of(entry))


def _are_redundant(release: Release, pod: str, service: str, entries: tuple[Entry, ...]) -> bool:
    """Whether the pod behaves the same without these entries (for the event logger: whether they are the preset's)."""
    if any(not entry.is_plain or env.as_bool(entry.value) is not PRESET[pod] for entry in entries):
        return False
    below = env.effective_global(release).named(*_toggle_names(service))
    return pod == "server" or all(env.as_bool(entry.value) is True for entry in below)


def _webserver_only(release: Release) -> Iterator[Outcome]:
    """Make sure the API pods run no services, since nothing else will say so once the toggles are gone."""
    if not prefect.has_custom_args(release):
        return
    why = "keeps the background services off the API pods; a custom entry point has no other way to say so"
    wanted: Value = {"name": WEBSERVER_ONLY, "value": "true"}
    from_global = env.effective_global(release).last(WEBSERVER_ONLY)
    lists = env.lists_in_layers(release, env.SERVER)
    for listed in lists:
        entry = listed.last(WEBSERVER_ONLY) or from_global
        path = prefect.path_of(listed, WEBSERVER_ONLY)
        if entry is None:
            serve_base = listed.last("PREFECT_UI_SERVE_BASE")
            place = after(serve_base.position) if serve_base else FIRST
            yield Change(listed.layer, InsertItem(listed.route, wanted, place), path, None, "true", why, "behaviour")
        elif entry.value_from is not None:
            yield Notice(f"{path} comes from elsewhere: make sure it is not empty there.", "warning")
        elif entry.value in (None, "") and entry is not from_global:
            edit = SetValue((*listed.route, entry.position), wanted)
            yield Change(listed.layer, edit, path, entry.value, "true", why, "behaviour")
        elif str(entry.value).lower() in ("false", "0"):
            text = f"{path} is {env.spelled(entry)}, but any text that is not empty means on; it is left as it is."
            yield Notice(text, "warning", listed.layer, listed.route_of(entry))
    if not lists and env.winner(release, "server", WEBSERVER_ONLY) is None:
        yield prefect.own_server_env(release, wanted, after("PREFECT_UI_SERVE_BASE"), why, "behaviour")


def _single_deployment(release: Release) -> Iterator[Outcome]:
    yield Notice(
        "The background services run inside the API process (runAsSeparateDeployment is not true): "
        "a single process needs no shared docket, so nothing of this migration applies."
    )
    crowd = prefect.several_processes(release)
    if crowd:
        yield Notice(
            f"{crowd}, so several processes run the background services, each with a docket of its own. The chart "
            f"injects no docket here: only an entry {prefect.DOCKET_NAME} in server.env could make them share one.",
            "warning",
        )
    if prefect.webserver_only(release):
        yield Notice(
            f"{WEBSERVER_ONLY} is set and there is no background deployment: nothing runs the background services.",
            "warning",
        )


def is_settled(release: Release) -> bool:
    """Whether this migration was run on the release before, so that what still stands was kept on purpose."""
    return prefect.has_sound_docket(release) and not any(
        _are_redundant(release, pod, service, entries)
        for pod, path in env.POD_LISTS.items()
        for listed in env.lists_in_layers(release, path)
        for service in SERVICES
        if (entries := listed.named(*_toggle_names(service))) and (service, pod) != ("EVENT_LOGGER", "background")
    )


def _toggle_names(service: str) -> tuple[str, str]:
    return f"PREFECT_SERVER_SERVICES_{service}_ENABLED", f"PREFECT_API_SERVICES_{service}_ENABLED"


def _is_toggle_of_another_service(name: str) -> bool:
    prefixes = ("PREFECT_SERVER_SERVICES_", "PREFECT_API_SERVICES_")
    is_toggle = name.startswith(prefixes) and name.endswith("_ENABLED") and not name.endswith("_STREAM_OUT_ENABLED")
    return is_toggle and not any(name in _toggle_names(service) for service in SERVICES)
