"""What a look at a real Redis shows, and the errors if there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from migrator.errors import InputError, UsageError
from migrator.prefect import redis_live
from migrator.values.redis_state import RedisState

from .server import Server, free_port

Start = Callable[..., Server]
Listen = Callable[..., int]
CRLF = b"\r\n"
PASSWORD = "Tr0ub4dor&3"
NO_CONFIG = ("--rename-command", "CONFIG", "")


def complaint(url: str) -> str:
    with pytest.raises((InputError, UsageError)) as caught:
        redis_live.inspect(url)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize("password", ["", PASSWORD], ids=["open", "with a password"])
@pytest.mark.parametrize("databases", [1, 4, 16, 32])
def test_how_many_databases_there_are(redis_server: Start, databases: int, password: str) -> None:
    server = redis_server("--databases", str(databases), password=password)
    seen = redis_live.inspect(server.url())

    assert (seen.where, seen.databases, seen.is_cluster) == (f"127.0.0.1:{server.port}", databases, False)
    assert [number for number in range(40) if seen.missing_reason(number)] == list(range(databases, 40))
    assert not set(seen.keys) & set(seen.refused)


def test_what_the_databases_contain(redis_server: Start) -> None:
    server = redis_server("--databases", "32", password=PASSWORD)
    server.fill(0, "a", "b")
    server.fill(2, "prefect:stream", "prefect:known:x", "prefect:runs:x")
    server.fill(3, "prefect:stream", "events")
    server.fill(20, "x")
    seen = redis_live.inspect(server.url())

    filled = {number: keys for number, keys in seen.keys.items() if keys}
    assert (filled, seen.dockets) == ({0: 2, 2: 3, 3: 2, 20: 1}, frozenset({2}))
    assert [seen.contents(n) for n in (0, 1, 2, 20, 32)] == ["2 keys", "empty", "3 keys, a docket", "1 key", ""]
    assert seen.summary() == (
        f"Redis at 127.0.0.1:{server.port}: 32 databases; 0 holds 2 keys; 2 holds 3 keys, a docket; 3 holds 2 keys; "
        "20 holds 1 key"
    )


def test_no_docket_is_recognised_without_permission_to_scan(redis_server: Start) -> None:
    server = redis_server()
    server.fill(2, "prefect:stream", "prefect:known:x")
    assert redis_live.inspect(server.url()).dockets == frozenset({2})
    with Redis(port=server.port) as client:
        client.execute_command("ACL", "SETUSER", "default", "-scan")
    assert redis_live.inspect(server.url()).dockets == frozenset()


def test_without_config_select_finds_the_databases(redis_server: Start) -> None:
    server = redis_server("--databases", "4", *NO_CONFIG)
    seen = redis_live.inspect(server.url())

    assert (seen.databases, seen.persists) == (None, None)
    assert [seen.missing_reason(number) for number in (0, 3, 4, 16)] == [
        "",
        "",
        "it refuses it (DB index is out of range)",
        None,
    ]
    assert (
        "it does not say how many databases it has (CONFIG is not allowed there), and SELECT accepts 0 to 3; all empty"
        in seen.summary()
    )


def test_a_database_above_15_is_looked_at_if_the_url_names_it(redis_server: Start) -> None:
    server = redis_server("--databases", "20", *NO_CONFIG)
    assert [redis_live.inspect(server.url(path)).missing_reason(17) for path in ("", "/17", "/20")] == [None, "", None]
    assert redis_live.inspect(server.url("/20")).missing_reason(20) == "it refuses it (DB index is out of range)"


def test_a_cluster_has_one_database(redis_server: Start) -> None:
    seen = redis_live.inspect(redis_server("--cluster-enabled", "yes").url())

    assert (seen.missing_reason(0), seen.missing_reason(2)) == ("", "it is a cluster, which has database 0 only")
    assert seen.summary().endswith(": a cluster, which has database 0 only; all empty")


@pytest.mark.parametrize(
    ("options", "save", "persists"),
    [
        ((), "", False),
        ((), "60 1000", True),
        (("--appendonly", "yes"), "", True),
        (("--appendonly", "yes", *NO_CONFIG), "", True),
        (NO_CONFIG, "60 1000", None),
    ],
)
def test_whether_it_persists(redis_server: Start, options: tuple[str, ...], save: str, persists: bool | None) -> None:
    assert redis_live.inspect(redis_server(*options, save=save).url()).persists is persists


@pytest.mark.parametrize(
    ("memory", "policy", "evicts"),
    [
        ("100mb", "allkeys-lru", "allkeys-lru"),
        ("0", "allkeys-lru", ""),
        ("100mb", "volatile-lru", ""),
        ("100mb", "noeviction", ""),
    ],
)
def test_whether_it_evicts_keys(redis_server: Start, memory: str, policy: str, evicts: str) -> None:
    assert redis_live.inspect(redis_server("--maxmemory", memory, "--maxmemory-policy", policy).url()).evicts == evicts


def test_a_look_changes_nothing(redis_server: Start) -> None:
    server = redis_server(password=PASSWORD)
    server.fill(1, "x")
    with Redis(port=server.port, password=PASSWORD, decode_responses=True) as client:
        client.config_resetstat()
        before = client.info("persistence")
        redis_live.inspect(server.url())
        commands = client.info("commandstats")
        after = client.info("persistence")
    assert isinstance(commands, dict) and isinstance(before, dict) and isinstance(after, dict)

    ran = {name.removeprefix("cmdstat_") for name in commands}
    assert ran - {"client|setinfo", "config|resetstat", "hello"} == {"auth", "info", "config|get", "select", "scan"}
    assert after["rdb_changes_since_last_save"] == before["rdb_changes_since_last_save"]


def test_the_password_may_come_from_the_environment(redis_server: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the variable that redis-cli reads too, so that it shows in no list of processes."""
    server = redis_server(password=PASSWORD)
    monkeypatch.setenv("REDISCLI_AUTH", PASSWORD)
    assert redis_live.inspect(f"redis://127.0.0.1:{server.port}").databases == 16
    assert "rejects this user or password" in complaint(server.url(password="other"))


