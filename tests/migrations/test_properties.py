"""Random releases and random answers: no pod's behaviour changes unless a change says so."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from migrator import yamltext
from migrator.planning.plan import Plan
from migrator.values import tree
from tests.examples import examples

from . import pods
from .conftest import Migrated, migrate_text, plan_text

TOGGLES = [f"PREFECT_{side}_SERVICES_{service}_ENABLED" for side in ("SERVER", "API") for service in pods.SERVICES]
PINS = ("PREFECT_API_DATABASE_MIGRATE_ON_START", "PREFECT_SERVER_DATABASE_MIGRATE_ON_START")
DOCKET = "PREFECT_SERVER_DOCKET_URL"
WEBSERVER_ONLY = "PREFECT__SERVER_WEBSERVER_ONLY"
CONFIG_MAP = {"configMapKeyRef": {"name": "tuning", "key": "key"}}
SECRET = {"secretKeyRef": {"name": "queue", "key": "url"}}
HOSTS = ["redis", "redis.prod.svc", "fd00::1", "example-infrahub-cache-master", "${REDIS}", ""]
URLS = ["redis://queue:6379/5", "redis://queue:6379/6", "rediss://u:p%40@queue/7", "memory://", "redis://queue", ""]
SPECIAL = st.text(alphabet="aB3 @:/?#%&+$()[]<>|!\"'`~*;,=^\\-._é", max_size=8)


def entry(names: list[str], values: list[Any], *froms: Any) -> st.SearchStrategy[dict[str, Any]]:
    """An env entry of one of these names with one of these values, or with one of these `valueFrom`s."""
    plain = st.fixed_dictionaries({"name": st.sampled_from(names), "value": st.sampled_from(values)})
    if not froms:
        return plain
    return plain | st.fixed_dictionaries({"name": st.sampled_from(names), "valueFrom": st.sampled_from(froms)})


ENTRIES = st.lists(
    st.one_of(
        entry(TOGGLES, ["true", "false", "True", "0", "banana", "", "{{ .Values.x }}", True, False], CONFIG_MAP),
        entry(TOGGLES, ["true", "false"]),
        entry([WEBSERVER_ONLY], ["true", "false", "", "{{ .Values.x }}"], CONFIG_MAP),
        entry([PINS[0]], ["true", "false", "False", False], CONFIG_MAP),
        entry([PINS[1]], ["true", "false", False]),
        entry([DOCKET], [*URLS, "redis://{{ .Values.x }}/2"], SECRET, CONFIG_MAP),
        entry(["PREFECT_REDIS_MESSAGING_HOST"], ["redis", "other", "{{ .Values.x }}"]),
        entry(["PREFECT_REDIS_MESSAGING_DB"], ["1", "2"]),
        entry(["PREFECT_REDIS_MESSAGING_URL"], ["redis://u:p%23@queue:6380/3", "redis://x:99999/1", "odd"], SECRET),
        entry(["PREFECT_REDIS_MESSAGING_USERNAME", "PREFECT_REDIS_MESSAGING_PASSWORD"], ["me", "p@ss"], SECRET),
        entry(["PREFECT_UI_SERVE_BASE", "PREFECT_API_BLOCKS_REGISTER_ON_START", "KEPT"], ["/", "false"]),
        entry(["INFRAHUB_CACHE_ADDRESS", "INFRAHUB_CACHE_DATABASE", "PROMETHEUS_MULTIPROC_DIR"], ["redis", "2"]),
    ),
    max_size=7,
)
REDIS = st.fixed_dictionaries(
    {"host": st.sampled_from(HOSTS)},
    optional={
        "port": st.sampled_from([6379, 6380, "6380", 0, "port"]),
        "db": st.sampled_from([0, 1, "1", 2]),
        "username": SPECIAL,
        "password": SPECIAL,
        "ssl": st.booleans(),
        "existingSecret": st.just("redis-password"),
    },
)
STANDING = st.fixed_dictionaries({"url": st.sampled_from(URLS)}) | st.sampled_from(
    [{}, {"existingSecret": "queue"}, {"url": "", "existingSecret": "queue", "existingSecretKey": "url"}]
)
MESSAGING = st.fixed_dictionaries(
    {"redis": REDIS}, optional={"broker": st.sampled_from(["memory", "prefect_redis.messaging"]), "docket": STANDING}
)
BACKGROUND = st.fixed_dictionaries(
    {"runAsSeparateDeployment": st.sampled_from([True, True, True, False]), "messaging": MESSAGING},
    optional={"env": ENTRIES, "extraEnvVarsSecret": st.just("more")},
)
SERVER = st.fixed_dictionaries(
    {"replicaCount": st.just(2)},
    optional={"env": ENTRIES, "args": st.sampled_from([[], ["gunicorn"], ["x", "--no-services"]])},
)
INFRAHUB_IMAGE = {"image": {"repository": "registry.opsmill.io/opsmill/infrahub"}}
VALUES = st.fixed_dictionaries(
    {"server": SERVER, "backgroundServices": BACKGROUND},
    optional={
        "global": st.fixed_dictionaries({"prefect": st.fixed_dictionaries({}, optional={"env": ENTRIES})})
        | st.just({"prefect": INFRAHUB_IMAGE}),
        "redis": st.just({"enabled": True}),
    },
)
ROOTS = {"": "2025.12.24192415", "prefect-server": "4.27.0", "infrahub.prefect-server": "4.13.0"}


WIRED = {f"PREFECT_REDIS_MESSAGING_{name}" for name in ("HOST", "PORT", "DB", "USERNAME", "PASSWORD", "SSL")}


def text_of(values: dict[str, Any], root: str, flow: bool) -> str:
    """The values as YAML in block style, with env lists in flow style if `flow`."""

    def lines(value: Any, indent: str, key: str = "") -> str:
        if flow and key == "env":
            return " " + json.dumps(value)
        if isinstance(value, dict) and value:
            return "".join(f"\n{indent}{key}:{lines(each, indent + '  ', key)}" for key, each in value.items())
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return "".join(f"\n{indent}-{lines(each, indent + '  ')[len(indent) + 2 :]}" for each in value).replace(
                "-name", "- name"
            )
        return " " + json.dumps(value)

    for key in reversed(root.split(".") if root else []):
        values = {key: values}
    return lines(values, "").lstrip("\n") + "\n"


def decide(data: st.DataObject, text: str, **options: str) -> dict[str, str]:
    """Answers to all questions, drawn from what they accept."""
    answers: dict[str, str] = {}
    typed = {
        "redis-host": ["redis", "other.prod", "fd00::2"],
        "redis-db": ["2", "3", "4", "16"],
        "docket-url": ["redis://else:6379/9", "rediss://me:p%40ss@else/10"],
        "docket-secret": ["queue", "queue:url"],
        "release-name": ["prefect"],
        "namespace": ["prod"],
        "messaging-redis.username": ["me", "else"],
        "messaging-redis.port": ["6380"],
        "messaging-redis.db": ["1"],
        "messaging-redis.ssl": ["true"],
        "messaging-redis.broker": ["prefect_redis.messaging"],
        "messaging-redis.cache": ["prefect_redis.messaging"],
    }
    for _ in range(20):
        questions = plan_text(text, answers, **options).open_questions
        if not questions:
            return answers
        question = questions[0]
        values = [choice.value for choice in question.choices] or typed[question.id]
        answers[question.id] = data.draw(st.sampled_from([each for each in values if not question.answer_error(each)]))
    raise AssertionError(f"asked without end: {question.id}")


def changed(plan: Plan, name: str) -> bool:
    """Whether a change of that name says that it alters a pod."""
    return any(name in change.path and change.effect != "none" for change in plan.changes)


def prefect_values(text: str, root: str) -> dict[str, Any]:
    data = yamltext.parse(text.encode(), "values.yaml").documents[0].data
    found = tree.get(data, tuple(root.split(".")) if root else ())
    assert isinstance(found, dict)
    return found


def check_pods(before: dict[str, Any], done: Migrated, after: dict[str, Any], *, wrapped: bool) -> None:
    old = pods.render(before, wrapped=wrapped, new_chart=False)
    new = pods.render(after, wrapped=wrapped, new_chart=True)
    for pod in ("server", "background"):
        for name in old[pod].env.keys() | new[pod].env.keys():
            if name in TOGGLES or name in PINS or name == DOCKET:
                continue
            if old[pod].env.get(name) != new[pod].env.get(name):
                # A URL in env moves into several values of the block.
                changed_name = name.replace("PREFECT_REDIS_MESSAGING_", "redis.").lower() if name in WIRED else name
                if name in ("PREFECT_UI_SERVE_BASE",):
                    changed_name = "server.env"
                # An answer that the block already has changes a pod through the entry that is removed.
                named = (changed_name, name, "server.env")
                assert any(changed(done.plan, each) for each in named), (pod, name)
    check_services(before, done, after, old, new, wrapped=wrapped)


def check_services(
    before: dict[str, Any],
    done: Migrated,
    after: dict[str, Any],
    old: dict[str, pods.Pod],
    new: dict[str, pods.Pod],
    *,
    wrapped: bool,
) -> None:
    was, is_now = (
        pods.serves_api_only(values, pod, wrapped=wrapped)
        for values, pod in ((before, old["server"]), (after, new["server"]))
    )
    if pods.is_separate(after):
        assert is_now is True
    assert was == is_now or changed(done.plan, WEBSERVER_ONLY) or changed(done.plan, "server.env")
    for pod in ("server", "background"):
        if pod == "server" and was != is_now:
            continue
        states = [pods.services(each[pod], api=pod == "server" and is_now is True) for each in (old, new)]
        for service in pods.SERVICES:
            names = [name for name in TOGGLES if f"_{service}_" in name]
            assert states[0][service] == states[1][service] or any(changed(done.plan, name) for name in names), service


def check_docket(before: dict[str, Any], done: Migrated, after: dict[str, Any], *, wrapped: bool) -> str:
    """Check that both pods have one docket, the same; return its URL, empty for a Secret."""
    old = pods.render(before, wrapped=wrapped, new_chart=False)
    new = pods.render(after, wrapped=wrapped, new_chart=True)
    assert [new[pod].count(DOCKET) for pod in ("server", "background")] == [1, 1]
    docket = new["server"].env[DOCKET]
    assert docket == new["background"].env[DOCKET]
    existing = "docket" in (before["backgroundServices"]["messaging"])
    if not existing and any(each[pod].env.get(DOCKET) != docket for each in (old,) for pod in ("server", "background")):
        assert changed(done.plan, "messaging.docket")
    return docket if isinstance(docket, str) else ""


def check_url(url: str, answers: dict[str, str], pod: pods.Pod) -> None:
    """Check that a URL that was built has the parts of the messaging connection, and the answered database."""
    parts = urlsplit(url)
    assert parts.scheme == ("rediss" if pod.env.get("PREFECT_REDIS_MESSAGING_SSL") == "true" else "redis")
    assert str(parts.port) == pod.env["PREFECT_REDIS_MESSAGING_PORT"]
    assert parts.path == f"/{answers['redis-db']}" and not parts.query and not parts.fragment
    if "docket-password" in answers:
        assert parts.password == "$(PREFECT_REDIS_MESSAGING_PASSWORD)"
    else:
        # Kubernetes turns $$ into $ in the entry, and leaves a URL without $ as it is.
        password = str(pod.env.get("PREFECT_REDIS_MESSAGING_PASSWORD") or "").replace("$$", "$")
        assert unquote(parts.password or "") == password
    username = str(pod.env.get("PREFECT_REDIS_MESSAGING_USERNAME") or "").strip().replace("$$", "$")
    assert unquote(parts.username or "") == username


@examples(45, HealthCheck.too_slow, HealthCheck.data_too_large)
@given(values=VALUES, root=st.sampled_from(sorted(ROOTS)), flow=st.booleans(), data=st.data())
def test_no_pod_changes_unless_a_change_says_so(
    values: dict[str, Any], root: str, flow: bool, data: st.DataObject
) -> None:
    text = text_of(values, root, flow)
    options = {"version_from": ROOTS[root]}
    before = prefect_values(text, root)
    assert before == json.loads(json.dumps(values))
    answers = decide(data, text, **options)
    done = migrate_text(text, answers, **options)
    after = prefect_values(done.text, root)
    wrapped = bool(root)
    check_pods(before, done, after, wrapped=wrapped)
    if not pods.is_separate(after):
        assert all(change.path.endswith("PROMETHEUS_MULTIPROC_DIR") for change in done.plan.changes)
        return
    url = check_docket(before, done, after, wrapped=wrapped)
    new = pods.render(after, wrapped=wrapped, new_chart=True)
    existing = before["backgroundServices"]["messaging"].get("docket", {}).get("url")
    if url and "redis-db" in answers and not existing and "PREFECT_REDIS_MESSAGING_URL" not in new["background"].env:
        check_url(url, answers, new["background"])
    if wrapped or before.get("global") == {"prefect": INFRAHUB_IMAGE}:
        assert new["server"].env[PINS[0]] == "false"
        assert new["server"].count(PINS[0]) == 1 or "env-twice" in {notice.rule for notice in done.plan.notices}


@examples(15, HealthCheck.too_slow, HealthCheck.data_too_large)
@given(values=VALUES, flow=st.booleans(), data=st.data())
def test_hop_by_hop_equals_the_jump(values: dict[str, Any], flow: bool, data: st.DataObject) -> None:
    assume(values["backgroundServices"]["runAsSeparateDeployment"])
    text = text_of(values, "infrahub.prefect-server", flow)
    answers = decide(data, text, version_from="4.13.0")
    at_once = migrate_text(text, answers, version_from="4.13.0")
    first = migrate_text(text, answers, version_from="4.13.0", version_to="4.14.0")
    assert migrate_text(first.text, version_from="4.14.0", version_to="4.14.1").text == at_once.text
