"""Faults that hostile inputs found, each with the smallest text that shows it, through the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from tests import skeleton

Cli = Callable[..., Any]

SEPARATE = skeleton.values("webserver-only register", "", ("host: redis", "db: 1"), head="configPreset: medium\n")
UNRELATED = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: search}
spec:
  chart: {spec: {chart: search, version: 1.0.0}}
  values: {replicas: 2}  # theirs
"""


def migrate(cli: Cli, tmp_path: Path, text: str, *options: str) -> Any:
    (tmp_path / "values.yaml").write_text(text)
    return cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", *options)


def test_a_duplicate_env_name_from_before_does_not_block_a_migration(cli: Cli, tmp_path: Path) -> None:
    """There were three and then two, in another list, so the rule's text differs before and after."""
    twice = "      prefect: {env: [{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'true'}%s]}\n"
    again = ", {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'true'}"
    toggle = "env:\n        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'false'}\n"
    text = SEPARATE.replace("env:\n", toggle, 1) + "    global:\n" + twice % again

    done = migrate(cli, tmp_path, text)

    assert done.returncode == 0, done.stderr
    assert "redis://redis:6379/2" in (tmp_path / "values.yaml").read_text()


@pytest.mark.parametrize("nothing", ["{}", "[]", "false", '""'])
def test_a_secret_name_that_a_template_treats_as_empty_counts_as_none(cli: Cli, tmp_path: Path, nothing: str) -> None:
    text = SEPARATE.replace("db: 1\n", f"db: 1\n          existingSecret: {nothing}\n")

    done = migrate(cli, tmp_path, text)

    assert done.returncode == 0, done.stderr
    assert "url: redis://redis:6379/2\n" in (tmp_path / "values.yaml").read_text()


def test_objects_of_other_charts_are_passed_through_to_the_output(cli: Cli, tmp_path: Path) -> None:
    assert migrate(cli, tmp_path, UNRELATED, "--output", "out.yaml").returncode == 2
    elsewhere = migrate(cli, tmp_path, UNRELATED, "--output", "out.yaml", "--skip-unrelated")
    printed = migrate(cli, tmp_path, UNRELATED, "--output", "-", "--skip-unrelated")
    piped = cli("migrate", "-", "--non-interactive", "--skip-unrelated", stdin=UNRELATED.encode())

    assert (elsewhere.returncode, (tmp_path / "out.yaml").read_text()) == (0, UNRELATED)
    assert (printed.returncode, printed.stdout.decode()) == (0, UNRELATED)
    assert (piped.returncode, piped.stdout.decode()) == (0, UNRELATED)
    assert b"nothing for these charts" in piped.stderr


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: infrahub}
spec:
  source:
    chart: infrahub-enterprise
    targetRevision: 4.13.0-medium
    helm:
      values: |
