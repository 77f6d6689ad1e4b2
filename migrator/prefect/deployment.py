"""What a release makes of Prefect: one process or two deployments, whose image, and what the chart injects."""

from __future__ import annotations

import re

from migrator.prefect import env, redis_url
from migrator.prefect.docket import standing_docket
from migrator.prefect.messaging import BROKER, injects_password, server_args
from migrator.prefect.names import DOCKET, DOCKET_NAME, MESSAGING, RENAMED, WEBSERVER_ONLY
from migrator.values import tree
from migrator.values.merge import as_map
from migrator.values.release import Release


def is_separate(release: Release) -> bool:
    """Whether the background services are a deployment of their own (effective `runAsSeparateDeployment`)."""
    return as_map(release.prefect.get("backgroundServices")).get("runAsSeparateDeployment") is True


def has_infrahub_image(release: Release) -> bool:
    """Whether the Infrahub bootstrap runs on the server: its image, or its entry point, is Infrahub's."""
    repository = tree.get(release.prefect, ("global", "prefect", "image", "repository"))
    return "infrahub" in str(repository or "") or "infrahub" in server_args(release)


def has_custom_args(release: Release) -> bool:
    """Whether the server's own arguments keep the chart from adding `--no-services`, and do not hold it themselves."""
    args = server_args(release)
    return bool(args) and "--no-services" not in args


def webserver_only(release: Release) -> bool:
    """Whether the API pods are told to run no services."""
    found = env.winner(release, "server", WEBSERVER_ONLY)
    return found is not None and is_surely_set(found[1])


def is_surely_set(entry: env.Entry) -> bool:
    """Whether an entry gives its name a text that is not empty, as far as can be read here.

    To PREFECT__SERVER_WEBSERVER_ONLY any such text means on, "false" included.
    """
    return entry.is_plain and entry.value not in (None, "")


def has_new_names(release: Release) -> bool:
    """Whether the target chart sets PREFECT_SERVER_DATABASE_ names, and no longer PREFECT_API_DATABASE_ ones.

    The Infrahub charts took them together with the docket; prefect-server itself had the docket ten days before.
    """
    if release.chart != "prefect-server":
        return tree.exists(release.after.prefect, DOCKET)
    return release.after.version >= RENAMED


def injected_names(release: Release) -> set[str]:
    """The names that the chart puts into both pods' env for separate background services, from the docket on."""
    messaging = as_map(tree.get(release.prefect, MESSAGING))
    pin = f"PREFECT_{'SERVER' if has_new_names(release) else 'API'}_DATABASE_MIGRATE_ON_START"
    names = {pin, "PREFECT_MESSAGING_BROKER", "PREFECT_MESSAGING_CACHE"}
    if messaging.get("broker") == BROKER:
        values = as_map(messaging.get("redis"))
        names |= {"PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"}
        names |= {f"PREFECT_REDIS_MESSAGING_{name}" for name in ("HOST", "PORT", "DB")}
        names |= {f"PREFECT_REDIS_MESSAGING_{name.upper()}" for name in ("ssl", "username") if values.get(name)}
        if injects_password(release):
            names.add("PREFECT_REDIS_MESSAGING_PASSWORD")
    return names


def several_processes(release: Release) -> str:
    """Why more than one process serves the API, in words; empty where nothing says so."""
    server = as_map(release.prefect.get("server"))
    replicas = server.get("replicaCount")
    if isinstance(replicas, int) and replicas > 1:
        return f"server.replicaCount is {replicas}"
    if as_map(server.get("autoscaling")).get("enabled") is True:
        return "server.autoscaling is enabled"
    entry = env.winner(release, "server", "WEB_CONCURRENCY")
    if entry is not None and redis_url.is_number(str(entry[1].value)) and int(str(entry[1].value)) > 1:
        return f"WEB_CONCURRENCY is {entry[1].value}"
    workers = re.search(r"(?:^|\s)(?:-w|--workers)[ =]?([0-9]{1,18})", server_args(release))
    if workers is not None and int(workers[1]) > 1:
        return f"server.args start {workers[1]} workers"
    return ""


def is_bumped(release: Release) -> bool:
    """Whether the target chart has the docket, and with it all that came in 4.14.0."""
    return tree.exists(release.after.prefect, DOCKET)


def names_by_chart(release: Release, pod: str) -> list[str]:
    """The env names that the chart itself puts on the pod, in its order (the database URL counts as one of them)."""
    database = "PREFECT_SERVER_DATABASE" if has_new_names(release) else "PREFECT_API_DATABASE"
    if pod == "server":
        names = [
            "HOME",
            "PREFECT_DEBUG_MODE",
            "PREFECT_LOGGING_SERVER_LEVEL",
            "PREFECT_SERVER_API_BASE_PATH",
            "PREFECT_SERVER_API_HOST",
            "PREFECT_SERVER_API_PORT",
            "PREFECT_UI_API_URL",
            "PREFECT_UI_STATIC_DIRECTORY",
            f"{database}_CONNECTION_URL",
        ]
        if tree.get(release.prefect, ("server", "basicAuth", "enabled")) is True:
            names.append("PREFECT_SERVER_API_AUTH_STRING")
    else:
        names = [
            "HOME",
            "PREFECT_DEBUG_MODE",
            "PREFECT_LOGGING_SERVER_LEVEL",
            "PREFECT_UI_ENABLED",
            f"{database}_CONNECTION_URL",
        ]
    return names + names_injected(release)


def names_injected(release: Release) -> list[str]:
    """The block of names that stands on both pods of separate services, in its order; empty on a single deployment."""
    if not is_separate(release):
        return []
    messaging = as_map(tree.get(release.prefect, MESSAGING))
    values = as_map(messaging.get("redis"))
    bumped = is_bumped(release)
    names = [f"PREFECT_{'SERVER' if has_new_names(release) else 'API'}_DATABASE_MIGRATE_ON_START"]
    names += ["PREFECT_MESSAGING_BROKER", "PREFECT_MESSAGING_CACHE"]
    if messaging.get("broker") == BROKER:
        names += ["PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"]
        bundled = as_map(release.prefect.get("redis")).get("enabled") is True
        secret = bundled or (bumped and values.get("existingSecret"))
        optional = {"SSL": values.get("ssl"), "USERNAME": values.get("username")}
        optional["PASSWORD"] = values.get("password") or secret
        names += [
            f"PREFECT_REDIS_MESSAGING_{name}"
            for name in ("HOST", "PORT", "SSL", "DB", "USERNAME", "PASSWORD")
            if optional.get(name, True)
        ]
    docket = standing_docket(release)
    if bumped and (docket.secret or docket.url):
        names.append(DOCKET_NAME)
    return names
