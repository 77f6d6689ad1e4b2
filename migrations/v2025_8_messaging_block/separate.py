"""Step of the messaging block: the background services become a separate deployment where that was intended."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.presets import TOGGLED, TOGGLED_SERVICES
from migrator.migration import Ask, Choice, Outcome, Question
from migrator.prefect import deployment, env, env_edits, messaging, shapes
from migrator.prefect.names import REGISTER, SEPARATE, WEBSERVER_ONLY
from migrator.prefect.questions import locations
from migrator.values import tree
from migrator.values.changes import Change, Effect
from migrator.values.edits import LAST, AddKey, Place, after, before
from migrator.values.release import Release

from .wiring import NAMES, URL, in_values, sets_address, settings, url_of

WHY = (
    "without it, or a preset that sets it, the chart starts no background deployment, and the API pods run no "
    "services either"
)
WHY_ASKED = "as answered: the background services move out of the API process"
WHY_BOOTSTRAP = 'with separate services only Infrahub sets up Prefect\'s database, and only if this is exactly "false"'
WHY_NOT = "as answered: set explicitly, so that nothing changes and nobody is asked again"


def question(release: Release, reason: str) -> Question:
    """The question whether the background services leave the API process, if the values do not settle it."""
    return Question(
        id="separate-services",
        text="Env entries connect Prefect to Redis, as files did before the chart could run the background "
        "services separately. Should they become a separate deployment? The values do not settle it: "
        f"{reason}.",
        flag="--answer separate-services=separate|single",
        choices=(
            Choice(
                "separate",
                "the chart starts a background deployment, and the Redis settings move to backgroundServices",
            ),
            Choice("single", "everything stays as it is; runAsSeparateDeployment: false is added"),
        ),
        locations=locations(release, names=(NAMES["host"], URL)),
    )


def unseen(release: Release) -> Question:
    """The question whether the background services are separate, if values that cannot be read may say so."""
    sources = ", ".join(release.surroundings.unseen)
    where = tree.show(release.root + SEPARATE)
    return Question(
        id="separate-services",
        text=f"{where} is not set in any file read here, but values from {sources} may set it. Are Prefect's "
        "background services a separate deployment? `kubectl get deployments` shows it.",
        flag="--answer separate-services=separate|single",
        choices=(
            Choice("separate", f"{where}: true is added here, and they get a docket"),
            Choice("single", f"{where}: false is added here, and nothing else changes"),
        ),
        facts=release.surroundings.unseen,
    )


def separate_services(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Set `runAsSeparateDeployment` wherever env entries connect to Redis, or may do so in values not read here."""
    if release.owners(SEPARATE):
        return
    if not any(sets_address(release, pod) for pod in env.POD_LISTS):
        if release.surroundings.unseen and not deployment.is_separate(release):
            shapes.refuse_unsupported_shapes(release)
            yield from _as_answered(release, ask(unseen(release)))
        return
    shapes.refuse_unsupported_shapes(release)
    if is_generation_a(release):
        yield _set_separate(release, True, WHY, "required")
        return
    if deployment.is_separate(release):
        return
    yield from _as_answered(release, ask(question(release, _why_not_generation_a(release))))


def _as_answered(release: Release, answer: str | None) -> Iterator[Outcome]:
    if answer == "separate":
        yield _set_separate(release, True, WHY_ASKED, "behaviour")
        yield from _bootstrap(release)
    elif answer == "single":
        yield _set_separate(release, False, WHY_NOT, "none")


def _bootstrap(release: Release) -> Iterator[Change]:
    """Make Infrahub's bootstrap set up Prefect from now on, where nothing else does any more.

    It runs only where it finds exactly "false" in two entries: this one, and migrate-on-start, which the pin of 4.14.0
    takes care of. A single deployment never needed it.
    """
    current = env.winner(release, "server", REGISTER)
    if not deployment.has_infrahub_image(release) or (current is not None and current[1].value == "false"):
        return
    for env_list in env.lists_in_layers(release, env.SERVER):
        last = env_list.last(REGISTER)
        if last is None:
            yield env_edits.insert(env_list, REGISTER, "false", LAST, WHY_BOOTSTRAP, "required")
        elif last.value != "false":
            yield env_edits.set_value(release, env_list, last, "false", WHY_BOOTSTRAP, "required")
    if not env.is_in_layer(release, env.SERVER) and not env.may_be_set_unseen(release, env.SERVER):
        yield env_edits.new_server_env(release, REGISTER, "false", LAST, WHY_BOOTSTRAP, "required")


def is_generation_a(release: Release) -> bool:
    """Whether the layers have everything that the oldest presets had, and the same for both pods."""
    return not release.owners(SEPARATE) and not _why_not_generation_a(release)


def counts_env_only(release: Release) -> bool:
    """Whether the chart injected nothing usable so far, so that only the env entries count.

    It injects nothing on a single deployment and nothing before it had separate background services, and an empty host
    is not usable.
    """
    start = release.start
    return is_generation_a(start) or is_unread(release) or is_wired_in_env_alone(start)


def is_unread(release: Release) -> bool:
    """Whether the chart did not read `messaging` so far: on a single deployment, or before it had the block."""
    is_before = release.chart == "prefect-server" and not release.runs_on("2025.8.21160848")
    return is_before or not deployment.is_separate(release.start)


def is_wired_in_env_alone(release: Release) -> bool:
    """Whether `messaging` names no Redis, and env entries do."""
    names_redis = in_values(release)["host"] or messaging.uses_bundled(release)
    return not names_redis and any(sets_address(release, pod) for pod in env.POD_LISTS)


def _why_not_generation_a(release: Release) -> str:
    """Why the values are not generation A, as text; empty if they are."""
    if not all(
        env.lists_in_layers(release, path) and sets_address(release, pod) for pod, path in env.POD_LISTS.items()
    ):
        return "only one of server.env and backgroundServices.env sets the Redis address"
    if not deployment.webserver_only(release):
        return f"{WEBSERVER_ONLY} does not keep the services off the API pods"
    if not all(_has_preset_toggle(release, pod) for pod in env.POD_LISTS):
        return "no service toggles turn them off on the server pod and on on the background pod"
    if any(url_of(release, pod) is None for pod in env.POD_LISTS):
        return "PREFECT_REDIS_MESSAGING_URL cannot be read from here"
    for setting in settings(release, env_only=True):
        name = NAMES[setting.key]
        if None in (setting.server, setting.background):
            return f"{name} is a template expression or a reference"
        if setting.agreed is None:
            return f"{name} differs between the two pods"
        if setting.key == "broker" and setting.agreed != messaging.BROKER:
            return f"{name} is {setting.agreed}, which is not Redis"
    return ""


def _has_preset_toggle(release: Release, pod: str) -> bool:
    for service in TOGGLED_SERVICES:
        found = env.winner(release, pod, f"PREFECT_SERVER_SERVICES_{service}_ENABLED")
        if found is not None and env.as_bool(found[1].value) is TOGGLED[pod]:
            return True
    return False


def _set_separate(release: Release, wanted: bool, why: str, effect: Effect) -> Change:
    owners = release.owners_accepting(SEPARATE[:1])
    layer = owners[-1] if owners else release.default_layer()
    route = release.root + SEPARATE
    part = release.in_layer(layer, SEPARATE[:1])
    place: Place = LAST
    if isinstance(part, dict) and part:
        place = after("replicaCount") if "replicaCount" in part else before(next(iter(part)))
    return Change(layer, AddKey(route, wanted, place), tree.show(route), None, wanted, why, effect)
