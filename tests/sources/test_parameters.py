"""Values that a controller sets over all others: Argo CD's parameters, Flux's references with a target path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.errors import RefusedError
from migrator.sources import set_values
from migrator.values.edits import Route, Value

from .texts import AFTER, DB, VALUES, application, helm_release, in_block, in_object

Migrate = Callable[..., Any]
NEW = "4.18.0-medium"
REDIS = "infrahub.prefect-server.backgroundServices.messaging.redis"
DOCKET = "infrahub.prefect-server.backgroundServices.messaging.docket"
NO_DOCKET = AFTER.replace("        docket:\n          url: redis://redis.prod:6379/2\n", "")


def parameters(*settings: tuple[str, str]) -> str:
    return "parameters:\n" + "".join(f"  - name: {name}\n    value: {value}\n" for name, value in settings)


@pytest.mark.parametrize("form", [in_object, in_block])
def test_the_docket_is_added_after_the_parameter_with_the_host(migrate: Migrate, form: Callable[[str], str]) -> None:
    host, other = (f"{REDIS}.host", "redis.other"), ("neo4j.x", "y")
    docket = (f"{DOCKET}.url", "redis://redis.other:6379/2")
    done = migrate(application(parameters(host, other) + form(VALUES)), DB)
    assert done.text == application(parameters(host, docket, other) + form(NO_DOCKET), NEW)
    assert migrate(done.text).text == done.text


def test_an_unrelated_parameter_changes_nothing(migrate: Migrate) -> None:
    head = parameters(("neo4j.x", "y"), ("infrahub.prefect-server.server.replicaCount", '"2"'))
    assert migrate(application(head + in_object(VALUES)), DB).text == application(head + in_object(AFTER), NEW)


def test_the_example_host_is_replaced_in_its_parameter(migrate: Migrate) -> None:
    before, after = (f"{REDIS}.host", "example-infrahub-cache-master"), (f"{REDIS}.host", "redis.own")
    docket = (f"{DOCKET}.url", "redis://redis.own:6379/2")
    done = migrate(application(parameters(before) + in_object(VALUES)), {**DB, "redis-host": "redis.own"})
    assert done.text == application(parameters(after, docket) + in_object(NO_DOCKET), NEW)


def test_an_unsound_docket_in_a_parameter_is_corrected_there(migrate: Migrate) -> None:
    before = (f"{DOCKET}.url", "redis://redis.prod:6379/two")
    done = migrate(application(parameters(before) + in_object(VALUES)), {"docket-url": "redis://redis.prod:6379/2"})
    after = (f"{DOCKET}.url", "redis://redis.prod:6379/2")
    assert done.text == application(parameters(after) + in_object(NO_DOCKET), NEW)


def test_a_sound_docket_in_a_parameter_is_kept(migrate: Migrate) -> None:
    head = parameters((f"{DOCKET}.url", "redis://redis.prod:6379/7"))
    assert migrate(application(head + in_object(VALUES))).text == application(head + in_object(NO_DOCKET), NEW)


def test_a_chart_from_git_is_recognised_by_its_parameters(cli: Callable[..., Any], tmp_path: Path) -> None:
    head = parameters(("platform.infrahub.prefect-server.server.replicaCount", '"3"'))
    text = application(head, "v1").replace("    chart: infrahub-enterprise\n", "    path: charts/platform\n")
    (tmp_path / "app.yaml").write_text(text, "utf-8")
    done = cli("plan", "app.yaml", "--redis-db", "2")
    assert b"Prefect root: platform.infrahub.prefect-server" in done.stdout
    (tmp_path / "app.yaml").write_text(text.replace("prefect-server", "other"), "utf-8")
    assert b"nothing for these charts" in cli("plan", "app.yaml").stderr


def test_a_forced_string_wins_over_a_plain_parameter(migrate: Migrate) -> None:
    forced = f"  - {{name: {REDIS}.host, value: redis.forced, forceString: true}}\n"
    head = "parameters:\n" + forced + f"  - {{name: {REDIS}.host, value: redis.plain}}\n"
    done = migrate(application(head + in_object(VALUES)), DB)
    assert 'docket.url, value: "redis://redis.forced:6379/2"}' in done.text


def test_a_list_is_never_written_as_a_parameter(migrate: Migrate) -> None:
    separate = ("infrahub.prefect-server.backgroundServices.runAsSeparateDeployment", '"true"')
    head = parameters(separate, (f"{REDIS}.host", "redis.prod"))
    text = migrate(application(head, "4.13.0"), DB).text
    before, _, after = text.partition("      valuesObject:\n")
    assert "PROMETHEUS_MULTIPROC_DIR" not in before
    assert all(name in after for name in ("PROMETHEUS_MULTIPROC_DIR", "PREFECT_API_DATABASE_MIGRATE_ON_START"))


def test_parameters_alone_are_values_too(migrate: Migrate) -> None:
    separate = ("infrahub.prefect-server.backgroundServices.runAsSeparateDeployment", '"true"')
    host = (f"{REDIS}.host", "redis.prod")
    docket = (f"{DOCKET}.url", "redis://redis.prod:6379/2")
    done = migrate(application(parameters(separate, host)), DB)
    assert done.text == application(parameters(separate, host, docket), NEW)


@pytest.mark.parametrize(
    "name",
    [
        "infrahub.prefect-server.server.env[1].value",
        "infrahub.prefect-server.backgroundServices.env[0].value",
        "global.prefect.env[0].name",
    ],
)
def test_a_list_entry_set_by_index_is_refused_with_name_and_line(migrate: Migrate, name: str) -> None:
    before = application(parameters((name, '"true"')) + in_object(VALUES))
    with pytest.raises(RefusedError, match="by its index") as caught:
        migrate(before, DB)
    assert f"name: {name}" in before.splitlines()[caught.value.line - 1]


def test_a_parameter_for_a_list_is_refused_with_name_and_line(migrate: Migrate) -> None:
    name = "infrahub.prefect-server.server.env"
    before = application(parameters(("a.b", "c"), (name, '"null"')) + in_object(VALUES))
    with pytest.raises(RefusedError, match=f"parameter {name} overrides all other values of {name}") as caught:
        migrate(before, DB)
    assert f"name: {name}" in before.splitlines()[caught.value.line - 1]


def test_a_parameter_that_is_set_twice_is_refused(cli: Callable[..., Any], tmp_path: Path) -> None:
    twice = ((f"{DOCKET}.url", "redis://a:6379/x"), (f"{DOCKET}.url", "redis://b:6379/y"))
    (tmp_path / "app.yaml").write_text(application(parameters(*twice) + in_object(VALUES)), "utf-8")
    done = cli("check", "app.yaml", "--docket-url", "redis://c:6379/2")
    assert done.returncode == 2
    assert b"docket.url is on lines" in done.stderr


def test_a_password_in_a_file_parameter_is_not_guessed(cli: Callable[..., Any], tmp_path: Path) -> None:
    head = f"fileParameters:\n  - {{name: {REDIS}.password, path: files/password}}\n"
    text = application(head + in_object(VALUES))
    (tmp_path / "app.yaml").write_text(text, "utf-8")
    done = cli("migrate", "app.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 3
    assert b"the Redis password, which comes from the file files/password" in b" ".join(done.stderr.split())
    assert cli("migrate", "app.yaml", "--docket-secret", "docket", "--non-interactive").returncode == 0
    secret = '        docket:\n          url: ""\n          existingSecret: docket\n'
    after = AFTER.replace("        docket:\n          url: redis://redis.prod:6379/2\n", secret)
    assert (tmp_path / "app.yaml").read_text("utf-8") == application(head + in_object(after), NEW)


def test_a_build_variable_in_a_parameter_is_a_placeholder(cli: Callable[..., Any], tmp_path: Path) -> None:
    text = application(parameters((f"{REDIS}.host", "$ARGOCD_APP_NAME-redis")) + in_object(VALUES))
    (tmp_path / "app.yaml").write_text(text, "utf-8")
    done = cli("plan", "app.yaml", "--redis-db", "2")
    assert b"redis-host" in done.stdout
    assert b"${ARGOCD_APP_NAME}-redis" in done.stdout


# Flux


def references(*paths: str) -> str:
    lines = [f"    - {{kind: Secret, name: own, valuesKey: key, targetPath: '{path}'}}\n" for path in paths]
    return "  valuesFrom:\n" + "".join(lines)


def test_the_docket_includes_the_password_of_a_target_path(migrate: Migrate) -> None:
    head = references(f"{REDIS}.password")
    done = migrate(helm_release(VALUES, head=head), {**DB, "docket-password": "reference"})
    after = AFTER.replace("redis://redis.prod", "redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@redis.prod")
    assert done.text == helm_release(after, NEW, head=head)


def test_a_docket_at_a_target_path_is_kept(migrate: Migrate) -> None:
    head = references(f"{DOCKET}.url")
    done = migrate(helm_release(VALUES, head=head))
    assert done.text == helm_release(NO_DOCKET, NEW, head=head)
    assert "cannot be seen" not in done.notices


def test_changes_beside_a_target_path_land_in_the_values(migrate: Migrate) -> None:
    head = references(f"{REDIS}.host")
    done = migrate(helm_release(VALUES, head=head), {**DB, "redis-host": "redis.prod"})
    assert done.text == helm_release(AFTER, NEW, head=head)


def test_a_value_kept_elsewhere_that_must_change_is_refused(migrate: Migrate) -> None:
    entry = '        - name: PREFECT_REDIS_MESSAGING_DB\n          value: "5"\n'
    wired = VALUES.replace(
        "      env:\n        - name: PREFECT_SERVER", f"      env:\n{entry}        - name: PREFECT_SERVER"
    )
    before = helm_release(wired, head=references("a.b", f"{REDIS}.db"))
    with pytest.raises(
        RefusedError, match=r"Secret own \(key key\) overrides .*redis.db, .*its value is elsewhere"
    ) as caught:
        migrate(before, {**DB, "messaging-redis.db": "5"})
    assert f"{REDIS}.db" in before.splitlines()[caught.value.line - 1]


def test_a_list_entry_at_a_target_path_is_refused_with_name_and_line(migrate: Migrate) -> None:
    before = helm_release(VALUES, head=references("a.b", "infrahub.prefect-server.server.env[0].value"))
    with pytest.raises(RefusedError, match=r"Secret own \(key key\) sets an entry of .* by its index") as caught:
        migrate(before, DB)
    assert "server.env[0]" in before.splitlines()[caught.value.line - 1]


# Helm's --set syntax


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("a.b", ("a", "b")),
        (r"a\.b.c", ("a.b", "c")),
        ("a[0].b[12][3]", ("a", 0, "b", 12, 3)),
        (r"a\[0\]", ("a[0]",)),
        ("", None),
        ("a.", None),
        ("a[x]", None),
        ("a=b", None),
        ("a,b", None),
    ],
)
def test_names_are_parsed_and_written(name: str, route: Route | None) -> None:
    assert set_values.route_of(name) == route
    if route is not None:
        assert set_values.name_of(route) == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("0", 0),
        ("12", 12),
        ("-3", -3),
        ("010", "010"),
        ("1.5", "1.5"),
        ("", ""),
        (r"a\,b", "a,b"),
        ("{a,1}", ["a", 1]),
        ("99999999999999999999", "99999999999999999999"),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775808", -(2**63)),
        ("a}", "a}"),
        ("{{host}}", "{{host}}"),  # filled in by a generator first
    ],
)
def test_the_type_of_a_value_is_guessed_as_helm_does(text: str, value: Value) -> None:
    found = set_values.read(text, as_text=False)
    assert (found, type(found)) == (value, type(value))
    assert set_values.read(text, as_text=True) == (["a", "1"] if text == "{a,1}" else text.replace("\\", ""))


@pytest.mark.parametrize("value", ["redis://h:6379/2", "true", "12", "", r"a\b", "a,b", "007", "{a}", "a}"])
def test_text_is_written_so_that_helm_reads_it_back(value: str) -> None:
    text, as_text = set_values.write(value)
    assert set_values.read(text.replace(",", r"\,") if "\\" not in text else text, as_text=as_text) == value
