"""How a release runs Prefect: one process or two deployments, in which image, and with what the chart injects."""

from __future__ import annotations

import re

from packaging.version import Version

from migrator.prefect import env, redis_url
from migrator.prefect.docket import injected_docket
from migrator.prefect.messaging import BROKER, has_bundled, host_of_messaging, server_args, text_of
from migrator.prefect.names import DOCKET, DOCKET_NAME, MESSAGING, RENAMED, WEBSERVER_ONLY
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import Map, as_map
from migrator.values.release import Release


def is_separate(release: Release) -> bool:
    """Whether the background services run as a separate deployment (effective `runAsSeparateDeployment`)."""
    return as_map(release.prefect.get("backgroundServices")).get("runAsSeparateDeployment") is True


def has_infrahub_image(release: Release) -> bool:
    """Whether the Infrahub bootstrap runs on the server: the image or the entry point is Infrahub's."""
    repository = tree.get(release.prefect, ("global", "prefect", "image", "repository"))
    return "infrahub" in str(repository or "") or "infrahub" in server_args(release)


def has_custom_args(release: Release) -> bool:
    """Whether custom server arguments keep the chart from adding `--no-services`, and do not include it themselves."""
    return bool(server_args(release)) and not has_no_services_argument(release)


def has_no_services_argument(release: Release) -> bool:
    """Whether custom server arguments include `--no-services`."""
    return "--no-services" in server_args(release)


def webserver_only(release: Release) -> bool:
    """Whether the API pods are configured to run no services."""
    found = env.winner(release, "server", WEBSERVER_ONLY)
    return found is not None and is_certainly_set(found[1])


def is_certainly_set(entry: env.Entry) -> bool:
    """Whether an entry sets a non-empty value, as far as can be read here.

    For PREFECT__SERVER_WEBSERVER_ONLY any such value means on, even "false".
    """
    return entry.is_plain and entry.value not in (None, "")


def has_new_names(release: Release) -> bool:
    """Whether the target chart sets PREFECT_SERVER_DATABASE_ names instead of PREFECT_API_DATABASE_ ones.

    The Infrahub charts got these together with the docket; prefect-server had the docket ten days before the names.
    """
    if release.chart != "prefect-server":
        return target_has_docket(release)
    return release.after.version >= RENAMED


def multi_process_reason(release: Release) -> str:
    """Why more than one process serves the API, as text; empty where nothing says so."""
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


def target_has_docket(release: Release) -> bool:
    """Whether the target chart has the docket, and so everything that came in 4.14.0."""
    return has_docket(release.after.prefect)


def has_docket(chart: Map) -> bool:
    """Whether a chart with these Prefect values has the docket."""
    return tree.exists(chart, DOCKET)


def needs_docket_chart(release: Release) -> bool:
    """Whether a layer sets keys below `messaging` that charts before the docket refuse, since their schema lacks them.

    Source: values.schema.json of prefect-server 2025.12.24192415.
    """
    return bool(release.owners(DOCKET))


def refused_keys(release: Release, chart: Map) -> str:
    """What the layers set that a chart with these Prefect values refuses; empty if nothing."""
    return tree.show(DOCKET[1:]) if needs_docket_chart(release) and not has_docket(chart) else ""


def chart_env_names(release: Release, pod: str) -> list[str]:
    """The env names that the chart itself sets on the pod, in the chart's order; the database URL counts as one."""
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
    return [*names, *(name for name, _ in injected(release))]


def injected(release: Release) -> list[tuple[str, Value]]:
    """The env that the chart injects into both pods of separate services, in order; empty for a single deployment.

    A value from a Secret is a mapping, as in `valueFrom`.
    Source: `backgroundServices.envVars` in templates/_helpers.tpl of prefect-server, at each of the tags named here.
    """
    if not is_separate(release):
        return []
    block = as_map(tree.get(release.prefect, MESSAGING))
    redis = as_map(block.get("redis"))
    found: list[tuple[str, Value]] = []
    if _brings(release, "2025.9.5145513"):
        spelling = "SERVER" if has_new_names(release) else "API"
        found.append((f"PREFECT_{spelling}_DATABASE_MIGRATE_ON_START", "false"))
    found += [("PREFECT_MESSAGING_BROKER", block.get("broker")), ("PREFECT_MESSAGING_CACHE", block.get("cache"))]
    if block.get("broker") == BROKER:
        if _brings(release, "2025.8.29171151"):
            found.append(("PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "prefect_redis.ordering"))
        if _brings(release, "2025.9.5145513"):
            found.append(("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", "prefect_redis.lease_storage"))
        values = {
            "HOST": host_of_messaging(release),
            "PORT": text_of(redis.get("port")),
            "SSL": "true" if redis.get("ssl") else None,
            "DB": text_of(redis.get("db")),
            "USERNAME": text_of(redis.get("username")) or None,
            "PASSWORD": _injected_password(release, redis),
        }
        found += [(f"PREFECT_REDIS_MESSAGING_{key}", value) for key, value in values.items() if value is not None]
    docket = injected_docket(release)
    if target_has_docket(release) and (docket.secret or docket.url):
        secret: Value = {"secretKeyRef": {"name": docket.secret, "key": docket.key}}
        found.append((DOCKET_NAME, secret if docket.secret else docket.url))
    return found


def _brings(release: Release, version: str) -> bool:
    """Whether the target chart has what that version of prefect-server added; all known Infrahub charts have it."""
    return release.chart != "prefect-server" or release.after.version >= Version(version)


def _injected_password(release: Release, redis: Map) -> Value:
    bundled = has_bundled(release)
    key = text_of(redis.get("existingSecretPasswordKey")) or "redis-password"
    if bundled and not redis.get("password"):
        return {"secretKeyRef": {"name": "the bundled Redis's Secret", "key": "redis-password"}}
    if target_has_docket(release) and redis.get("existingSecret"):
        return {"secretKeyRef": {"name": text_of(redis["existingSecret"]), "key": key}}
    return str(redis["password"]) if redis.get("password") else None
