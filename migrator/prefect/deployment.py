"""What a release makes of Prefect: one process or two deployments, whose image, and which docket its pods share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import Version

from migrator.charts.presets import EXAMPLE_HOST, knows_preset
from migrator.errors import RefusedError
from migrator.prefect import env, redis_url
from migrator.prefect.messaging import BROKER, filled_in, injects_password, server_args
from migrator.records import Record
from migrator.values import tree
from migrator.values.changes import Change, Effect
from migrator.values.edits import AddKey, Place, RemoveItems, Route, SetValue, Value
from migrator.values.merge import as_map
from migrator.values.release import Release

MESSAGING: Route = ("backgroundServices", "messaging")
DOCKET: Route = (*MESSAGING, "docket")
DOCKET_NAME = "PREFECT_SERVER_DOCKET_URL"
WEBSERVER_ONLY = "PREFECT__SERVER_WEBSERVER_ONLY"
RENAMED = Version("2026.4.21154022")
"""The version of prefect-server that first sets PREFECT_SERVER_DATABASE_ names."""


class Docket(Record):
    """Where the pods find their docket: a URL, or a key of a Secret; neither where it is private to each process."""

    url: str = ""
    secret: str = ""
    key: str = "docket-url"


class EnvDocket(Record):
    """A docket that an env list names, on one pod. `docket` is None where it cannot be known from here."""

    pod: str
    name: str
    docket: Docket | None


def refuse_odd_shapes(release: Release) -> None:
    """Raise RefusedError for what the chart's schema refuses, and for what would have to be guessed.

    That is something else than a mapping where the chart reads one, and a switch in quotes. A null takes the chart's
    own values away, without which it does not render; the docket's null is mended.
    """
    for path in ((*MESSAGING[:1], "runAsSeparateDeployment"), (*MESSAGING, "redis", "ssl")):
        for number in release.owners(path):
            value = release.in_layer(number, path)
            if not isinstance(value, (bool, type(None))):
                raise RefusedError(
                    f"{tree.show(release.root + path)} is {value!r}, and the chart takes nothing but true and false.",
                    path=release.layers[number].name,
                    remedy="Write it without quotes.",
                )
    for path in (("server",), MESSAGING[:1], MESSAGING, (*MESSAGING, "redis"), ("global",), ("global", "prefect")):
        for number in release.owners(path):
            value = release.in_layer(number, path)
            if isinstance(value, dict) or (value is None and path[0] == "global"):
                continue
            shown = tree.show(release.root + path)
            what = "is empty, which takes the chart's own values away" if value is None else "is no mapping of keys"
            raise RefusedError(
                f"{shown} {what}.",
                path=release.layers[number].name,
                remedy="Take the key out, or fill it.",
            )
    for key in ("url", "existingSecret", "existingSecretKey"):
        path = (*DOCKET, key)
        for number in release.owners(path):
            if isinstance(release.in_layer(number, path), (dict, list)):
                raise RefusedError(
                    f"{tree.show(release.root + path)} is no text.",
                    path=release.layers[number].name,
                    remedy="Take the key out, or write a text there.",
                )


def refuse_unknown_preset(release: Release) -> None:
    """Raise RefusedError where a preset that is not known here decides what the layers leave out."""
    if knows_preset(release.flavour):
        return
    separate = (*MESSAGING[:1], "runAsSeparateDeployment")
    if release.owners(separate) and not is_separate(release):
        return
    redis_keys = [(*MESSAGING, "redis", key) for key in ("host", "db")]
    missing = [path for path in (separate, env.SERVER, env.BACKGROUND, *redis_keys) if not release.owners(path)]
    if missing:
        raise RefusedError(
            f"leaves out what the preset {release.flavour} decides, and this program does not know that preset: "
            f"{', '.join(tree.show(release.root + path) for path in missing)}.",
            path=release.layers[-1].name,
            remedy="Put them into the file as the preset has them (helm show values CHART --version VERSION).",
        )


def names_preset(release: Release) -> bool:
    """Whether a layer says `configPreset`, whatever the chart has baked in: the chart's own checks look at it."""
    return any(as_map(layer.data).get("configPreset") for layer in release.layers)


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


def standing_docket(release: Release) -> Docket:
    """The docket that the chart will inject on the target version; its Secret beats its URL.

    A URL that a controller takes from elsewhere can be judged as little as a Secret, and counts as one.
    """
    values = as_map(tree.get(release.prefect, DOCKET))
    url, secret = str(values.get("url") or ""), str(values.get("existingSecret") or "")
    unseen = redis_url.what_is_unseen(url)
    return Docket(
        url="" if unseen else url,
        secret=secret or unseen,
        key=str(values.get("existingSecretKey") or "docket-url"),
    )


def has_sound_docket(release: Release) -> bool:
    """Whether both pods end up on one docket that works, as far as the values tell."""
    docket = standing_docket(release)
    if dockets_in_env(release):
        return False
    if docket.secret:
        return EXAMPLE_HOST not in docket.url
    return bool(docket.url) and not what_is_wrong_with_url(release, docket.url)


