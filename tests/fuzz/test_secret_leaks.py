"""No command prints a credential in any format, wherever in the file it is: each place has a canary."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from migrator.cli import options
from tests.report.masking_samples import ORDINARY, PLACES, URLS, plant

Cli = Callable[..., Any]

CANARY = "c4n4ry-S3cret"

ENTERPRISE = """\
configPreset: medium
global:
  license: {licenseKey: CANARY}
infrahub:
  infrahubServer:
    infrahubServer:
      env:
        INFRAHUB_CACHE_URL: redis://cache:CANARY@infrahub-cache:6379/0
        INFRAHUB_SECURITY_SECRET_KEY: CANARY
        INFRAHUB_INITIAL_ADMIN_TOKEN: "CANARY"
  infrahubTaskWorker:
    infrahubTaskWorker:
      env: {INFRAHUB_CACHE_PASSWORD: CANARY, INFRAHUB_API_TOKEN: 'CANARY'}
  neo4j: {neo4j: {password: CANARY}}
  prefect-server:
    secret: {connectionString: "postgresql+asyncpg://prefect:CANARY@db:5432/prefect"}
    postgresql:
      auth:
        password: >-
          CANARY
        existingSecret: shown
    redis: {enabled: false, auth: {password: CANARY}}
    global:
      prefect:
        env:
          - {name: PREFECT_API_KEY, value: CANARY}
    server:
      basicAuth: {enabled: true, authString: "admin:CANARY"}
      args: [gunicorn, --requirepass, CANARY, "--url=https://me:CANARY@host/x"]
      env:
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_DATABASE_CONNECTION_URL
          value: postgresql+asyncpg://prefect:CANARY@db:5432/prefect
        # the old token: CANARY
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "false"
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: redis
          db: 1
          username: prefect
          password: CANARY # rotate
      env:
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "true"
        - name: SMTP_PASSWORD
          value: |-
            CANARY
    extraManifests:
      - {apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {any: CANARY}, data: {other: CANARY}}
"""
OWN = """\
server:
  env: &wiring
    - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
WIRING
backgroundServices:
  runAsSeparateDeployment: true
  messaging: MESSAGING
  env: *wiring
"""


def own(messaging: str, *wiring: str) -> str:
    """A release of prefect-server alone, with this `messaging` and these entries on both pods."""
    return OWN.replace("MESSAGING", messaging).replace("WIRING\n", "".join(f"    - {{{each}}}\n" for each in wiring))


REDIS = "{redis: {host: redis, db: 1, password: CANARY}}"
FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub, namespace: prod}
spec:
  chart: {spec: {chart: infrahub-enterprise, version: 4.13.0-medium}}
  values:
%s"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: infrahub}
spec:
  source:
    repoURL: https://me:CANARY@charts.example.com/x
    chart: infrahub-enterprise
    targetRevision: 4.13.0-medium
    helm:
      parameters:
        - {name: infrahub.prefect-server.backgroundServices.messaging.redis.password, value: CANARY}
        - {name: infrahub.prefect-server.backgroundServices.messaging.docket.url, value: "redis://:CANARY@redis/3"}
      values: |
%s"""
URL = "name: PREFECT_REDIS_MESSAGING_URL, value: 'redis://me:CANARY@redis:6379/1'"
DOCKET = "name: PREFECT_SERVER_DOCKET_URL, value: 'redis://me:CANARY@redis:6379/2'"
FILES = {
    "every position": ENTERPRISE,
    "a docket that is set": own("{redis: {host: redis}, docket: {url: 'redis://me:CANARY@redis:6379/2'}}"),
    "a docket that is not sound": own("{redis: {host: redis}, docket: {url: 'redis://me:CANARY@redis:6379/two'}}"),
    "a docket with unencoded characters": own(
        "{redis: {host: redis}, docket: {url: 'redis://me:a#b/CANARY@redis:6379/2'}}"
    ),
    "a docket without a scheme": own("{redis: {host: redis}, docket: {url: 'me:CANARY@redis:6379/2'}}"),
    "a docket in env": own(REDIS, DOCKET),
    "a messaging URL in env": own("{redis: {host: redis}}", URL),
    "a messaging URL that cannot be read": own("{redis: {host: redis}}", URL.replace("6379", "port")),
    "env entries": own("{redis: {host: redis}}", "name: PREFECT_REDIS_MESSAGING_PASSWORD, value: CANARY"),
    "wiring in env": "server:\n  env: &wiring\n    - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: 'true'}\n"
    "    - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis}\n"
    "    - {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}\n"
    "    - {name: PREFECT_REDIS_MESSAGING_PASSWORD, value: CANARY}\n"
    "backgroundServices:\n  env: *wiring\n",
    "a host that is a URL": own("{redis: {host: 'redis://me:CANARY@redis', db: 1}}"),
    "Flux": FLUX % indent(ENTERPRISE, "    "),
    "Argo CD": ARGO % indent(ENTERPRISE, "        "),
    "a duplicate key": ENTERPRISE.replace("CANARY # rotate", "CANARY\n          password: CANARY2"),
    "a broken line": ENTERPRISE.replace("password: CANARY # rotate", 'password: "CANARY\nbroken'),
    "a broken key": ENTERPRISE.replace("password: CANARY # rotate", "password: CANARY: CANARY"),
    "an alias of nothing": ENTERPRISE.replace("password: CANARY # rotate", "password: *CANARY"),
    "a list for a mapping": own("[{redis: {password: CANARY}}]"),
    "a text for a list": own(REDIS).replace("env: &wiring", "env: &wiring |\n    - password: CANARY"),
}