def test_a_user_with_few_permissions(redis_server: Start) -> None:
    server = redis_server()
    with Redis(port=server.port) as client:
        client.execute_command("ACL", "SETUSER", "poor", "on", ">pw", "~*", "+info")
        client.execute_command("ACL", "SETUSER", "none", "on", ">pw", "~*", "+ping")
    server.fill(5, "x")
    seen = redis_live.inspect(f"redis://poor:pw@127.0.0.1:{server.port}")

    assert [seen.missing_reason(number) for number in (0, 5, 16)] == [None, "", None]
    assert (seen.databases, seen.persists, seen.dockets) == (None, None, frozenset())
    assert "does not let this user run INFO" in complaint(f"redis://none:pw@127.0.0.1:{server.port}")


@pytest.mark.parametrize(
    ("required", "given", "words"),
    [
        (PASSWORD, "", "needs a password. Put it in the URL or in the environment variable REDISCLI_AUTH."),
        (PASSWORD, "wr0ng%21", "rejects this user or password. Both must be percent-encoded in the URL."),
        ("", "wr0ng%21", "needs no password, and one is given."),
    ],
)
def test_a_missing_wrong_or_needless_password_is_refused(
    redis_server: Start, required: str, given: str, words: str
) -> None:
    server = redis_server(password=required)
    message = complaint(f"redis://{f':{given}@' if given else ''}127.0.0.1:{server.port}")

    assert f"--check-redis: the Redis at 127.0.0.1:{server.port} {words}" in message
    assert "wr0ng" not in message


def test_an_error_that_repeats_the_command_hides_the_password(redis_server: Start) -> None:
    server = redis_server("--rename-command", "AUTH", "")
    message = complaint(server.url(password="s3same"))

    assert "answers: unknown command 'AUTH'." in message
    assert "s3same" not in message


def test_an_error_that_repeats_the_credentials_is_masked(listener: Listen) -> None:
    message = complaint(f"redis://hugo:s3same@127.0.0.1:{listener(b'-ERR hugo may not be s3same here' + CRLF)}")

    assert "answers: *** may not be *** here." in message


def test_a_closed_port_is_refused() -> None:
    port = free_port()
    message = complaint(f"redis://:{'s3same'}@127.0.0.1:{port}/2")
    assert message == (
        f"--check-redis: the Redis at 127.0.0.1:{port} cannot be reached: Connection refused. Is the port forwarded "
        "(kubectl port-forward)?"
    )


def test_an_unknown_host_is_refused() -> None:
    assert "the Redis at redis.invalid:6379 cannot be reached" in complaint("redis://redis.invalid")


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_a_server_that_never_answers_is_refused(listener: Listen, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setattr(redis_live, "SECONDS", 0.5)
    port = listener(None)
    began = time.monotonic()
    message = complaint(f"{scheme}://127.0.0.1:{port}")

    assert time.monotonic() - began < 10
    assert f"the Redis at 127.0.0.1:{port} does not answer within 0.5 seconds." in message
    other = {
        "redis": "If the port has TLS, use rediss://.",
        "rediss": "If the port has no TLS, use redis://.",
    }
    assert other[scheme] in message


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak the Redis protocol."),
        (b"", "closes the connection (Connection closed by server)."),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "Redis is loading the dataset in memory"),
    ],
)
def test_a_server_that_is_not_a_usable_redis_is_refused(listener: Listen, reply: bytes, words: str) -> None:
    assert words in complaint(f"redis://127.0.0.1:{listener(reply)}")