def what_is_wrong_with_url(release: Release, url: str) -> str:
    """Why a docket URL would not work on this release; empty where nothing speaks against it."""
    complaint = redis_url.complaint_about(filled_in(release, url))
    if complaint:
        return complaint
    if EXAMPLE_HOST in url:
        return f"it holds the presets' example host {EXAMPLE_HOST}, which the chart refuses"
    if redis_url.PASSWORD_REFERENCE in url and not injects_password(release):
        return f"{redis_url.PASSWORD_REFERENCE} stands for nothing, since messaging.redis has no password"
    return ""


def docket_on(release: Release, pod: str) -> Docket | None:
    """The docket that the pod reads on the target version: an empty one where it has none, None where nobody can tell.

    On the server pod the chart's own comes last and wins, on the background pod an env entry does. The presets' example
    is no docket.
    """
    standing = standing_docket(release)
    injected = Docket(secret=standing.secret, key=standing.key) if standing.secret else Docket(standing.url)
    if EXAMPLE_HOST in injected.url:
        injected = Docket()
    in_env = next((each for each in dockets_in_env(release) if each.pod == pod), None)
    if in_env is None or (pod == "server" and injected != Docket()):
        return injected
    return in_env.docket


def dockets_in_env(release: Release) -> list[EnvDocket]:
    """The dockets that env lists name, as each pod would read them; the chart's injected one not counted."""
    found = []
    for pod in env.POD_LISTS:
        entry = env.winner(release, pod, DOCKET_NAME)
        if entry is not None:
            found.append(EnvDocket(pod, DOCKET_NAME, _docket_of(entry[1])))
    return found


def docket_entries(release: Release) -> list[tuple[env.EnvList, env.Entry]]:
    """Every env entry in a named layer that names a docket, the ones that never win included."""
    lists = [listed for path in env.POD_LISTS.values() for listed in env.lists_in_layers(release, path)]
    lists += env.global_lists(release)
    return [(listed, entry) for listed in lists for entry in listed.named(DOCKET_NAME)]


def path_of(listed: env.EnvList, entry_name: str) -> str:
    """An env entry for people, from the file's own root: `prefect-server.server.env.PREFECT_UI_SERVE_BASE`."""
    return f"{tree.show(listed.route)}.{entry_name}"


def _docket_of(entry: env.Entry) -> Docket | None:
    source = as_map(as_map(entry.value_from).get("secretKeyRef"))
    if source.get("name") and source.get("key"):
        return Docket(secret=str(source["name"]), key=str(source["key"]))
    if entry.is_plain and _is_text_without_references(entry.value):
        return Docket(url=str(entry.value))
    return None


def _is_text_without_references(value: Value) -> bool:
    """`$(NAME)` expands only names defined earlier, and the chart defines none but the messaging password by then."""
    return isinstance(value, str) and "$(" not in value.replace(redis_url.PASSWORD_REFERENCE, "")


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


def remove(listed: env.EnvList, entries: tuple[env.Entry, ...], why: str, effect: Effect) -> Iterator[Change]:
    """The changes that take these entries out of their list."""
    for entry in entries:
        edit = RemoveItems(listed.route, (entry.position,))
        yield Change(listed.layer, edit, path_of(listed, entry.name), env.raw(entry), None, why, effect)


def set_env_value(release: Release, listed: env.EnvList, entry: env.Entry, value: str) -> SetValue:
    """The edit that gives an env entry this value, in place of another value or of its `valueFrom`."""
    route = listed.route_of(entry)
    if entry.value_from is None and tree.exists(release.layers[listed.layer].data, (*route, "value")):
        return SetValue((*route, "value"), value)
    return SetValue(route, {"name": entry.name, "value": value})


def own_server_env(release: Release, entry: Value, place: Place, why: str, effect: Effect) -> Change:
    """The change that gives a file a `server.env` of its own: the chart's list, which it replaces, plus `entry`.

    `place.sibling` is the name of the entry to stand after; without such an entry it stands last. Where a null in the
    file had removed the chart's list, the new one holds the entry alone.
    """
    path = (*release.root, *env.SERVER)
    owners = release.owners(env.SERVER)
    if owners:
        return Change(owners[-1], SetValue(path, [entry]), tree.show(path), None, [entry], why, effect)
    default = tree.get(release.prefect, env.SERVER)
    wanted = list(default) if isinstance(default, list) else []
    names = [item.get("name") if isinstance(item, dict) else None for item in wanted]
    wanted.insert(names.index(str(place.sibling)) + 1 if place.sibling in names else len(wanted), entry)
    text = f"{why}; the list begins with the chart's own entries, which it replaces"
    return Change(release.home(), AddKey(path, wanted), tree.show(path), None, wanted, text, effect)