READING = [
    ("check",), *(("check", "--format", form) for form in ("json", "markdown", "sarif", "junit", "github")),
    ("plan",), ("plan", "--verbose"), ("plan", "--format", "json"),
    *(("diff", "--format", form) for form in ("unified", "structural", "json", "markdown", "html")),
    ("verify",), ("verify", "--verbose"), ("verify", "--format", "json"),
    ("migrate", "--non-interactive", "--dry-run", "--verbose"),
    ("migrate", "--non-interactive", "--dry-run", "--format", "json"),
]  # fmt: skip
ANSWERS = [
    ("--redis-db", "2", "--answer", "separate-services=separate"),
    ("--docket-url", f"redis://me:{CANARY}-given@redis:6379/4", "--answer", "separate-services=separate"),
    ("--docket-url", f"redis://me:{CANARY}-given@redis:6379/four"),
    ("--docket-url", f"redis://me:{CANARY}-gi#ven@redis:6379/4"),
    ("--docket-url", f"me:{CANARY}-given@redis:6379/4"),
    (),
]


def with_planted_secrets(text: str) -> str:
    """The text with a different canary in every place, so that no canary is masked only because another one is."""
    numbers = iter(range(100, 1000))
    return re.sub("CANARY2?", lambda _: f"{CANARY}-{next(numbers)}", text)


def output_of(done: Any) -> str:
    return str((done.stdout + done.stderr).decode())


def test_every_command_is_covered() -> None:
    reads_no_values = {"list", "explain", "example", "schema", "completion"}
    assert {command for command, *_ in READING} | {"undo", "init"} == set(options.COMMANDS) - reads_no_values


@pytest.mark.parametrize("name", FILES)
def test_init_prints_and_writes_no_secret(cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / "values.yaml").write_text(with_planted_secrets(FILES[name]))
    done = cli("init")
    written = [path.read_text() for path in tmp_path.iterdir() if path.name != "values.yaml"]
    assert CANARY not in output_of(done) + "".join(written)
    assert (done.returncode, len(written)) in ((0, 1), (2, 0)), done.stderr


@pytest.mark.parametrize("name", FILES)
def test_no_command_prints_or_saves_a_secret(cli: Cli, tmp_path: Path, name: str) -> None:
    text = with_planted_secrets(FILES[name])
    for number, answers in enumerate(ANSWERS):
        (tmp_path / "values.yaml").write_text(text)
        # Every command with the answers that matter most; a wrong URL has the same error everywhere.
        for command in READING if number < 2 else READING[2::5]:
            done = cli(*command, "values.yaml", *answers)
            assert CANARY not in output_of(done), (command, answers)
        written = ("--save-answers", "answers.yaml", "--report", f"report.{('html', 'md', 'json')[number % 3]}")
        saved = cli("migrate", "values.yaml", "--non-interactive", *written, *answers)
        assert CANARY not in output_of(saved), answers
        undone = cli("undo", "values.yaml")
        assert CANARY not in output_of(undone)
        for path in tmp_path.iterdir():
            assert CANARY not in path.name
            assert path.name == "values.yaml" or path.suffix == ".bak" or CANARY not in path.read_text()
            path.unlink()


def test_show_secrets_prints_the_planted_secrets(cli: Cli, tmp_path: Path) -> None:
    """So the test above looks where they would be printed."""
    (tmp_path / "values.yaml").write_text(with_planted_secrets(ENTERPRISE))
    for command in (
        ("plan", "--verbose"),
        ("diff",),
        ("diff", "--format", "json"),
        ("diff", "--format", "markdown"),
        ("diff", "--format", "html"),
    ):
        assert CANARY in output_of(cli(*command, "values.yaml", "--redis-db", "2", "--show-secrets")), command


