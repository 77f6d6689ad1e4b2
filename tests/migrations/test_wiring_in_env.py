"""Separate services that only env entries wire to Redis: host and database move to `messaging`, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done

from .conftest import Migrate, Plans, by_id

HOST = "{name: PREFECT_REDIS_MESSAGING_HOST, value: valkey.cache.svc}"
ALL = f"""\
    - {{name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}}
    - {HOST}
    - {{name: PREFECT_REDIS_MESSAGING_DB, value: "1"}}
"""
SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n"
MESSAGING = """\
  messaging:
    redis:
      host: valkey.cache.svc
      db: 1
    docket:
      url: redis://valkey.cache.svc:6379/2
"""
DB = {"redis-db": "2"}

SHAPES = {
    "server": (f"server:\n  env:\n{ALL}{SEPARATE}", f"server:\n  env: []\n{SEPARATE}{MESSAGING}"),
    "background": (f"{SEPARATE}  env:\n{ALL}", f"{SEPARATE}{MESSAGING}  env: []\n"),
    "both": (
        f"server:\n  env:\n{ALL}{SEPARATE}  env:\n{ALL}",
        f"server:\n  env: []\n{SEPARATE}{MESSAGING}  env: []\n",
    ),
    "global": (
        f"global:\n  prefect:\n    env:\n{ALL.replace('    -', '      -')}{SEPARATE}",
        f"global:\n  prefect:\n    env: []\n{SEPARATE}{MESSAGING}",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_host_and_database_move_from_any_list(migrate: Migrate, shape: str) -> None:
    before, after = SHAPES[shape]
    assert migrate(before, DB).text == after


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("wrapped", ["prefect-server", "infrahub.prefect-server"])
def test_host_and_database_move_below_the_infrahub_charts_too(migrate: Migrate, shape: str, wrapped: str) -> None:
    """Without the Infrahub image's own steps, which add to the lists."""
    before, after = SHAPES[shape]
    image = {"prefect-server": "infrahub", "infrahub.prefect-server": "infrahub-enterprise"}[wrapped]
    done = migrate(_below(wrapped, before), DB, chart=image, version_from={"infrahub": "4.27.0"}.get(image, "4.13.0"))
    for line in MESSAGING.splitlines():
        assert line.strip() in done.text, (done.text, after)
    assert "PREFECT_REDIS_MESSAGING" not in done.text


def _below(root: str, text: str) -> str:
    for key in reversed(root.split(".")):
        text = f"{key}:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return text


@pytest.mark.parametrize(
    "answers", [{"docket-secret": "docket"}, {"docket-url": "redis://other:6379/4"}], ids=["a Secret", "a URL"]
)
def test_host_and_database_move_with_any_answer_for_the_docket(migrate: Migrate, answers: dict[str, str]) -> None:
    done = migrate(SHAPES["both"][0], answers)
    assert "    redis:\n      host: valkey.cache.svc\n      db: 1\n" in done.text


def test_host_and_database_move_beside_an_existing_docket(migrate: Migrate) -> None:
    before = SHAPES["background"][0].replace(
        "  env:", MESSAGING.replace("redis:\n      host: valkey.cache.svc\n      db: 1\n    ", "") + "  env:"
    )
    done = migrate(before)
    assert "      host: valkey.cache.svc\n      db: 1\n" in done.text and "PREFECT_REDIS" not in done.text


def test_a_missing_host_is_asked_for_and_written(migrate: Migrate, plan: Plans) -> None:
    assert list(by_id(plan(SEPARATE))) == ["redis-host", "redis-db"]
    done = migrate(SEPARATE, {**DB, "redis-host": "redis"})
    assert done.text == (
        f"{SEPARATE}  messaging:\n    redis:\n      host: redis\n    docket:\n      url: redis://redis:6379/2\n"
    )


def test_a_templated_host_is_replaced_by_the_answer(migrate: Migrate) -> None:
    before = f"{SEPARATE}  messaging: {{redis: {{host: redis}}}}\n  env:\n    - {HOST}\n".replace(
        "value: valkey.cache.svc", 'value: "{{ .Release.Name }}-redis"'
    )
    done = migrate(before, {**DB, "redis-host": "redis"})
    assert "PREFECT_REDIS_MESSAGING_HOST" not in done.text and "redis://redis:6379/2" in done.text


def test_on_charts_without_separate_services_only_env_counts(migrate: Migrate, plan: Plans) -> None:
    """A prefect-server chart that injects nothing gives both pods what the entries say, so nothing contradicts."""
    block = "  messaging: {redis: {host: valkey.cache.svc}}\n"
    before = f"server:\n  env:\n    - {HOST}\n{SEPARATE}{block}  env:\n    - {HOST}\n"
    assert list(by_id(plan(before, version_from="2025.7.31204438"))) == ["redis-db"]


