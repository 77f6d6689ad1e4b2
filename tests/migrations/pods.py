"""The env that the old and the new chart give the two Prefect pods: a model that shares no code with the migrator.
Written from the templates of prefect-server at 2025.12.24192415 and 2026.6.5172345.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Values = dict[str, Any]

SERVICES = ("EVENT_LOGGER", "EVENT_PERSISTER", "TRIGGERS", "TASK_RUN_RECORDER")
UNKNOWN = "(cannot be known from here)"


class Pod(NamedTuple):
    """The env list of a pod in order, and what each name is in the container."""

    entries: list[tuple[str, Any]]
    env: dict[str, Any]

    def count(self, name: str) -> int:
        return sum(1 for each, _ in self.entries if each == name)


def render(values: Values, *, wrapped: bool, new_chart: bool) -> dict[str, Pod]:
    """Both pods for prefect-server's values; `wrapped` if it is a subchart of an Infrahub chart."""
    own_env = [{"name": "PREFECT_UI_SERVE_BASE", "value": "/"}] if wrapped else []
    shared = _list(_get(values, "global", "prefect", "env"))
    server = _list(_get(values, "server", "env", default=own_env))
    background = _list(_get(values, "backgroundServices", "env"))
    injected = _injected(values, new_chart) if is_separate(values) else []
    return {
        "server": _pod([*shared, *server, *injected]),
        "background": _pod([*injected, *shared, *background]),
    }


def is_separate(values: Values) -> bool:
    return _get(values, "backgroundServices", "runAsSeparateDeployment") is True


def services(pod: Pod, *, api: bool) -> dict[str, Any]:
    """Whether each toggled service runs; UNKNOWN if an entry cannot be read. `api`: the pod serves the API only."""
    if api:
        return dict.fromkeys(SERVICES, False)
    return {service: _service(pod, service) for service in SERVICES}


def _service(pod: Pod, service: str) -> Any:
    for name in (f"PREFECT_SERVER_SERVICES_{service}_ENABLED", f"PREFECT_API_SERVICES_{service}_ENABLED"):
        if name in pod.env:
            text = str(pod.env[name]).lower()
            known = {"true": True, "t": True, "1": True, "on": True, "yes": True, "y": True}
            known |= {"false": False, "f": False, "0": False, "off": False, "no": False, "n": False}
            return known.get(text, UNKNOWN)
    return service != "EVENT_LOGGER"


def serves_api_only(values: Values, pod: Pod, *, wrapped: bool) -> Any:
    """Whether the API pod runs no service; UNKNOWN if that cannot be read."""
    args = _get(values, "server", "args", default=["gunicorn"] if wrapped else [])
    if is_separate(values) and (not args or "--no-services" in args):
        return True
    value = pod.env.get("PREFECT__SERVER_WEBSERVER_ONLY", "")
    return UNKNOWN if value == UNKNOWN else value not in ("", None)


def _injected(values: Values, new_chart: bool) -> list[dict[str, Any]]:
    messaging = _get(values, "backgroundServices", "messaging", default={}) or {}
    redis = messaging.get("redis") or {}
    bundled = _get(values, "redis", "enabled") is True
    broker = messaging.get("broker", "prefect_redis.messaging")
    spelling = "PREFECT_SERVER" if new_chart else "PREFECT_API"
    found: list[tuple[str, Any]] = [(f"{spelling}_DATABASE_MIGRATE_ON_START", "false")]
    found += [("PREFECT_MESSAGING_BROKER", broker), ("PREFECT_MESSAGING_CACHE", "prefect_redis.messaging")]
    if broker == "prefect_redis.messaging":
        host = redis.get("host", "")
        found += [("PREFECT_REDIS_MESSAGING_HOST", host or ("(bundled)" if bundled else ""))]
        found += [("PREFECT_REDIS_MESSAGING_PORT", str(redis.get("port", 6379)))]
        if redis.get("ssl"):
            found += [("PREFECT_REDIS_MESSAGING_SSL", "true")]
        found += [("PREFECT_REDIS_MESSAGING_DB", str(redis.get("db", 0)))]
        if redis.get("username"):
            found += [("PREFECT_REDIS_MESSAGING_USERNAME", redis["username"])]
        secret = (redis.get("existingSecret"), redis.get("existingSecretPasswordKey", "redis-password"))
        if bundled and not redis.get("password"):
            found += [("PREFECT_REDIS_MESSAGING_PASSWORD", None)]
        elif redis.get("existingSecret"):
            found += [("PREFECT_REDIS_MESSAGING_PASSWORD", secret)]
        elif redis.get("password"):
            found += [("PREFECT_REDIS_MESSAGING_PASSWORD", redis["password"])]
    docket = messaging.get("docket") or {}
    if new_chart and docket.get("existingSecret"):
        found += [
            ("PREFECT_SERVER_DOCKET_URL", (docket["existingSecret"], docket.get("existingSecretKey", "docket-url")))
        ]
    elif new_chart and docket.get("url"):
        found += [("PREFECT_SERVER_DOCKET_URL", docket["url"])]
    return [{"name": name, "value": value} for name, value in found]


def _pod(entries: list[dict[str, Any]]) -> Pod:
    env: dict[str, Any] = {}
    found = []
    for entry in entries:
        value = entry.get("value")
        if "valueFrom" in entry:
            ref = entry["valueFrom"].get("secretKeyRef")
            value = (ref["name"], ref["key"]) if ref else UNKNOWN
        elif isinstance(value, str) and "{{" in value:
            value = UNKNOWN
        env[entry["name"]] = value
        found.append((entry["name"], value))
    return Pod(found, env)


def _get(values: Values, *path: str, default: Any = None) -> Any:
    here: Any = values
    for key in path:
        if not isinstance(here, dict) or key not in here:
            return default
        here = here[key]
    return here


def _list(value: Any) -> list[dict[str, Any]]:
    return value or []
