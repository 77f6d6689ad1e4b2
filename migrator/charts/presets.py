"""The charts' defaults, as far as they concern Prefect, as plain data.

Sources: the values.yaml of prefect-server at 2025.12.24192415 and 2026.6.5172345 (PrefectHQ/prefect-helm), of infrahub
at 4.27.0 to 4.29.2, and of infrahub-enterprise with its values.FLAVOUR.yaml at 4.13.0, 4.14.0 and 4.14.1
(opsmill/infrahub-helm). Only what a decision can depend on is here. The flavours' own values from 4.19.0 on were not
read.
"""

from typing import NamedTuple

from packaging.version import Version

from migrator.charts import infrahub
from migrator.charts.published import PRESET_UNKNOWN, reaches
from migrator.values.defaults import Defaults
from migrator.values.edits import Route, Value
from migrator.values.merge import Map
from migrator.values.release import Release

EXAMPLE_HOST = "example-infrahub-cache-master"
"""The placeholder host in the presets, for a customer to replace; the enterprise chart refuses to install with it."""


class _Tuning(NamedTuple):
    """How the presets differ: replicas, and the batch sizes of the publisher and the background services."""

    server_replicas: int
    background_replicas: int
    publisher: int
    persister: tuple[int, int]  # read, write
    recorder: tuple[int, int]  # read, write
    triggers: int


_PRESETS = {
    "small": _Tuning(1, 1, 5, (1, 20), (1, 1), 1),
    "medium": _Tuning(2, 2, 10, (40, 40), (10, 10), 10),
    "medium-data": _Tuning(1, 1, 10, (40, 40), (10, 10), 10),
    "large": _Tuning(4, 2, 20, (80, 80), (20, 20), 20),
    "large-data": _Tuning(1, 1, 20, (80, 80), (20, 20), 20),
}


def knows_preset(flavour: str) -> bool:
    """Whether the values of that flavour are known here; the plain chart has none."""
    return not flavour or flavour in _PRESETS


def tuning(flavour: str) -> dict[Route, object] | None:
    """Everything in which a known preset differs from the others, by path below the Prefect root; else None."""
    preset = _PRESETS.get(flavour)
    if preset is None:
        return None
    return {
        ("server", "replicaCount"): preset.server_replicas,
        ("backgroundServices", "replicaCount"): preset.background_replicas,
        ("server", "env"): preset.publisher,
        ("backgroundServices", "env"): preset[2:],
    }


def replaced_flavour(release: Release) -> str:
    """The flavour that the release runs on, if it changes to another; empty if it stays, or is not known."""
    left = release.before.flavour
    return left if release.before.is_known and left != release.flavour else ""


TOGGLED_SERVICES = ("EVENT_LOGGER", "EVENT_PERSISTER", "TRIGGERS", "TASK_RUN_RECORDER")
"""The services that the presets before 4.14.0 switched off on the server and on in the background."""

TOGGLED = {"server": False, "background": True}
"""What those presets set each of them to, by pod."""


def of_chart(chart: str, version: Version, flavour: str) -> Defaults:
    """The defaults of that version of infrahub-enterprise, infrahub or prefect-server.

    A version that was not read takes the values of the nearest lower one that was.
    """
    if chart == "prefect-server":
        return Defaults(
            _prefect_server(version >= Version("2026.4.10163454")), {}, f"prefect-server {version}", version
        )
    if chart == "infrahub":
        bumped = version >= Version("4.28.0")
        env: list[Value] = [{"name": "PREFECT_UI_SERVE_BASE", "value": "/"}]
        if version >= Version("4.29.2"):
            env.append({"name": "PROMETHEUS_MULTIPROC_DIR", "value": "/tmp"})
        prefect = _wrapped(_prefect_server(bumped), "opsmill/infrahub", _UVICORN, env)
        around = infrahub.defaults(chart, version, "", preset_is_known=True)
        return Defaults(prefect, around, f"infrahub {version}", version)
    return _enterprise(version, flavour)


def _enterprise(version: Version, flavour: str) -> Defaults:
    bumped = version >= Version("4.14.0")
    env: list[Value] = [{"name": "PREFECT_UI_SERVE_BASE", "value": "/"}]
    prefect = _wrapped(_prefect_server(bumped), "opsmill/infrahub-enterprise", _GUNICORN, env)
    prefect["migrations"] = {"enabled": False}
    server = prefect["server"]
    assert isinstance(server, dict)
    server["containerSecurityContext"] = {**_CONTAINER, "runAsUser": 1000, "readOnlyRootFilesystem": False}
    if flavour in _PRESETS:
        _lay_preset_over(prefect, _PRESETS[flavour], bumped, prometheus=version >= Version("4.14.1"))
    suffix = f"-{flavour}" if flavour else ""
    is_known = not flavour or not reaches(version, "infrahub-enterprise", PRESET_UNKNOWN)
    around = infrahub.defaults("infrahub-enterprise", version, flavour, preset_is_known=is_known)
    source = f"infrahub-enterprise {version}{suffix}"
    return Defaults(prefect, around, source, version, preset_is_known=is_known, flavour=flavour)