%s"""


@pytest.mark.parametrize("end", ["\r", "\x85", "\u2028"])
def test_embedded_values_in_a_file_with_odd_line_breaks_are_refused(cli: Cli, tmp_path: Path, end: str) -> None:
    """Such a character ends a line in YAML but not in an editor, so their line numbers differ."""
    text = (APPLICATION % indent(SEPARATE, "        ")).replace(
        "metadata: {name: infrahub}\n", f"metadata: {{name: infrahub}}{end}# ours\n"
    )

    done = migrate(cli, tmp_path, text)

    assert done.returncode == 2
    assert b"values.yaml:10: spec.source.helm.values is embedded text" in done.stderr


def test_output_is_refused_for_several_files_of_a_directory(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "deploy"
    folder.mkdir()
    for name, host in (("dev", "redis"), ("prod", "other")):
        (folder / f"{name}.yaml").write_text(SEPARATE.replace("host: redis", f"host: {host}"))

    for output in ("out.yaml", "deploy/dev.yaml", "-"):
        done = cli("migrate", "deploy", "--redis-db", "2", "--non-interactive", "--output", output)
        assert done.returncode == 2
        assert b"--output is for the result of one file, and 2 are named" in done.stderr
        assert done.stdout == b""
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["dev.yaml", "prod.yaml"]
    assert (folder / "dev.yaml").read_text() == SEPARATE


def test_objects_of_other_charts_are_left_alone_in_place(cli: Cli, tmp_path: Path) -> None:
    in_place = migrate(cli, tmp_path, UNRELATED, "--skip-unrelated")
    dry = migrate(cli, tmp_path, UNRELATED, "--output", "out.yaml", "--dry-run", "--skip-unrelated")
    itself = migrate(cli, tmp_path, UNRELATED, "--output", "values.yaml", "--skip-unrelated")

    assert (in_place.returncode, in_place.stdout) == (0, b"")
    assert (dry.returncode, dry.stdout) == (0, b"")
    assert itself.returncode == 5
    assert b"is the input itself" in itself.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["values.yaml"]
    assert (tmp_path / "values.yaml").read_text() == UNRELATED


@pytest.mark.parametrize("command", ["check", "plan", "diff", "migrate"])
@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("configPreset: medium\ninfrahub:\n  - prefect-server: {}\n", "infrahub"),
        ("configPreset: medium\ninfrahub: text\n", "infrahub"),
        (SEPARATE + "prefect-server: text\n", "prefect-server"),
    ],
)
def test_a_parent_key_that_is_not_a_mapping_is_named(
    cli: Cli, tmp_path: Path, command: str, text: str, way: str
) -> None:
    (tmp_path / "values.yaml").write_text(text)

    done = cli(command, "values.yaml", "--redis-db", "2")

    assert done.returncode == 2
    assert f"{way} is not a mapping, so it has no values".encode() in done.stdout + done.stderr


ESCAPES = "\\e[2J\\u202e"
"""A control sequence and a bidi control, as YAML spells them in double quotes."""


@pytest.mark.parametrize("command", ["check", "plan", "diff", "verify", "migrate"])
def test_the_name_of_an_object_is_escaped_for_the_terminal(cli: Cli, tmp_path: Path, command: str) -> None:
    (tmp_path / "values.yaml").write_text(UNRELATED.replace("name: search", f'name: "{ESCAPES}"'))

    done = cli(command, "values.yaml")

    assert done.returncode == 2
    assert b"\\x1b[2J\\u202e: nothing for these charts" in done.stderr


def test_a_flavour_is_escaped_for_the_terminal(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(SEPARATE.replace("medium", f'"{ESCAPES}"'))

    done = cli("verify", "values.yaml")

    assert b"(infrahub-enterprise 4.18.0-\\x1b[2J\\u202e)" in done.stdout


def test_the_name_of_a_file_is_escaped_for_the_terminal(cli: Cli, tmp_path: Path) -> None:
    for command in ("check", "undo"):
        done = cli(command, "\x1b[2J.yaml")
        assert done.returncode == 2
        assert b"\\x1b[2J.yaml: there is no such file" in done.stderr


def test_a_credential_in_a_wrong_option_is_masked(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", "values.yaml", "--answer", "docket-url:redis://:c4n4ry-S3cret@redis/2")

    assert done.returncode == 2
    assert b"docket-url:redis://:***1@redis/2" in done.stderr


def test_digits_of_other_scripts_are_not_numbers(cli: Cli, tmp_path: Path) -> None:
    """Python reads them, Redis does not: a port that was carried over gave a URL that could not be parsed."""
    port = migrate(cli, tmp_path, SEPARATE.replace("db: 1", 'port: "\u0662"'))
    (tmp_path / "values.yaml").write_text(SEPARATE)
    database = cli("migrate", "values.yaml", "--redis-db", "\u0662", "--non-interactive")
    workers = migrate(
        cli,
        tmp_path,
        SEPARATE.replace("      env:\n", "      env:\n        - {name: WEB_CONCURRENCY, value: '\u00b2'}\n", 1),
    )

    assert (port.returncode, b"docket-url" in port.stderr) == (3, True)
    assert database.returncode == 2
    assert "is not a database number" in database.stderr.decode()
    assert workers.returncode == 0


@pytest.mark.parametrize("command", ["check", "plan", "diff", "migrate"])
def test_two_byte_order_marks_are_refused(cli: Cli, tmp_path: Path, command: str) -> None:
    """Positions in the text would be off by one: an edit was made next to where it belonged."""
    (tmp_path / "values.yaml").write_text("\ufeff\ufeff" + SEPARATE)

    done = cli(command, "values.yaml", "--redis-db", "2")

    assert done.returncode == 2
    assert b"values.yaml:1: the file starts with two byte-order marks" in done.stdout + done.stderr


def test_one_byte_order_mark_stays(cli: Cli, tmp_path: Path) -> None:
    assert migrate(cli, tmp_path, "\ufeff" + SEPARATE).returncode == 0
    assert (tmp_path / "values.yaml").read_text().startswith("\ufeffconfigPreset: medium\n")


def test_an_unreadable_file_in_a_directory_is_an_error(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not YAML does not matter; one that cannot be read may be the one that does."""
    folder = tmp_path / "deploy"
    (folder / "live").mkdir(parents=True)
    (folder / "dev.yaml").write_text(SEPARATE)
    (folder / "live" / "release.yaml").write_text(SEPARATE)
    (folder / "notes.yaml").write_text("a: [")
    really_open, really_list = os.open, os.scandir

    def refused(path: Any, *rest: Any, **options: Any) -> Any:
        if str(path).endswith("release.yaml"):
            raise PermissionError(13, "Permission denied")
        return really_open(path, *rest, **options)

    def unlisted(path: Any) -> Any:
        if str(path).endswith("live"):
            raise PermissionError(13, "Permission denied", str(path))
        return really_list(path)

    for function, put, words in (("open", refused, "cannot be read"), ("scandir", unlisted, "cannot be read")):
        with monkeypatch.context() as patched:
            patched.setattr(os, function, put)
            done = cli("check", "deploy")
        assert done.returncode == 2
        assert f"{words}: Permission denied" in done.stderr.decode()
        assert b"deploy/dev.yaml: needs-decision" in done.stdout
        assert b"deploy/notes.yaml" not in done.stderr