def test_values_of_messaging_stay_when_services_are_separated(migrate: Migrate, plan: Plans) -> None:
    """Nothing has read it so far; if the entries do not set it, it is what was meant."""
    before = f"server:\n  env:\n    - {HOST}\nbackgroundServices:\n  messaging:\n    redis:\n      db: 1\n"
    done = migrate(before, {**DB, "separate-services": "separate"})
    assert "      db: 1\n" in done.text and "host: valkey.cache.svc" in done.text
    other = before.replace("      db: 1\n", "      db: 1\n      host: elsewhere\n")
    questions = by_id(plan(other, {"separate-services": "separate"}))
    assert "elsewhere" in questions["redis-host"].text


PASSWORDS = """\
server:
  env:
    - {name: PREFECT_REDIS_MESSAGING_PASSWORD, valueFrom: {secretKeyRef: {name: rs, key: rk}}}
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1, password: old}
  env:
    - {name: PREFECT_REDIS_MESSAGING_PASSWORD, valueFrom: {secretKeyRef: {name: rs, key: rk}}}
"""


def test_two_passwords_are_a_question(migrate: Migrate, plan: Plans) -> None:
    assert "messaging-redis.password" in by_id(plan(PASSWORDS))
    ours = migrate(PASSWORDS, {**DB, "messaging-redis.password": "messaging"}).text
    assert ours.count("env: []") == 2 and "redis://:old@redis:6379/2" in ours
    theirs = migrate(PASSWORDS, {**DB, "messaging-redis.password": "env", "docket-password": "reference"}).text
    assert "redis: {host: redis, db: 1, existingSecret: rs, existingSecretPasswordKey: rk}\n" in theirs
    assert theirs.count("env: []") == 2


def test_the_same_password_twice_is_not_a_question(migrate: Migrate) -> None:
    same = PASSWORDS.replace("password: old", "existingSecret: rs, existingSecretPasswordKey: rk")
    done = migrate(same, {**DB, "docket-password": "reference"})
    assert done.text.count("env: []") == 2


def test_beside_the_bundled_redis_a_secret_stays_in_env(migrate: Migrate) -> None:
    """The chart reads no existingSecret then, and gives the pods the bundled Redis's password."""
    bundled = "redis: {enabled: true}\n" + PASSWORDS.replace(", password: old", "")
    done = migrate(bundled, {"docket-secret": "docket"})
    assert done.text.count("PREFECT_REDIS_MESSAGING_PASSWORD") == 2
    assert "existingSecret: rs" not in done.text


HOPS = ("2025.8.21160848", "2026.4.10163454", "2026.4.21154022")


PIN = '    - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}\n'


LEASES = "    - {name: PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE, value: prefect_redis.lease_storage}\n"


@pytest.mark.parametrize("leases", [LEASES, ""], ids=["lease storage", "no other entry"])
@pytest.mark.parametrize("image", ["prefecthq/prefect", "acme/infrahub"])
def test_hops_of_prefect_server_alone_equal_the_jump(migrate: Migrate, image: str, leases: str) -> None:
    text = f"""\
global: {{prefect: {{image: {{repository: {image}, prefectTag: 3.6.13}}}}}}
server:
  env:
{PIN}    - {{name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}}
    - {{name: PREFECT_REDIS_MESSAGING_HOST, value: redis.acme}}
{leases}backgroundServices:
  runAsSeparateDeployment: true
  messaging: {{redis: {{host: redis.acme, db: 1}}}}
  env:
    - {{name: PREFECT_REDIS_MESSAGING_HOST, value: redis.acme}}
"""
    at_once = migrate(text, DB, version_to=HOPS[-1]).text
    hopped = text
    for version in HOPS:
        answers = DB if "docket" not in hopped and version != HOPS[0] else {}
        hopped = migrate(hopped, answers, version_to=version).text
        if version == HOPS[0]:  # that chart sets neither of them
            assert ("LEASE_STORAGE" in hopped) == bool(leases) and "MIGRATE_ON_START" in hopped
    assert hopped == at_once


NOT_YET_SEPARATE = """\
global: {prefect: {image: {repository: @image, prefectTag: 1.9.8}}}
server:
  env:
    - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis.acme}
    - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
    - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, @says}
    - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
    - {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}
backgroundServices:
  env:
    - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis.acme}
    - {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}
"""