_UVICORN: list[Value] = [
    "uvicorn",
    "--host",
    "0.0.0.0",
    "--port",
    "4200",
    "--factory",
    "infrahub.prefect_server.app:create_infrahub_prefect",
]
_GUNICORN: list[Value] = [
    "sh",
    "-c",
    "env INFRAHUB_CACHE_ADDRESS=$PREFECT_REDIS_MESSAGING_HOST gunicorn -k uvicorn.workers.UvicornWorker "
    "-b 0.0.0.0:4200 'infrahub.prefect_server.app:create_infrahub_prefect()'",
]


_CONTAINER: Map = {
    "runAsUser": 1001,
    "runAsNonRoot": True,
    "readOnlyRootFilesystem": True,
    "allowPrivilegeEscalation": False,
}
_RESOURCES: Map = {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}


def _prefect_server(with_docket: bool) -> Map:
    redis: Map = {"host": "", "port": 6379, "db": 0, "username": "", "password": "", "ssl": False}
    messaging: Map = {"broker": "prefect_redis.messaging", "cache": "prefect_redis.messaging", "redis": redis}
    if with_docket:
        redis |= {"existingSecret": "", "existingSecretPasswordKey": "redis-password"}
        messaging["docket"] = {"url": "", "existingSecret": "", "existingSecretKey": "docket-url"}
    return {
        "fullnameOverride": "prefect-server",
        "global": {"prefect": {"image": {"repository": "prefecthq/prefect"}, "env": []}},
        "server": _server([], []),
        "migrations": {"enabled": True},
        "backgroundServices": {
            "runAsSeparateDeployment": False,
            "replicaCount": 1,
            "env": [],
            "args": [],
            "extraEnvVarsCM": "",
            "extraEnvVarsSecret": "",
            "messaging": messaging,
            "loggingLevel": "WARNING",
            "resources": _RESOURCES,
            "containerSecurityContext": _CONTAINER,
        },
        "redis": {"enabled": False},
    }


def _wrapped(prefect: Map, image: str, args: list[Value], env: list[Value]) -> Map:
    """prefect-server's values as an Infrahub chart sets them: its own image, entry point and env list."""
    prefect["global"] = {"prefect": {"image": {"repository": f"registry.opsmill.io/{image}"}, "env": []}}
    prefect["server"] = _server(env, args)
    prefect["enabled"] = True
    return prefect


def _server(env: list[Value], args: list[Value]) -> Map:
    return {
        "replicaCount": 1,
        "env": env,
        "args": args,
        "extraEnvVarsCM": "",
        "extraEnvVarsSecret": "",
        "loggingLevel": "WARNING",
        "resources": _RESOURCES,
        "containerSecurityContext": _CONTAINER,
    }


def _lay_preset_over(prefect: Map, preset: _Tuning, bumped: bool, *, prometheus: bool) -> None:
    """Lay a flavour over the enterprise base: its toggles before 4.14.0, its docket and pin from then on."""
    off = [] if bumped else _toggles("false")
    on = [] if bumped else _toggles("true")
    pin = [_env("PREFECT_API_DATABASE_MIGRATE_ON_START", "false")] if bumped else []
    head = [_env("PROMETHEUS_MULTIPROC_DIR", "")] if prometheus else []
    publisher = _env("PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE", str(preset.publisher))
    register = _env("PREFECT_API_BLOCKS_REGISTER_ON_START", "false")
    base = [_env("PREFECT_UI_SERVE_BASE", "/"), _env("PREFECT__SERVER_WEBSERVER_ONLY", "true")]
    sizes = (
        ("EVENT_PERSISTER_READ", preset.persister[0]),
        ("EVENT_PERSISTER", preset.persister[1]),
        ("TASK_RUN_RECORDER_READ", preset.recorder[0]),
        ("TASK_RUN_RECORDER", preset.recorder[1]),
        ("TRIGGERS_READ", preset.triggers),
    )
    tuning = [_env(f"PREFECT_SERVER_SERVICES_{name}_BATCH_SIZE", str(size)) for name, size in sizes]

    server, background = prefect["server"], prefect["backgroundServices"]
    assert isinstance(server, dict) and isinstance(background, dict)
    messaging = background["messaging"]
    assert isinstance(messaging, dict) and isinstance(messaging["redis"], dict)
    server["replicaCount"] = preset.server_replicas
    server["env"] = [*base, *off, *pin, register, _env("WEB_CONCURRENCY", "1"), publisher]
    background["replicaCount"] = preset.background_replicas
    background["runAsSeparateDeployment"] = True
    background["env"] = [*head, *on, register, publisher, *tuning]
    messaging["redis"] |= {"host": EXAMPLE_HOST, "db": 1}
    if bumped and isinstance(messaging["docket"], dict):
        messaging["docket"]["url"] = f"redis://{EXAMPLE_HOST}:6379/2"


def _env(name: str, value: str) -> Value:
    return {"name": name, "value": value}


def _toggles(value: str) -> list[Value]:
    return [_env(f"PREFECT_SERVER_SERVICES_{service}_ENABLED", value) for service in TOGGLED_SERVICES]