@pytest.mark.parametrize("key", ["PORT", "DB", "SSL", "USERNAME"])
@pytest.mark.parametrize("entry", ["- name: {}", "- {{name: {}, value: null}}", '- {{name: {}, value: ""}}'])
def test_an_env_entry_without_a_value_counts_as_empty(cli: Cli, tmp_path: Path, key: str, entry: str) -> None:
    """Kubernetes makes it an empty string, and prefect-redis then uses its default."""
    listed = entry.format(f"PREFECT_REDIS_MESSAGING_{key}")
    text = SEPARATE.replace("      env: []\n", f"      env:\n        {listed}\n").replace("          db: 1\n", "")

    done = migrate(cli, tmp_path, text, "--answer", "messaging-redis.db=0")

    assert (done.returncode, b"bug in" in done.stderr) == (0, False), done.stderr
    assert key not in (tmp_path / "values.yaml").read_text()


@pytest.mark.parametrize(
    "entry",
    [
        "name: PREFECT_MESSAGING_BROKER",
        "name: PREFECT_REDIS_MESSAGING_SSL, value: maybe",
        "name: PREFECT_REDIS_MESSAGING_USERNAME, value: ' '",
    ],
)
def test_removing_an_entry_that_stops_prefect_is_a_change_of_behaviour(cli: Cli, tmp_path: Path, entry: str) -> None:
    text = SEPARATE.replace("      env: []\n", f"      env:\n        - {{{entry}}}\n")
    (tmp_path / "values.yaml").write_text(text)

    planned = cli("plan", "values.yaml", "--redis-db", "2").stdout.decode()

    name = entry.split(",")[0].removeprefix("name: ")
    _, _, change = planned.partition(f"backgroundServices.env.{name}")
    assert change.partition("effect:")[2].splitlines()[0] == " a pod changes"
    assert migrate(cli, tmp_path, text).returncode == 0


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ('{configPreset: medium, infrahub: "{}"}', "infrahub is not a mapping"),
        (
            "{infrahub: {prefect-server: {backgroundServices: [{replicaCount: 2}]}}}",
            "infrahub.prefect-server.backgroundServices is not a mapping",
        ),
        (
            "{infrahub: {prefect-server: {server: {env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: redis}]}, "
            "backgroundServices: {runAsSeparateDeployment: true, messaging: {redis: 6379}}}}}",
            "infrahub.prefect-server.backgroundServices.messaging.redis is not a mapping",
        ),
    ],
)
def test_an_answer_never_replaces_a_value_that_the_chart_cannot_read(
    cli: Cli, tmp_path: Path, values: str, error: str
) -> None:
    """An answer once overwrote the list or the number that was there."""
    text = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: infrahub}\nspec:\n"
        "  chart: {spec: {chart: infrahub-enterprise, version: 4.13.0}}\n"
        f"  valuesFrom: [{{kind: ConfigMap, name: more}}]\n  values: {values}\n"
    )
    answers = ("--answer", "separate-services=separate", "--answer", "redis-host=redis", "--answer", "unseen-env=leave")

    done = migrate(cli, tmp_path, text, *answers)

    assert (done.returncode, error in done.stderr.decode()) == (2, True), done.stderr
    assert (tmp_path / "values.yaml").read_text() == text


