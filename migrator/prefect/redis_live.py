"""A read-only look at a running Redis: which databases it has, what is in them, and whether it keeps its data.

The commands are INFO, CONFIG GET, SELECT and SCAN. Managed services disable CONFIG
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html), so what only CONFIG
returns may stay unknown. Whether a database exists is always known, since SELECT refuses one that does not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from migrator.errors import InputError, MigratorError, UsageError
from migrator.values.redis_state import RedisState

if TYPE_CHECKING:
    from redis import Redis

SECONDS = 5
"""How long to wait for the connection, and for each answer."""

FLAG = "--check-redis"
DOCKET_KEYS = "prefect:"
"""Prefixes of a docket's key names: `prefect server services start` names its docket `prefect`."""

_NUMBERS = range(16)
_SAMPLE = 100  # keys per database whose names are looked at
_OPTIONS = {"ssl_ca_certs": (), "ssl_check_hostname": ("true", "false"), "ssl_cert_reqs": ("required", "none")}


class LibraryMissing(MigratorError):
    """The Redis client library is not installed."""


class _Place(NamedTuple):
    """Where to look, with unmasked credentials."""

    tls: bool
    host: str
    port: int
    named: int | None
    username: str | None
    password: str | None
    options: dict[str, str]

    @property
    def shown(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def inspect(url: str) -> RedisState:
    """What the Redis at `url` shows about its databases 0 to 15 and the one that the URL names.

    Raises UsageError for an invalid URL, LibraryMissing, and InputError if Redis does not answer or rejects the user.
    None of them shows a credential.
    """
    place = _place(url)
    _refuse_missing_library()
    with _translated_errors(place), _connected(place) as client:
        return _look(client, place)


def _look(client: Redis, place: _Place) -> RedisState:
    from redis.exceptions import NoPermissionError, ResponseError

    def config(name: str) -> str | None:
        try:
            found: Any = client.config_get(name)
        except ResponseError:
            return None
        return str(found[name]) if name in found else None

    info: Any = client.info()
    if info.get("redis_mode") == "sentinel":
        raise InputError(
            f"{place.shown} is a Redis Sentinel.", path=FLAG, remedy="Give the URL of the Redis that it watches."
        )
    refused, dockets = {}, set()
    filled = {int(name[2:]): int(found["keys"]) for name, found in info.items() if re.fullmatch(r"db\d+", name)}
    keys = {**dict.fromkeys(_NUMBERS, 0), **({} if place.named is None else {place.named: 0}), **filled}
    for number in sorted(keys):
        try:
            client.select(number)
        except NoPermissionError:
            # The pods may connect as another user, who may have access.
            if number not in filled:
                del keys[number]
            continue
        except ResponseError as error:
            refused[number] = _masked_message(error, place)
            del keys[number]
            continue
        if keys[number] and _holds_a_docket_only(client):
            dockets.add(number)
    databases, snapshots = config("databases"), config("save")
    is_kept = bool(info.get("aof_enabled")) or (None if snapshots is None else bool(snapshots))
    policy = str(info.get("maxmemory_policy", ""))
    return RedisState(
        where=place.shown,
        named=place.named,
        databases=int(databases) if databases is not None else None,
        is_cluster=bool(info.get("cluster_enabled")),
        refused=refused,
        keys=keys,
        dockets=frozenset(dockets),
        persists=is_kept,
        # `allkeys-*` evicts any key; the other policies keep keys without a time to live (redis.conf,
        # maxmemory-policy). Without a limit nothing is evicted.
        evicts=policy if policy.startswith("allkeys-") and info.get("maxmemory") else "",
    )


def _holds_a_docket_only(client: Redis) -> bool:
    from redis.exceptions import ResponseError

    try:
        found: Any = client.scan(count=_SAMPLE)
    except ResponseError:
        return False
    return bool(found[1]) and all(str(name).startswith(DOCKET_KEYS) for name in found[1])


def _place(url: str) -> _Place:
    """The parts of the URL. An error never repeats any of an unreadable URL: it may be a password."""
    scheme, colon, _ = url.partition("://")
    if not colon or scheme not in ("redis", "rediss"):
        raise UsageError("does not begin with redis:// or rediss:// (for TLS).", path=FLAG, remedy=_FORM)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 6379
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise UsageError("its host, port or options cannot be read.", path=FLAG, remedy=_FORM) from None
    number = parts.path.strip("/")
    if not host or parts.fragment or not re.fullmatch(r"/?|/[0-9]+", parts.path):
        raise UsageError("names no host, or has more than a database after it.", path=FLAG, remedy=_FORM)
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise UsageError(f"has an unknown option; the options are {', '.join(_OPTIONS)}.", path=FLAG, remedy=_FORM)
    for name, value in options.items():
        is_right = os.path.isfile(value) if name == "ssl_ca_certs" else value in _OPTIONS[name]
        if not is_right:
            what = "a file with certificates" if name == "ssl_ca_certs" else " or ".join(_OPTIONS[name])
            raise UsageError(f"{name} must be {what}.", path=FLAG)
    password = unquote(parts.password or "") or os.environ.get("REDISCLI_AUTH")
    return _Place(
        tls=scheme == "rediss",
        host=host,
        port=port,
        named=int(number) if number else None,
        username=unquote(parts.username or "") or None,
        password=password or None,
        options=options,
    )


_FORM = (
    "The form is redis://USER:PASSWORD@HOST:PORT/N, rediss:// for TLS, user and password percent-encoded or left out."
)


def _refuse_missing_library() -> None:
    try:
        import redis  # noqa: F401
    except ImportError as error:
        raise LibraryMissing(
            "needs the library redis, which is not installed.",
            path=FLAG,
            remedy="pip install '.[redis]' in a checkout of infrahub-migrator",
        ) from error


@contextmanager
def _connected(place: _Place) -> Iterator[Redis]:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    with Redis(
        host=place.host,
        port=place.port,
        username=place.username,
        password=place.password,
        ssl=place.tls,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
        single_connection_client=True,
        decode_responses=True,
        encoding_errors="replace",
        ssl_ca_certs=place.options.get("ssl_ca_certs"),
        ssl_cert_reqs=place.options.get("ssl_cert_reqs", "required"),
        ssl_check_hostname=place.options.get("ssl_check_hostname") != "false"
        and place.options.get("ssl_cert_reqs") != "none",
    ) as client:
        yield client


@contextmanager
def _translated_errors(place: _Place) -> Iterator[None]:
    """Turns errors of the Redis connection into InputError."""
    from redis import exceptions

    try:
        yield
    except MigratorError:
        raise
    except exceptions.TimeoutError:
        raise _error(place, f"does not answer within {SECONDS} seconds.", _OTHER_SCHEME[place.tls]) from None
    except (exceptions.AuthenticationError, exceptions.AuthenticationWrongNumberOfArgsError) as error:
        if "without any password" in str(error):
            raise _error(
                place, "needs no password, and one is given.", "Leave it out, in REDISCLI_AUTH as well."
            ) from None
        if place.password:
            raise _error(place, "rejects this user or password.", "Both must be percent-encoded in the URL.") from None
        raise _error(
            place, "needs a password.", "Put it in the URL or in the environment variable REDISCLI_AUTH."
        ) from None
    except exceptions.NoPermissionError:
        raise _error(place, "does not let this user run INFO.", "Use one that may.") from None
    except exceptions.InvalidResponse:
        raise _error(place, "does not speak the Redis protocol.", _OTHER_SCHEME[place.tls]) from None
    except exceptions.ConnectionError as error:
        raise _error(place, *_why_not_connected(error, place)) from None
    except exceptions.RedisError as error:
        raise _error(place, f"answers: {_masked_message(error, place)}.", "") from None


_OTHER_SCHEME = {
    True: "If the port has no TLS, use redis://.",
    False: "If the port has TLS, use rediss://.",
}


def _why_not_connected(error: Exception, place: _Place) -> tuple[str, str]:
    import ssl

    cause = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        remedy = "Behind a forwarded port, add ?ssl_ca_certs=FILE&ssl_check_hostname=false to the URL."
        return f"has a certificate that cannot be trusted: {cause.verify_message.removesuffix('.')}.", remedy
    if isinstance(cause, ssl.SSLError):
        return "does not speak TLS, or no version of it supported here.", _OTHER_SCHEME[True]
    is_cut_off = isinstance(cause, (ConnectionResetError, BrokenPipeError))
    if isinstance(cause, OSError) and cause.strerror and not is_cut_off:
        return f"cannot be reached: {cause.strerror}.", "Is the port forwarded (kubectl port-forward)?"
    return f"closes the connection ({_masked_message(error, place)}).", _OTHER_SCHEME[place.tls]


def _masked_message(error: Exception, place: _Place) -> str:
    """Redis's message, masked: Redis repeats the arguments of an unknown command, including those of AUTH."""
    message = re.sub(r",? with args.*", "", str(error), flags=re.DOTALL)
    for secret in filter(None, (place.password, place.username)):
        message = message.replace(secret, "***")
    return message.strip().removesuffix(".")


def _error(place: _Place, what: str, remedy: str) -> InputError:
    return InputError(f"the Redis at {place.shown} {what}", path=FLAG, remedy=remedy)
