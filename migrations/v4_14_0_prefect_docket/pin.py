"""Step of 4.14.0: sets PREFECT_API_DATABASE_MIGRATE_ON_START "false" where the Infrahub bootstrap looks for it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import Ask, Choice, Outcome, Question
from migrator.prefect import deployment, env, env_edits
from migrator.prefect.env import Entry, EnvList
from migrator.prefect.names import INJECTED_PIN, PIN, REGISTER, WEBSERVER_ONLY
from migrator.prefect.questions import add_server_env
from migrator.prefect.toggles import were_migrated
from migrator.values.edits import LAST, Place, after, before
from migrator.values.release import Release

WHY = 'Infrahub sets up Prefect\'s database only if this is exactly "false"; the new chart no longer sets it'
WHY_EQUAL = "the new chart sets the same name to the same value"
WHY_ONCE = "Kubernetes must see each name only once"
WHY_WINS = 'it overrides the "false" before it, and Infrahub sets up Prefect\'s database only if this is "false"'


def injected_pin(release: Release, env_list: EnvList, entry: Entry) -> Question:
    """The question about a user's entry with the name that the chart now injects."""
    where, value = env_edits.path_of(env_list, INJECTED_PIN), env.quoted_value(entry)
    return Question(
        id="migrate-on-start",
        text=f'{where} is {value}, and the new chart sets the same name to "false", so the pods get it twice. '
        "Remove yours?",
        flag="--answer migrate-on-start=VALUE",
        choices=(
            Choice("remove", 'the chart\'s "false" applies on both pods, and Infrahub migrates the database'),
            Choice("keep", "yours wins on the background pod, the chart's on the server pod; both pods get it twice"),
        ),
        facts=(value,),
        locations=(env_edits.location(release, env_list, entry),),
    )


def pin(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Set PREFECT_API_DATABASE_MIGRATE_ON_START "false" in server.env, where Infrahub's bootstrap looks for it."""
    if not deployment.is_separate(release):
        return
    if deployment.has_infrahub_image(release):
        yield from _pin_in_server_env(release, ask)
    yield from _own_injected_pin(release, ask)


def _pin_in_server_env(release: Release, ask: Ask) -> Iterator[Outcome]:
    from_global = env.effective_global(release)
    if from_global.named(PIN):
        yield from _correct(release, from_global)
    for env_list in env.lists_in_layers(release, env.SERVER):
        if env_list.named(PIN):
            yield from _correct(release, env_list)
        elif not from_global.named(PIN):
            yield env_edits.insert(env_list, PIN, "false", _place_of_pin(env_list), WHY, "required")
    if not env.is_in_layer(release, env.SERVER) and env.winner(release, "server", PIN) is None:
        yield from add_server_env(release, ask, PIN, "false", LAST, WHY, "required")


def _correct(release: Release, env_list: EnvList) -> Iterator[Outcome]:
    """Set the first entry of this name to "false" and remove the others."""
    first, *others = env_list.named(PIN)
    if first.value != "false" or first.value_from is not None:
        yield env_edits.set_value(release, env_list, first, "false", WHY, "required")
    if others and (others[-1].value != "false" or others[-1].value_from is not None):
        yield from env_edits.remove(env_list, tuple(others), WHY_WINS, "required")  # the last of a name counts
    else:
        yield from env_edits.remove(env_list, tuple(others), WHY_ONCE, "none")


def _own_injected_pin(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Remove the user's entries with the name that the chart injects if they are equal; ask about those that differ.

    Vanilla Prefect has no bootstrap that relies on this name, so there is nothing to decide there.
    """
    shared = env.effective_global(release)
    shared_says = bool(shared.named(INJECTED_PIN)) and not _are_equal(shared.named(INJECTED_PIN)[-1:])
    for env_list, entries in _injected_pins(release):
        if _are_equal(entries):
            # On the background pod global.prefect.env would win over the chart's own.
            if not (shared_says and env_list.route == (*release.root, *env.BACKGROUND)):
                yield from env_edits.remove(env_list, entries, WHY_EQUAL, "none")
        elif not deployment.has_infrahub_image(release) or _was_left(release, ask):
            continue  # a rule reports it
        elif ask(injected_pin(release, env_list, entries[-1])) == "remove":
            shared_says = shared_says and env_list != shared
            yield from env_edits.remove(
                env_list, entries, 'removed, as answered; the chart sets it to "false"', "behaviour"
            )


def _injected_pins(release: Release) -> Iterator[tuple[EnvList, tuple[Entry, ...]]]:
    """The user's entries with the name that the chart injects, list by list, the shared ones first."""
    for env_list in (*env.global_lists(release), *env.pod_lists(release)):
        entries = env_list.named(INJECTED_PIN)
        if entries:
            yield env_list, entries


def _are_equal(entries: tuple[Entry, ...]) -> bool:
    """Whether all of them set what the chart injects."""
    return all(entry.is_plain and env.as_bool(entry.value) is False for entry in entries)


def _was_left(release: Release, ask: Ask) -> bool:
    """Whether the file was migrated before, and no new answer says what to do with such entries."""
    pinned = env.winner(release.start, "server", PIN)
    is_pinned = pinned is not None and pinned[1].value == "false"
    return ask.given("migrate-on-start") is None and is_pinned and were_migrated(release.start)


def _place_of_pin(env_list: EnvList) -> Place:
    webserver = env_list.last(WEBSERVER_ONLY)
    register = env_list.last(REGISTER)
    if webserver is not None:
        return after(webserver.position)
    return before(register.position) if register is not None else LAST