def test_a_layer_that_removes_the_prefect_part_is_refused(cli: Cli, tmp_path: Path) -> None:
    """An empty key in the last layer removes them; one that a later layer fills does not."""
    (tmp_path / "base.yaml").write_text(SEPARATE)
    (tmp_path / "over.yaml").write_text("infrahub:\n  prefect-server:\n")

    done = cli("plan", "-f", "base.yaml", "-f", "over.yaml", "--redis-db", "2")

    assert done.returncode == 2
    assert b"over.yaml:2: infrahub.prefect-server is empty, which removes everything" in done.stderr
    done = cli("migrate", "-f", "over.yaml", "-f", "base.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr


def test_an_old_preset_with_a_single_deployment_is_current_afterwards(cli: Cli, tmp_path: Path) -> None:
    """Its configPreset names no flavour, before the answer is written and after."""
    text = dedent("""\
        configPreset: small
        infrahub:
          prefect-server:
            backgroundServices:
              env:
                - {name: PREFECT_REDIS_MESSAGING_HOST, value: infrahub-cache-master}
        """)
    (tmp_path / "values.yaml").write_text(text)
    answers = ("--answer", "flavour=none", "--answer", "separate-services=single", "--non-interactive")

    done = cli("migrate", "values.yaml", *answers)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "runAsSeparateDeployment: false" in (tmp_path / "values.yaml").read_text()
    assert cli("check", "values.yaml").returncode == 0


def test_a_database_that_only_one_pod_sets_is_asked_about(cli: Cli, tmp_path: Path) -> None:
    """The background pod sets its database and no host: its database was once ignored."""
    text = dedent("""\
        infrahub:
          prefect-server:
            server:
              env:
                - {name: PREFECT_REDIS_MESSAGING_HOST, value: infrahub-cache-master}
            backgroundServices:
              env:
                - {name: PREFECT_REDIS_MESSAGING_DB, value: "1"}
        """)
    given = ("--answer", "separate-services=separate", "--answer", "flavour=none")

    done = migrate(cli, tmp_path, text, *given)

    assert (done.returncode, b"messaging-redis.db" in done.stderr) == (3, True), done.stderr
    assert migrate(cli, tmp_path, text, *given, "--answer", "messaging-redis.db=1").returncode == 0
    assert "db: 1" in (tmp_path / "values.yaml").read_text()


@pytest.mark.parametrize(("optional", "effect"), [("false", "pods restart, behaviour unchanged"), ("true", "required")])
def test_an_optional_docket_secret_is_told_apart_from_a_required_one(
    cli: Cli, tmp_path: Path, optional: str, effect: str
) -> None:
    entry = f"[{{name: %s, valueFrom: {{secretKeyRef: {{name: redis, key: k, optional: {optional}}}}}}}]"
    text = f"""\
server:
  env: {entry % "PREFECT_SERVER_DOCKET_URL"}
backgroundServices:
  runAsSeparateDeployment: true
  env: {entry % "PREFECT_SERVER_DOCKET_URL"}
  messaging: {{redis: {{host: redis}}}}
"""
    (tmp_path / "values.yaml").write_text(text)

    planned = cli("plan", "values.yaml").stdout.decode()

    _, _, changes = planned.partition("backgroundServices.env.PREFECT_SERVER_DOCKET_URL")
    assert effect in changes.partition("effect: ")[2].splitlines()[0]
    assert migrate(cli, tmp_path, text).returncode == 0


@pytest.mark.parametrize(("optional", "effect"), [("false", "pods restart, behaviour"), ("true", "a pod changes")])
def test_an_optional_password_secret_is_told_apart_from_a_required_one(
    cli: Cli, tmp_path: Path, optional: str, effect: str
) -> None:
    secret = f"{{secretKeyRef: {{name: r, key: k, optional: {optional}}}}}"
    entry = f"{{name: PREFECT_REDIS_MESSAGING_PASSWORD, valueFrom: {secret}}}"
    text = f"""\
server:
  env: [{entry}]
backgroundServices:
  runAsSeparateDeployment: true
  env: [{entry}]
  messaging: {{redis: {{host: redis}}}}
"""
    (tmp_path / "values.yaml").write_text(text)

    planned = cli("plan", "values.yaml", "--docket-secret", "docket").stdout.decode()

    _, _, changes = planned.partition("backgroundServices.env.PREFECT_REDIS_MESSAGING_PASSWORD")
    assert effect in changes.partition("effect: ")[2].splitlines()[0], planned


@pytest.mark.parametrize("named", ["{value: docket}", "[docket]", "7"])
def test_a_secret_name_that_is_not_a_string_counts_as_none(cli: Cli, tmp_path: Path, named: str) -> None:
    """Its string form in Python was once taken for the name."""
    entry = f"[{{name: PREFECT_SERVER_DOCKET_URL, valueFrom: {{secretKeyRef: {{name: {named}, key: url}}}}}}]"
    text = f"""\
server:
  env: {entry}
backgroundServices:
  runAsSeparateDeployment: true
  env: {entry}
  messaging: {{redis: {{host: redis}}}}
"""
    done = migrate(cli, tmp_path, text)

    assert (done.returncode, b"docket-url" in done.stderr) == (3, True), done.stderr


@pytest.mark.parametrize("value", ["{a: b}", "[a]"])
def test_an_env_value_that_is_not_a_string_is_not_moved(cli: Cli, tmp_path: Path, value: str) -> None:
    """Its string form in Python was once moved."""
    entry = f"{{name: PREFECT_REDIS_MESSAGING_USERNAME, value: {value}}}"

    done = migrate(cli, tmp_path, SEPARATE.replace("      env: []\n", f"      env: [{entry}]\n"))

    assert b"bug in" not in done.stderr + done.stdout
    assert f"value: {value}" in (tmp_path / "values.yaml").read_text()


BROKER = "{name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}"


@pytest.mark.parametrize("taken_away", ["broker: null\n", ""], ids=["null", "absent"])
def test_a_null_broker_is_replaced_by_that_of_the_env_entries(cli: Cli, tmp_path: Path, taken_away: str) -> None:
    """It once counted as the chart's own broker; without the entries the pods would have had an empty string."""
    block = f"      messaging:\n        {taken_away}" if taken_away else "      messaging:\n"
    text = SEPARATE.replace("      env: []\n", f"      env: [{BROKER}]\n").replace("      messaging:\n", block)
    assert (BROKER in text, taken_away in text) == (True, True)

    done = migrate(cli, tmp_path, text)

    after = (tmp_path / "values.yaml").read_text()
    assert done.returncode == 0, done.stderr
    assert ("broker: prefect_redis.messaging" in after, BROKER in after) == (bool(taken_away), False)


def test_a_null_port_is_replaced_by_that_of_the_env_entries(cli: Cli, tmp_path: Path) -> None:
    entry = '{name: PREFECT_REDIS_MESSAGING_PORT, value: "6379"}'
    text = SEPARATE.replace("      env: []\n", f"      env: [{entry}]\n").replace(
        "db: 1\n", "db: 1\n          port: null\n"
    )

    done = migrate(cli, tmp_path, text)

    assert done.returncode == 0, done.stderr
    assert "          port: 6379\n" in (tmp_path / "values.yaml").read_text()


@pytest.mark.parametrize("user", ["true", "false"])
def test_a_boolean_username_is_moved_as_yaml_spells_it(cli: Cli, tmp_path: Path, user: str) -> None:
    """It was once moved as Python spells it, which is another name."""
    entry = f"{{name: PREFECT_REDIS_MESSAGING_USERNAME, value: {user}}}"
    text = f"{SEPARATE}    global:\n      prefect: {{env: [{entry}]}}\n"

    (tmp_path / "values.yaml").write_text(text)
    done = cli("migrate", "values.yaml", "--docket-secret", "docket", "--non-interactive")

    assert done.returncode == 0, done.stderr

    assert f'username: "{user}"\n' in (tmp_path / "values.yaml").read_text()