@pytest.mark.parametrize("image", ["prefecthq/prefect", "acme/infrahub"])
@pytest.mark.parametrize("pin", ['value: "true"', 'value: "{{ x }}"'])
def test_an_overridden_pin_is_removed_when_services_are_separated(migrate: Migrate, image: str, pin: str) -> None:
    """2026.4.10163454 sets that name itself, after server.env, so it would be set twice. Later it is corrected."""
    text = NOT_YET_SEPARATE.replace("@image", image).replace("@says", pin)
    apart = {**DB, "separate-services": "separate"}
    between = migrate(text, apart, chart="prefect-server", version_to=HOPS[1])
    assert "MIGRATE_ON_START" not in between.text
    (gone,) = [change for change in between.plan.changes if "MIGRATE_ON_START" in change.path]
    assert (gone.effect, "comes later and wins" in gone.why) == ("none", True)
    at_once = migrate(text, apart, chart="prefect-server", version_to=HOPS[2]).text
    assert migrate(between.text, chart="prefect-server", version_to=HOPS[2]).text == at_once
    assert ("MIGRATE_ON_START" in at_once) is (image == "acme/infrahub")


def test_already_separate_services_keep_an_overridden_pin(migrate: Migrate) -> None:
    apart = "  runAsSeparateDeployment: true\n  messaging: {redis: {host: redis.acme, db: 1}}\n  env:"
    text = (
        NOT_YET_SEPARATE.replace("@image", "acme/infrahub")
        .replace("@says", 'value: "true"')
        .replace("  env:", apart, 2)
    )
    text = text.replace(apart, "  env:", 1)
    assert "MIGRATE_ON_START" in migrate(text, DB, chart="prefect-server", version_to=HOPS[1]).text


MEMORY = "prefect.server.utilities.messaging.memory"
BESIDE_MEMORY = """\
server:
  env:
    - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
%s    - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis.acme}
backgroundServices:
  runAsSeparateDeployment: true
%s  env:
%s    - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis.acme}
"""
SAYS_MEMORY = f"    - {{name: PREFECT_MESSAGING_BROKER, value: {MEMORY}}}\n"


@pytest.mark.parametrize(("server", "background"), [(SAYS_MEMORY, SAYS_MEMORY), (SAYS_MEMORY, ""), ("", SAYS_MEMORY)])
def test_another_broker_moves_and_the_host_entries_stay(
    migrate: Migrate, plan: Plans, server: str, background: str
) -> None:
    """The chart requires a host with any broker, and sets it on no pod if the broker is not Redis."""
    before = BESIDE_MEMORY % (server, "", background)
    broker = {} if server == background else {"messaging-redis.broker": MEMORY}
    if broker:
        assert "messaging-redis.broker" in by_id(plan(before))
    done = migrate(before, {"docket-url": "redis://redis.acme:6379/2", **broker})
    messaging = f"""\
  messaging:
    broker: {MEMORY}
    redis:
      host: redis.acme
    docket:
      url: redis://redis.acme:6379/2
"""
    assert done.text == BESIDE_MEMORY % ("", messaging, "")
    assert plan(done.text).is_current
    gone = [each.effect for each in done.plan.changes if each.path.endswith("env.PREFECT_MESSAGING_BROKER")]
    assert set(gone) == {"behaviour" if broker else "none"}


OLD_HOST = """\
server: {env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: ours}]}
backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: old}}
  env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: ours}]
"""


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("2025.7.31204438", "messaging.redis.host is 'old', which nothing has read so far, while PREFECT_REDIS"),
        ("2025.9.5145513", "PREFECT_REDIS_MESSAGING_HOST is 'old' on the server pod and 'ours' on the background pod"),
    ],
)
def test_the_host_question_says_what_each_pod_has_so_far(plan: Plans, version: str, shown: str) -> None:
    questions = by_id(plan(OLD_HOST, chart="prefect-server", version_from=version))
    assert list(questions) == ["redis-host", "redis-db"]
    assert shown in questions["redis-host"].text


IN_ONE_LIST = "server: {env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: a}]}\n"


@pytest.mark.parametrize(
    "text", [IN_ONE_LIST, IN_ONE_LIST + "backgroundServices: {env: [{name: OURS, value: kept}]}\n"]
)
def test_the_question_says_if_only_one_list_has_the_host(plan: Plans, text: str) -> None:
    (question,) = by_id(plan(text, chart="prefect-server")).values()
    assert "only one of server.env and backgroundServices.env sets the Redis address" in question.text


