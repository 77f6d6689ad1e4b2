"""Step of 4.14.0: the presets' eight service toggles go, and the API pods are sure to run no services without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.charts.presets import TOGGLED, TOGGLED_SERVICES
from migrator.migration import Ask, Choice, Outcome, Question
from migrator.prefect import deployment, env, env_edits, shapes
from migrator.prefect.docket import has_sound_docket
from migrator.prefect.env import Entry, EnvList
from migrator.prefect.names import DOCKET_NAME, WEBSERVER_ONLY
from migrator.prefect.questions import put_own_list
from migrator.values.changes import Change, Location, Notice
from migrator.values.edits import FIRST, InsertItem, Value, after
from migrator.values.release import Release

from .single import single_deployment

LOGGER = "EVENT_LOGGER"
_PREFIXES = ("PREFECT_SERVER_SERVICES_", "PREFECT_API_SERVICES_")
SERVE_BASE = "PREFECT_UI_SERVE_BASE"
WHY_REDUNDANT = "repeats what separate background services do anyway"
WHY_LOGGER = "turns the debugging event logger off, as it is without this toggle"
WHY_WEBSERVER_ONLY = "keeps the background services off the API pods; a custom server.args has no other way to say so"

EVENT_LOGGER = Question(
    id="event-logger",
    text="The old presets turned on the event logger, which prints every Prefect event to the log of the background "
    "services. It serves debugging only, and is off where no toggle turns it on. Do you read that log?",
    flag="--event-logger",
    choices=(
        Choice("remove", "the toggle goes and these log lines stop; nothing else depends on them"),
        Choice("keep", "the toggle stays, and so do the log lines"),
    ),
    default="remove",
)


def custom_toggle(pod: str, service: str, where: str, value: str, about: Location) -> Question:
    """The question about a toggle that the presets do not explain."""
    return Question(
        id=f"custom-toggles.{pod}.{service}",
        group="custom-toggles",
        text=f"{where} is {value}. No preset leaves the list so: somebody set it. Is it still meant to be so?",
        flag="--custom-toggles",
        choices=(
            Choice("keep", "the toggle stays as it is"),
            Choice("remove", _WITHOUT_ON_SERVER if pod == "server" else _without_on_background(service)),
        ),
        facts=(value,),
        about=(about,),
    )


_WITHOUT_ON_SERVER = "the toggle goes; the API pods run no background service, whatever it says"


def _without_on_background(service: str) -> str:
    run = "do not run" if service == LOGGER else "run"
    return f"the toggle goes, and the background pods {run} the service, unless global.prefect.env says otherwise"


def toggles(release: Release, ask: Ask) -> Iterator[Outcome]:
    """The presets' eight toggles go; a toggle that is no preset pair is asked about or stays."""
    shapes.refuse_odd_shapes(release)
    shapes.refuse_unknown_preset(release)
    if not deployment.is_separate(release):
        yield from single_deployment(release)
        return
    yield from _webserver_only(release, ask)
    for pod, path in env.POD_LISTS.items():
        for listed in env.lists_in_layers(release, path):
            yield from _toggles_of_list(release, ask, pod, listed)
    reason = "it holds for both pods, and no preset set it"
    yield from _toggles_that_stay(release, env.effective_global(release), set(), reason)
    for pod in env.POD_LISTS:
        for source in env.extra_sources(release, pod):
            yield Notice(
                f"{source} cannot be read from here. Look whether it holds service toggles, {DOCKET_NAME} "
                "or PREFECT_API_DATABASE_MIGRATE_ON_START."
            )


def _toggles_of_list(release: Release, ask: Ask, pod: str, listed: EnvList) -> Iterator[Outcome]:
    settled = is_settled(release.start)
    for service in TOGGLED_SERVICES:
        entries = listed.named(*_toggle_names(service))
        if not entries:
            continue
        where, value = env_edits.path_of(listed, entries[-1].name), env.spelled(entries[-1])
        route = env.route_at_start(release, listed, entries[-1].name)
        if _is_redundant(release, pod, service, listed):
            yield from env_edits.remove(listed, entries, WHY_REDUNDANT, "none")
        elif _is_needed(release, pod, service, listed):
            text = f"{where} stays: it holds against the same toggle in global.prefect.env, which says otherwise."
            yield Notice(text, "info", listed.layer, route)
        elif settled:
            yield Notice(
                f"{where} ({value}) stays, as it was left before.", "warning", listed.layer, route, "toggle-left"
            )
        elif _is_preset_logger(pod, service, listed):
            if ask(EVENT_LOGGER._replace(about=(Location(listed.layer, route),))) == "remove":
                yield from env_edits.remove(listed, entries, WHY_LOGGER, "behaviour")
        elif ask(custom_toggle(pod, service, where, value, Location(listed.layer, route))) == "remove":
            yield from env_edits.remove(listed, entries, "goes, as answered", "behaviour")
    preset_names = {name for service in TOGGLED_SERVICES for name in _toggle_names(service)}
    yield from _toggles_that_stay(release, listed, preset_names, "no preset ever set it, so it is yours")


