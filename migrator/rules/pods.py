"""Rules of what the pods run: the services, the API without them, and the setup of Prefect's database."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.presets import TOGGLED_SERVICES
from migrator.prefect import deployment, env, env_edits, messaging, metrics, toggles
from migrator.prefect.deployment import target_has_docket
from migrator.prefect.names import INJECTED_PIN, METRICS, PIN, REGISTER, WEBSERVER_ONLY
from migrator.rules.rule import PODS, Breach, Rule, all_lists, at, at_entry, full_path, pods
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.release import Release

_MIGRATIONS: Route = ("migrations", "enabled")


def _toggles(release: Release) -> Iterator[tuple[str, env.EnvList, env.Entry, str]]:
    """The toggles in the pods' lists, each with its list's pod and its service's name."""
    for pod, env_list in all_lists(release):
        for entry in env_list.entries:
            service = toggles.service_of(entry.name)
            if service:
                yield pod, env_list, entry, service


def _toggle_left(release: Release) -> Iterator[Breach]:
    if not deployment.is_separate(release) or not target_has_docket(release):
        return
    kept = _KEPT if toggles.were_migrated(release) else ""
    for pod, env_list, entry, service in _toggles(release):
        if service in TOGGLED_SERVICES:
            text = f"{env_edits.path_of(env_list, entry.name)} is {env.quoted_value(entry)}"
            is_needed = toggles.is_needed(release, pod, service, env_list)
            yield at_entry(env_list, entry, text)._replace(remedy=_NEEDED if is_needed else kept)


_NEEDED = (
    "No action needed: it overrides the same toggle in global.prefect.env, which says the opposite. To drop it, "
    "remove both."
)
_KEPT = (
    "No action needed: it works, and infrahub-migrator migrate keeps it, since it was kept on purpose. To drop it, "
    "remove the entry."
)


def _toggle_unreadable(release: Release) -> Iterator[Breach]:
    for _, env_list, entry, _ in _toggles(release):
        if entry.is_plain and env.as_bool(entry.value) is None:
            yield at_entry(env_list, entry, f"{env_edits.path_of(env_list, entry.name)} is {env.quoted_value(entry)}")


def _bootstraps(release: Release) -> bool:
    return deployment.is_separate(release) and deployment.has_infrahub_image(release) and target_has_docket(release)


def _pin(release: Release) -> Iterator[Breach]:
    # A chart that injects the old name sets the pin itself.
    if _bootstraps(release) and deployment.has_new_names(release):
        yield from _not_exactly_false(release, PIN)


def _register(release: Release) -> Iterator[Breach]:
    if _bootstraps(release):
        yield from _not_exactly_false(release, REGISTER)


def _not_exactly_false(release: Release, name: str) -> Iterator[Breach]:
    found = env.winner(release, "server", name)
    if found is None:
        if not env.may_be_set_unseen(release, env.SERVER):
            yield at(release, env.SERVER, f"{name} is missing on the server pod")
    elif found[1].value != "false" or found[1].value_from is not None:
        env_list, entry = found
        yield at_entry(env_list, entry, f"{env_edits.path_of(env_list, name)} is {env.quoted_value(entry)}")


def _pin_on_single(release: Release) -> Iterator[Breach]:
    if deployment.is_separate(release):
        return
    for name in (PIN, INJECTED_PIN):
        found = env.winner(release, "server", name)
        if found is not None and found[1].is_plain and env.as_bool(found[1].value) is False:
            env_list, entry = found
            yield at_entry(env_list, entry, f"{env_edits.path_of(env_list, name)} is {env.quoted_value(entry)}")


def _needs_webserver_only(release: Release) -> bool:
    return deployment.is_separate(release) and deployment.has_custom_args(release)


def _webserver_only(release: Release) -> Iterator[Breach]:
    if not _needs_webserver_only(release):
        return
    found = env.winner(release, "server", WEBSERVER_ONLY)
    if found is None:
        if not env.may_be_set_unseen(release, env.SERVER):
            text = f"{WEBSERVER_ONLY} is missing beside a custom server.args"
            yield at(release, env.SERVER, text)
    elif found[1].value_from is None and found[1].value in (None, ""):
        yield at_entry(*found, f"{WEBSERVER_ONLY} is empty beside a custom server.args")


def _webserver_only_false(release: Release) -> Iterator[Breach]:
    found = env.winner(release, "server", WEBSERVER_ONLY)
    if found is not None and env.as_bool(found[1].value) is False:
        env_list, entry = found
        text = f"{env_edits.path_of(env_list, entry.name)} is {env.quoted_value(entry)}, which still means on"
        yield at_entry(env_list, entry, text)


def _nobody_serves(release: Release) -> Iterator[Breach]:
    if deployment.is_separate(release):
        path: Route = ("backgroundServices", "replicaCount")
        if tree.get(release.prefect, path) == 0:
            yield at(release, path, f"{full_path(release, path)} is 0")
        return
    alone = "there is no background deployment: nothing runs the background services"
    if "--no-services" in messaging.server_args(release):
        yield at(release, ("server", "args"), f"server.args has --no-services, and {alone}")
    elif deployment.webserver_only(release):
        found = env.winner(release, "server", WEBSERVER_ONLY)
        assert found is not None, "webserver_only looked at it"
        yield at_entry(*found, f"{env_edits.path_of(found[0], found[1].name)} is set, and {alone}")


def _migrations_job(release: Release) -> Iterator[Breach]:
    job = tree.get(release.prefect, _MIGRATIONS) is True
    if deployment.is_separate(release) and deployment.has_infrahub_image(release) and job:
        yield at(release, _MIGRATIONS, f"{full_path(release, _MIGRATIONS)} is true with the Infrahub image")