@pytest.mark.parametrize(("database", "asked"), [("1", ["redis-db"]), ("3", ["messaging-redis.db", "redis-db"])])
def test_a_database_without_a_host_counts_on_its_pod(plan: Plans, database: str, asked: list[str]) -> None:
    entries = "{name: PREFECT_REDIS_MESSAGING_HOST, value: a}, {name: PREFECT_REDIS_MESSAGING_DB, value: '1'}"
    own = f"{{name: PREFECT_REDIS_MESSAGING_DB, value: '{database}'}}"
    text = f"server: {{env: [{entries}]}}\nbackgroundServices: {{runAsSeparateDeployment: true, env: [{own}]}}\n"
    planned = plan(text, chart="prefect-server")
    assert [name for name in by_id(planned) if name != "redis-host"] == asked
    # While one of them is open no entry is removed: its value would be lost.
    moves = [each for each in planned.changes if "PREFECT_REDIS_MESSAGING" in each.path]
    assert bool(moves) is (len(asked) == 1)


PLAIN_DATABASE = """\
server: {env: [%s{name: PREFECT_REDIS_MESSAGING_DB, value: "0"}]}
backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: %s}%s}
  env: [%s{name: PREFECT_REDIS_MESSAGING_DB, value: "0"}]
"""


@pytest.mark.parametrize("host", ["ours", "old"])
def test_the_default_database_is_not_written_beside_a_host_in_messaging(migrate: Migrate, host: str) -> None:
    """If `messaging` has a host already, the chart's default database applies to it already."""
    entry = "{name: PREFECT_REDIS_MESSAGING_HOST, value: ours}, "
    before = PLAIN_DATABASE % (entry, host, "", entry)
    answers = {"redis-db": "2"} if host == "ours" else {"redis-db": "2", "redis-host": "ours"}
    done = migrate(before, answers, chart="prefect-server", version_from="2025.7.31204438")
    after = PLAIN_DATABASE % ("", "ours", ', docket: {url: "redis://ours:6379/2"}', "")
    assert done.text == after.replace('[{name: PREFECT_REDIS_MESSAGING_DB, value: "0"}]', "[]")


def test_a_missing_redis_block_is_added_as_one_change(migrate: Migrate) -> None:
    entries = "{name: PREFECT_REDIS_MESSAGING_HOST, value: ours}, {name: PREFECT_REDIS_MESSAGING_DB, value: '3'}"
    text = f"""\
server: {{env: [{entries}]}}
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    broker: prefect_redis.messaging
  env: [{entries}]
"""
    done = migrate(text, DB, chart="prefect-server")
    (put,) = [each for each in done.plan.changes if each.path == "backgroundServices.messaging.redis"]
    assert put.after == {"host": "ours", "db": 3}
    assert "messaging:\n    broker: prefect_redis.messaging\n    redis:\n      host: ours\n      db: 3\n" in done.text


@pytest.mark.parametrize(
    ("part", "after"),
    [
        (
            "  resources: {}\n  replicaCount: 2\n",
            "  resources: {}\n  replicaCount: 2\n  runAsSeparateDeployment: false\n",
        ),
        ("  replicaCount: 2\n  env: []\n", "  replicaCount: 2\n  runAsSeparateDeployment: false\n  env: []\n"),
        ("  resources: {}\n  env: []\n", "  runAsSeparateDeployment: false\n  resources: {}\n  env: []\n"),
    ],
)
def test_run_as_separate_deployment_goes_after_replica_count(migrate: Migrate, part: str, after: str) -> None:
    text = IN_ONE_LIST + "backgroundServices:\n"
    assert migrate(text + part, {"separate-services": "single"}, chart="prefect-server").text == text + after


def test_run_as_separate_deployment_goes_into_an_empty_block(migrate: Migrate) -> None:
    text = f"{IN_ONE_LIST}backgroundServices: {{}}\n"
    done = migrate(text, {"separate-services": "single"}, chart="prefect-server")
    assert done.text == f"{IN_ONE_LIST}backgroundServices:\n  runAsSeparateDeployment: false\n"


def test_run_as_separate_deployment_goes_into_the_layer_with_the_block(
    cli: Callable[..., Done], tmp_path: Path
) -> None:
    base, prod = "backgroundServices:\n  resources: {}\n", IN_ONE_LIST
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "prod.yaml").write_text(prod)
    answers = ("--chart", "prefect-server", "--answer", "separate-services=single", "--non-interactive")
    assert cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", *answers).returncode == 0
    assert (tmp_path / "base.yaml").read_text() == base.replace("  res", "  runAsSeparateDeployment: false\n  res")
    assert (tmp_path / "prod.yaml").read_text() == prod