def test_a_sentinel_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "sentinel.conf"
    config.write_text("")
    server = Server(tmp_path, ["--sentinel"], first=[str(config)])
    try:
        assert "is a Redis Sentinel. Give the URL of the Redis that it watches." in complaint(server.url())
    finally:
        server.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A key and a certificate for a name that a forwarded port does not have."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl on this machine to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    about = ["-days", "2", "-subj", "/CN=redis.prod", "-addext", "subjectAltName=DNS:redis.prod"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *about]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return key, certificate


def test_tls(redis_server: Start, certificate: tuple[Path, Path]) -> None:
    key, cert = certificate
    options = ("--tls-cert-file", str(key.with_name("cert.pem")), "--tls-key-file", str(key))
    server = redis_server(*options, "--tls-ca-cert-file", str(cert), "--tls-auth-clients", "no", tls=True)
    url = f"rediss://127.0.0.1:{server.port}"

    assert "has a certificate that cannot be trusted: self-signed certificate." in complaint(url)
    assert "cannot be trusted: IP address mismatch" in complaint(f"{url}?ssl_ca_certs={cert}")
    for query in (f"?ssl_ca_certs={cert}&ssl_check_hostname=false", "?ssl_cert_reqs=none"):
        assert redis_live.inspect(url + query).databases == 16
    message = complaint(url.replace("rediss", "redis"))
    assert "closes the connection" in message and "If the port has TLS, use rediss://." in message


def test_tls_on_a_port_without_tls_is_refused(redis_server: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_live, "SECONDS", 0.5)
    server = redis_server()
    assert "If the port has no TLS, use redis://." in complaint(f"rediss://127.0.0.1:{server.port}")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "REDIS://localhost:6379",
        "redis+sentinel://localhost:6379/m/0",
        "redis://",
        "redis:///2",
        "redis://:s3same@",
        "redis://localhost:s3same",
        "redis://:s3/same@localhost",
        "redis://:s3#same@localhost",
        "redis://:s3?same@localhost",
        "redis://localhost:99999",
        "redis://localhost/two",
        "redis://localhost/1/2",
        "redis://localhost?db=2",
        "redis://[localhost",
        "rediss://localhost?ssl_cert_reqs=nine",
        "rediss://localhost?ssl_ca_certs=/no/such/file",
    ],
)
def test_an_invalid_url_is_not_repeated_in_the_error(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        redis_live.inspect(url)
    message = str(caught.value)

    assert message.startswith("--check-redis: ")
    assert not any(part in message for part in ("s3same", "s3", "same@", "localhost"))


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("ssl_cert_reqs=nine", "ssl_cert_reqs must be required or none."),
        ("ssl_check_hostname=", "ssl_check_hostname must be true or false."),
        ("ssl_ca_certs=/no/such/file", "ssl_ca_certs must be a file with certificates."),
        ("ssl_ca_certs=", "ssl_ca_certs must be a file with certificates."),
    ],
)
def test_an_invalid_option_in_the_url_is_refused_with_the_valid_ones(options: str, what: str) -> None:
    assert complaint(f"rediss://localhost?{options}") == f"--check-redis: {what}"


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("[::1]", "[::1]")])
def test_an_address_is_shown_as_in_a_url(host: str, shown: str) -> None:
    port = free_port()
    assert f"the Redis at {shown}:{port} " in complaint(f"redis://{host}:{port}")


def test_a_server_that_speaks_no_tls_suggests_the_other_scheme(listener: Listen) -> None:
    message = complaint(f"rediss://127.0.0.1:{listener(b'-ERR no TLS here' + CRLF)}")
    assert "does not speak TLS" in message and message.endswith("If the port has no TLS, use redis://.")


def test_a_missing_library_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(redis_live.LibraryMissing) as caught:
        redis_live.inspect("redis://localhost")
    assert "pip install '.[redis]'" in str(caught.value)
    assert caught.value.exit_code == 2


def test_only_a_look_imports_the_library(tmp_path: Path) -> None:
    program = "import sys; from migrator.cli.main import run_command_line; run_command_line(['plan', 'values.yaml']); "
    program += "print('redis' in sys.modules, 'migrator.prefect.redis_live' in sys.modules)"
    (tmp_path / "values.yaml").write_text("prefect-server:\n  server: {}\n")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.stdout.decode().splitlines()[-1] == "False False"


def test_the_summary_of_a_partial_look() -> None:
    gaps = RedisState("redis:6379", refused={1: "no"}, keys={0: 0, 2: 0, 3: 0, 5: 7})
    assert gaps.summary().endswith(" (CONFIG is not allowed there), and SELECT accepts 0, 2, 3, 5; 5 holds 7 keys")
    assert RedisState("redis:6379", databases=1, keys={0: 0}).summary() == "Redis at redis:6379: 1 database; all empty"
    assert RedisState("redis:6379", databases=1).missing_reason(1) == "it has 1 database"
