"""Step of 4.14.0: removes the presets' eight service toggles; the API pods still run no services without them."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.presets import TOGGLED, TOGGLED_SERVICES
from migrator.migration import Ask, Choice, Outcome, Question
from migrator.prefect import deployment, env, env_edits, shapes
from migrator.prefect.env import Entry, EnvList
from migrator.prefect.names import DOCKET_NAME, UI_SERVE_BASE, WEBSERVER_ONLY
from migrator.prefect.questions import add_server_env
from migrator.prefect.toggles import LOGGER, is_needed, is_redundant, names_of, service_of, state, were_migrated
from migrator.values.changes import Location, Notice
from migrator.values.edits import FIRST, after
from migrator.values.release import Release

WHY_REDUNDANT = "redundant, since separate background services do this anyway"
WHY_LOGGER = "turns off the debugging event logger, which is off by default"
WHY_WEBSERVER_ONLY = "keeps the background services off the API pods; nothing else does with a custom server.args"

EVENT_LOGGER = Question(
    id="event-logger",
    text="The old presets turned on the event logger, which prints every Prefect event to the log of the "
    "background services. It is for debugging only, and off by default. Do you read that log?",
    flag="--event-logger",
    choices=(
        Choice("remove", "the toggle is removed and these log lines stop; nothing else depends on them"),
        Choice("keep", "the toggle stays, and so do the log lines"),
    ),
    default="remove",
)


def custom_toggle(pod: str, service: str, where: str, value: str, location: Location) -> Question:
    """The question about a toggle that is not from a preset."""
    run = "do not run" if service == LOGGER else "run"
    without = {
        "server": "the toggle is removed; the API pods run no background services either way",
        "background": f"the toggle is removed, and the background pods {run} the service unless global.prefect.env "
        "says otherwise",
    }
    return Question(
        id=f"custom-toggles.{pod}.{service}",
        group="custom-toggles",
        text=f"{where} is {value}. No preset has it like this, so somebody set it on purpose. Keep it?",
        flag="--custom-toggles",
        choices=(Choice("keep", "the toggle stays as it is"), Choice("remove", without[pod])),
        facts=(value,),
        locations=(location,),
    )


def toggles(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Remove the presets' eight toggles; any other toggle stays or is asked about."""
    shapes.refuse_unsupported_shapes(release)
    shapes.refuse_unknown_preset(release)
    if not deployment.is_separate(release):
        return
    if deployment.has_custom_args(release):
        yield from _webserver_only(release, ask)
    for pod, path in env.POD_LISTS.items():
        for env_list in env.lists_in_layers(release, path):
            for service in TOGGLED_SERVICES:
                if env_list.named(*names_of(service)):
                    yield from _toggle(release, ask, pod, service, env_list)
            others = [each for each in env_list.entries if service_of(each.name) not in ("", *TOGGLED_SERVICES)]
            yield from _stay(release, env_list, others, "no preset ever set it, so it is your own")
    shared = env.effective_global(release)
    of_both = [each for each in shared.entries if service_of(each.name)]
    yield from _stay(release, shared, of_both, "it applies to both pods, and no preset set it")
    unread = [source for pod in env.POD_LISTS for source in env.extra_sources(release, pod)]
    if unread:
        hold = "it has" if len(unread) == 1 else "any of them has"
        yield Notice(
            f"{' and '.join(unread)} cannot be read from here. Check whether {hold} service toggles, {DOCKET_NAME} "
            "or PREFECT_API_DATABASE_MIGRATE_ON_START."
        )


def _toggle(release: Release, ask: Ask, pod: str, service: str, env_list: EnvList) -> Iterator[Outcome]:
    entries = env_list.named(*names_of(service))
    name, value = entries[-1].name, env.quoted_value(entries[-1])
    where, location = env_edits.path_of(env_list, name), env_edits.location(release, env_list, entries[-1])
    if is_redundant(release, pod, service, env_list):
        yield from env_edits.remove(env_list, entries, WHY_REDUNDANT, "none")
    elif is_needed(release, pod, service, env_list) or were_migrated(release.start):
        return  # it was left before, or has to stay; a rule reports it
    elif _is_preset_logger(pod, service, env_list):
        if ask(EVENT_LOGGER._replace(locations=(location,))) == "remove":
            yield from env_edits.remove(env_list, entries, WHY_LOGGER, "behaviour")
    elif ask(custom_toggle(pod, service, where, value, location)) == "remove":
        yield from env_edits.remove(env_list, entries, "removed, as answered", "behaviour")


def _is_preset_logger(pod: str, service: str, env_list: EnvList) -> bool:
    """Whether the event logger's toggle is from a preset; without the others, a user turned it on."""
    if (pod, service) != ("background", LOGGER) or state(env_list.entries, LOGGER) is not True:
        return False
    return any(state(env_list.entries, other) is TOGGLED[pod] for other in TOGGLED_SERVICES if other != LOGGER)


def _stay(release: Release, env_list: EnvList, entries: list[Entry], reason: str) -> Iterator[Notice]:
    for entry in entries:
        yield env_edits.notice(release, env_list, entry, f"({env.quoted_value(entry)}) stays: {reason}.")


def _webserver_only(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Make sure that the API pods run no services, since nothing else says so once the toggles are gone."""
    shared = env.effective_global(release).last(WEBSERVER_ONLY)
    for env_list in env.lists_in_layers(release, env.SERVER):
        own, base = env_list.last(WEBSERVER_ONLY), env_list.last(UI_SERVE_BASE)
        entry = own or shared
        if entry is not None and deployment.is_certainly_set(entry):
            continue
        if own is not None:
            yield env_edits.set_value(release, env_list, own, "true", WHY_WEBSERVER_ONLY, "behaviour")
        else:
            place = after(base.position) if base else FIRST
            yield env_edits.insert(env_list, WEBSERVER_ONLY, "true", place, WHY_WEBSERVER_ONLY, "behaviour")
    if not env.is_in_layer(release, env.SERVER) and not deployment.webserver_only(release):
        place = after(UI_SERVE_BASE)
        yield from add_server_env(release, ask, WEBSERVER_ONLY, "true", place, WHY_WEBSERVER_ONLY, "behaviour")