def test_no_secret_of_layers_or_a_directory_is_printed(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "deploy"
    folder.mkdir()
    for name in ("Flux", "Argo CD", "a broken line", "a docket that is not sound"):
        (folder / f"{name.replace(' ', '-')}.yaml").write_text(with_planted_secrets(FILES[name]))
    (tmp_path / "base.yaml").write_text(with_planted_secrets(ENTERPRISE))
    password = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {password: CANARY}}}}}\n"
    (tmp_path / "over.yaml").write_text(with_planted_secrets(password))
    for command in READING:
        assert CANARY not in output_of(cli(*command, "deploy", "--redis-db", "2")), command
        assert CANARY not in output_of(cli(*command, "-f", "base.yaml", "-f", "over.yaml", "--redis-db", "2")), command


def test_no_secret_of_an_answers_file_is_printed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(with_planted_secrets(ENTERPRISE))
    for database in ("4", "four", "4\n  nonsense: 1", "4\n  docket-secret: x"):
        (tmp_path / "answers.yaml").write_text(f"answers:\n  docket-url: redis://me:{CANARY}@redis/{database}\n")
        for command in READING:
            assert CANARY not in output_of(cli(*command, "values.yaml", "--answers", "answers.yaml")), (
                command,
                database,
            )


def release_with_every_place(canary: str) -> tuple[str, list[str]]:
    """A release with every place that one document can have, inside and outside what changes."""
    places = [text for text in PLACES.values() if "---" not in text]
    extra = "".join(f"  place{number}:\n{indent(text, '    ')}" for number, text in enumerate(places))
    return plant(
        own(REDIS.replace("CANARY", "CANARY9")).replace("backgroundServices:", f"extra:\n{extra}backgroundServices:"),
        canary,
    )


def test_no_command_prints_a_secret_from_any_place(cli: Cli, tmp_path: Path) -> None:
    text, unseen = release_with_every_place("c4n4ryS3cret")
    (tmp_path / "values.yaml").write_text(text)
    for command in READING:
        done = output_of(
            cli(*command, "values.yaml", "--redis-db", "2", "--exit-code" if "diff" in command else "--quiet")
        )
        assert [each for each in unseen if each in done] == [], command


@pytest.mark.parametrize("url", URLS)
def test_no_docket_url_is_printed_unmasked(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Given as a flag, as an answer, in an answers file, from the environment, or in the values."""
    url, (canary, *_) = plant(url, "c4n4ryS3cret")
    monkeypatch.setenv("URL", url)
    (tmp_path / "values.yaml").write_text(own("{redis: {host: redis, db: 1}}"))
    (tmp_path / "standing.yaml").write_text(own(f"{{redis: {{host: redis}}, docket: {{url: '{url}'}}}}"))
    (tmp_path / "typed.yaml").write_text(f"answers: {{docket-url: '{url}'}}\n")
    (tmp_path / "from-env.yaml").write_text("answers: {docket-url: {from-env: URL}}\n")
    ways = [
        ("values.yaml", "--docket-url", url),
        ("values.yaml", "--answer", f"docket-url={url}"),
        ("values.yaml", "--answers", "typed.yaml"),
        ("values.yaml", "--answers", "from-env.yaml"),
        ("standing.yaml",),
        (url,),  # a FILE of that name
    ]
    for command in (
        ("plan",),
        ("plan", "--format", "json"),
        ("diff", "--format", "json"),
        ("check", "--format", "json"),
    ):
        for way in ways:
            assert canary not in output_of(cli(*command, *way)), (command, way)


@pytest.mark.parametrize(
    "way", ["--answer docket-password=CANARY", "--redis-password=CANARY", "--answer my-token=CANARY"]
)
def test_no_answer_that_is_a_password_is_printed(cli: Cli, tmp_path: Path, way: str) -> None:
    (tmp_path / "values.yaml").write_text(own(REDIS))
    way, (canary, *_) = plant(way, "c4n4ryS3cret")
    for command in (("plan",), ("plan", "--format", "json"), ("check",), ("migrate", "--non-interactive")):
        done = cli(*command, "values.yaml", *way.split())
        assert done.returncode == 2
        assert canary not in output_of(done), command


def test_no_ordinary_value_is_masked_by_any_command(cli: Cli, tmp_path: Path) -> None:
    text = own("{redis: {host: redis, db: 1}}").replace(
        "backgroundServices:", f"extra:\n{indent(ORDINARY, '  ')}backgroundServices:"
    )
    (tmp_path / "values.yaml").write_text(text)
    for command in READING:
        done = output_of(cli(*command, "values.yaml", "--redis-db", "2"))
        assert "***" not in done, command
