"""4.14.0: a sound docket URL that may still be a mistake is a warning when it is written, and never afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import skeleton

from .conftest import Migrate

Cli = Callable[..., Any]
SEPARATE = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis:
      host: redis.shared
"""
OWN = "      username: us\n      password: p@ss\n"
SERVER = "The docket is on the Redis at"
CREDENTIALS = "The docket URL and messaging.redis have different credentials"


@pytest.mark.parametrize(
    ("redis", "url", "warning"),
    [
        ("", "redis://redis.shared:6379/2", ""),
        ("", "redis://redis.shared.svc.cluster.local:6379/2", ""),
        ("", "redis://redis.other:6379/2", SERVER),
        ("", "redis://redis.shared:6380/2", SERVER),
        ("      port: 6380\n", "redis://redis.shared:6380/2", ""),
        ("      port: 6380\n", "redis://redis.shared/2", SERVER),
        (OWN, "redis://us:p%40ss@redis.shared:6379/2", ""),
        (OWN, "redis://us:$(PREFECT_REDIS_MESSAGING_PASSWORD)@redis.shared:6379/2", ""),
        (OWN, "redis://us:p%40sss@redis.shared:6379/2", CREDENTIALS),
        (OWN, "redis://:p%40ss@redis.shared:6379/2", CREDENTIALS),
        (OWN, "redis://redis.shared:6379/2", CREDENTIALS),
        ("", "redis://:other@redis.shared:6379/2", CREDENTIALS),  # a Redis without a password refuses one
        ("", "redis://:${PASSWORD}@redis.shared:6379/2", ""),
        ("      password: ${PASSWORD}\n", "redis://:other@redis.shared:6379/2", ""),
        ("      existingSecret: redis\n", "redis://:other@redis.shared:6379/2", ""),  # that password cannot be read
    ],
)
def test_a_server_or_credentials_unlike_messagings_are_a_warning(
    migrate: Migrate, redis: str, url: str, warning: str
) -> None:
    done = migrate(SEPARATE + redis, {"docket-url": url})
    assert url in done.text
    assert [notice.text.startswith(warning) for notice in done.warnings] == [True] * bool(warning), done.warnings
    assert not migrate(done.text).warnings


def test_a_placeholder_host_is_not_compared_with_the_dockets(migrate: Migrate) -> None:
    done = migrate(SEPARATE.replace("redis.shared", "${REDIS}"), {"docket-url": "redis://redis.other:6379/2"})
    assert SERVER not in done.notices


FLAVOUR = ("--from", "4.13.0-medium")
ENCRYPTED = """\
infrahub:
  prefect-server:
    backgroundServices: {messaging: {redis: {password: "ENC[AES256_GCM,data:abc=,iv:aaa=,tag:bbb=,type:str]"}}}
sops:
  mac: ENC[AES256_GCM,data:abc=,iv:aaa=,tag:bbb=,type:str]
"""
SETS_PASSWORD = (
    "prod/secrets.yaml, which is encrypted, sets infrahub.prefect-server.backgroundServices.messaging.redis.password"
)


@pytest.mark.parametrize(
    ("encrypted", "redis", "is_warning"),
    [
        (ENCRYPTED, (), True),
        (ENCRYPTED, ("password: hunter2",), False),
        (ENCRYPTED.replace("redis:", "cache:"), (), False),
        (ENCRYPTED.replace("  mac:", "  mack:"), (), False),
        (ENCRYPTED.replace("prefect-server:", "prefect-server: ["), (), False),
    ],
)
def test_a_password_in_an_encrypted_file_next_to_the_values_is_a_warning(
    cli: Cli, tmp_path: Path, encrypted: str, redis: tuple[str, ...], is_warning: bool
) -> None:
    """helm-secrets passes the file to Helm as a layer, and Redis then rejects a docket URL without a password."""
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod/secrets.yaml").write_text(encrypted, "utf-8")
    (tmp_path / "prod/values.yaml").write_text(
        skeleton.values("webserver-only register", "", ("host: redis.prod", *redis)), "utf-8"
    )
    done = cli("diff", "prod/values.yaml", "--redis-db", "2", *FLAVOUR)
    assert done.returncode == 0 and b"redis.prod:6379/2" in done.stdout
    assert (SETS_PASSWORD in done.stderr.decode()) == is_warning
    assert SETS_PASSWORD not in cli("diff", "prod/values.yaml", "--docket-secret", "docket", *FLAVOUR).stderr.decode()
    done = cli("diff", "prod/values.yaml", "--docket-url", "redis://:hunter2@redis.prod:6379/2", *FLAVOUR)
    assert (CREDENTIALS in done.stderr.decode()) == (not is_warning and not redis)


def test_a_file_in_a_folder_that_cannot_be_listed_is_read(
    cli: Cli, tmp_path: Path, as_nobody: Callable[[Callable[[], None]], None]
) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod/secrets.yaml").write_text(ENCRYPTED, "utf-8")
    (tmp_path / "prod/values.yaml").write_text(skeleton.values("webserver-only register", ""), "utf-8")
    seen = cli("diff", "prod/values.yaml", "--redis-db", "2", *FLAVOUR)
    assert SETS_PASSWORD in seen.stderr.decode()
    (tmp_path / "prod").chmod(0o311)

    def look() -> None:
        done = cli("diff", "prod/values.yaml", "--redis-db", "2", *FLAVOUR)
        assert (done.returncode, done.stdout, done.stderr) == (0, seen.stdout, b"")

    as_nobody(look)