def _nobody_migrates(release: Release) -> Iterator[Breach]:
    job = tree.get(release.prefect, _MIGRATIONS) is True
    if deployment.is_separate(release) and not deployment.has_infrahub_image(release) and not job:
        yield at(
            release,
            _MIGRATIONS,
            (f"{full_path(release, _MIGRATIONS)} is not true, and the chart keeps the pods from migrating"),
        )


def _metrics(release: Release) -> Iterator[Breach]:
    asks_for_it = release.reaches({"infrahub-enterprise": "4.14.1", "infrahub": "4.29.2"})
    if (
        asks_for_it
        and _bootstraps(release)
        and not env.may_be_set_unseen(release, env.BACKGROUND)
        and env.winner(release, "background", METRICS) is None
    ):
        yield at(release, env.BACKGROUND, f"{METRICS} is missing on {PODS['background']}")


def _server_metrics(release: Release) -> Iterator[Breach]:
    asks_for_it = release.reaches({"infrahub-enterprise": "4.15.2", "infrahub": "4.29.2"})
    seen = not env.may_be_set_unseen(release, env.SERVER) and not env.extra_sources(release, "server")
    if asks_for_it and seen and metrics.needs_directory(release):
        yield at(release, env.SERVER, f"{METRICS} is missing on {PODS['server']}, whose root is read-only")


def _database_override(release: Release) -> Iterator[Breach]:
    if not deployment.has_new_names(release):
        return
    for pod in pods(release):
        found = env.winner(release, pod, "PREFECT_API_DATABASE_CONNECTION_URL")
        if found is not None:
            env_list, entry = found
            text = f"{env_edits.path_of(env_list, entry.name)} is overridden by PREFECT_SERVER_DATABASE_CONNECTION_URL"
            yield at_entry(env_list, entry, f"{text}, which the chart sets on {PODS[pod]}")
    found = env.winner(release, "background", PIN) if deployment.is_separate(release) else None
    if found is not None and env.as_bool(found[1].value) is True:
        env_list, entry = found
        text = f"{env_edits.path_of(env_list, entry.name)} is overridden by {INJECTED_PIN}"
        text = f'{text}, which the chart sets to "false" on the background pod; older charts obeyed this one'
        yield at_entry(env_list, entry, text)._replace(remedy="Remove the entry.")


WHY_EXACT = 'Infrahub sets up Prefect only if it is exactly "false", quoted and in lower case.'

RULES = (
    Rule(
        "toggle-left",
        "warning",
        "None of the presets' eight service toggles is left.",
        (
            "Run infrahub-migrator migrate: it removes the redundant ones and asks about the rest. A toggle that you "
            "keep works."
        ),
        _toggle_left,
    ),
    Rule(
        "toggle-value",
        "error",
        "A service toggle is true or false.",
        'Set it to one of them, or remove the entry: Prefect does not start with anything else, not even "".',
        _toggle_unreadable,
    ),
    Rule(
        "migrate-pin",
        "error",
        f'On the server pod of an Infrahub image {PIN} is exactly "false".',
        f"Run infrahub-migrator migrate, or set it in server.env. {WHY_EXACT}",
        _pin,
    ),
    Rule(
        "blocks-register",
        "error",
        f'On the server pod of an Infrahub image {REGISTER} is exactly "false".',
        f"Set it in server.env. {WHY_EXACT}",
        _register,
    ),
    Rule(
        "migrate-pin-single",
        "warning",
        "On a single deployment nothing keeps Prefect from migrating its database at start.",
        "Remove the entry, unless something else migrates the database.",
        _pin_on_single,
    ),
    Rule(
        "webserver-only",
        "error",
        f"With separate services and a custom server.args, {WEBSERVER_ONLY} is set on the server.",
        f'Add {WEBSERVER_ONLY} "true" to server.env: without it every API pod runs the services as well.',
        _webserver_only,
    ),
    Rule(
        "webserver-only-false",
        "warning",
        f'{WEBSERVER_ONLY} does not look turned off: any value but "" means on.',
        'Set it to "true" if you mean on; otherwise remove the entry, or set it to "".',
        _webserver_only_false,
    ),
    Rule(
        "services-nowhere",
        "error",
        "Something runs the background services.",
        "Set backgroundServices.runAsSeparateDeployment to true with at least one replica, or let the API pod run "
        f"them: remove {WEBSERVER_ONLY} and --no-services.",
        _nobody_serves,
    ),
    Rule(
        "migrations-job",
        "warning",
        "With the Infrahub image there is no migrations Job: Infrahub's own setup migrates the database.",
        "Set migrations.enabled to false.",
        _migrations_job,
    ),
    Rule(
        "migrations-missing",
        "error",
        "With Prefect's own image and separate services, the migrations Job migrates the database.",
        "Set migrations.enabled to true.",
        _nobody_migrates,
    ),
    Rule(
        "metrics-directory",
        "error",
        f"On the Infrahub image's background pod {METRICS} is set (empty, or a folder it can write to).",
        f'Add {METRICS} "" first in backgroundServices.env: the image\'s own folder is read-only there.',
        _metrics,
    ),
    Rule(
        "server-metrics",
        "error",
        f"On the Infrahub image's server pod {METRICS} is set if the root is read-only.",
        (
            f'Add {METRICS} "/tmp" to server.env: the image\'s own folder is read-only there, and the server crashes '
            "at start."
        ),
        _server_metrics,
    ),
    Rule(
        "database-override",
        "warning",
        "No PREFECT_API_DATABASE_ entry is set where the chart sets the PREFECT_SERVER_ name, which wins.",
        "Remove the entry, and configure the database with the chart's own values (secret, postgresql).",
        _database_override,
    ),
)