def _is_redundant(release: Release, pod: str, service: str, listed: EnvList) -> bool:
    """Whether this list says what the preset's did, and the pod behaves the same without it.

    The API pods run no service anyway: WEBSERVER_ONLY or the chart's --no-services sees to that.
    """
    if _state(listed.entries, service) is not TOGGLED[pod]:
        return False
    return pod == "server" or _without(release, service) is TOGGLED[pod]


def _is_needed(release: Release, pod: str, service: str, listed: EnvList) -> bool:
    """Whether the list says what the preset's did, and global.prefect.env would say otherwise."""
    from_global = env.effective_global(release).named(*_toggle_names(service))
    return pod == "background" and bool(from_global) and _state(listed.entries, service) is TOGGLED[pod]


def _is_preset_logger(pod: str, service: str, listed: EnvList) -> bool:
    """Whether the event logger came with a preset; on its own, somebody turned it on."""
    if (pod, service) != ("background", LOGGER) or _state(listed.entries, LOGGER) is not True:
        return False
    return any(_state(listed.entries, other) is TOGGLED[pod] for other in TOGGLED_SERVICES if other != LOGGER)


def _without(release: Release, service: str) -> bool | None:
    """What the background pod would do without its own list: what both pods share, else Prefect's default."""
    shared = env.effective_global(release)
    if shared.named(*_toggle_names(service)):
        return _state(shared.entries, service)
    return service != LOGGER


def _state(entries: Iterable[Entry], service: str) -> bool | None:
    """What these entries make of a service; None where they say nothing, or nothing that can be read here.

    Of one name the last entry wins, and of the two spellings PREFECT_SERVER_ (prefect/settings/models/server/services).
    """
    for name in _toggle_names(service):
        found = [entry for entry in entries if entry.name == name]
        if found:
            return env.as_bool(found[-1].value) if found[-1].is_plain else None
    return None


def _webserver_only(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Make sure that the API pods run no services, since nothing else says so once the toggles are gone."""
    if not deployment.has_custom_args(release):
        return
    shared = env.effective_global(release).last(WEBSERVER_ONLY)
    for listed in env.lists_in_layers(release, env.SERVER):
        yield from _webserver_only_in(release, listed, shared)
    if not env.stands_in_layer(release, env.SERVER) and not deployment.webserver_only(release):
        entry, place = _webserver_entry(), after(SERVE_BASE)
        yield from put_own_list(
            release,
            ask,
            env.SERVER,
            lambda: env_edits.own_server_env(release, entry, place, WHY_WEBSERVER_ONLY, "behaviour"),
            f'{WEBSERVER_ONLY} "true"',
            settled=has_sound_docket(release.start),
        )


def _webserver_only_in(release: Release, listed: EnvList, shared: Entry | None) -> Iterator[Outcome]:
    own = listed.last(WEBSERVER_ONLY)
    path = env_edits.path_of(listed, WEBSERVER_ONLY)
    entry = own or shared
    if entry is None or not deployment.is_surely_set(entry):
        if own is not None:
            edit = env_edits.set_env_value(release, listed, own, "true")
            yield Change(listed.layer, edit, path, env.raw(own), "true", WHY_WEBSERVER_ONLY, "behaviour")
        else:
            base = listed.last(SERVE_BASE)
            insert = InsertItem(listed.route, _webserver_entry(), after(base.position) if base else FIRST)
            yield Change(listed.layer, insert, path, None, "true", WHY_WEBSERVER_ONLY, "behaviour")
    elif env.as_bool(entry.value) is False:
        text = f"{path} is {env.spelled(entry)}, which still means on: Prefect reads any text but an empty one as true."
        route = env.route_at_start(release, listed, WEBSERVER_ONLY) if own else ()
        yield Notice(text, "warning", listed.layer, route, "webserver-only-false")


def _webserver_entry() -> Value:
    return {"name": WEBSERVER_ONLY, "value": "true"}


def is_settled(release: Release) -> bool:
    """Whether this migration was run on the release before, so that what still stands was kept on purpose."""
    return has_sound_docket(release) and not any(
        _is_redundant(release, pod, service, listed)
        for pod, path in env.POD_LISTS.items()
        for listed in env.lists_in_layers(release, path)
        for service in TOGGLED_SERVICES
    )


def _toggles_that_stay(release: Release, listed: EnvList, besides: set[str], reason: str) -> Iterator[Notice]:
    """A notice for each toggle of a service, those named in `besides` left out."""
    for entry in listed.entries:
        if _is_toggle(entry.name) and entry.name not in besides:
            text = f"{env_edits.path_of(listed, entry.name)} ({env.spelled(entry)}) stays: {reason}."
            yield Notice(text, "info", listed.layer, env.route_at_start(release, listed, entry.name))


def _is_toggle(name: str) -> bool:
    """Whether the name turns a whole service on or off; others of this prefix tune one."""
    return name.startswith(_PREFIXES) and name.endswith("_ENABLED") and not name.endswith("_STREAM_OUT_ENABLED")


def _toggle_names(service: str) -> tuple[str, str]:
    """Both spellings of a service's toggle, the one that wins first."""
    return f"PREFECT_SERVER_SERVICES_{service}_ENABLED", f"PREFECT_API_SERVICES_{service}_ENABLED"
