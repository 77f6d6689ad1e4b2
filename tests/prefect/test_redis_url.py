"""What is wrong with a docket URL or a host, and whether two names are one server."""

from __future__ import annotations

import pytest

from migrator.prefect import redis_url

REFERENCE = "$(PREFECT_REDIS_MESSAGING_PASSWORD)"


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis/2",
        "redis://redis:1/2",
        "redis://redis:65535/2",
        "rediss://redis:6379/123456789012345678",
        "redis://:p%40ss@redis/2",
        "redis://me:@redis/2",
        f"redis://:{REFERENCE}@redis/2",
        "redis://[fd00::1]/2",
        "redis://${HOST}/2",
    ],
)
def test_urls_that_are_sound(url: str) -> None:
    assert redis_url.url_error(url) == ""


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("redis://redis:0/2", "port 0 is not between 1 and 65535"),
        ("redis://redis:65536/2", "port 65536 is not between 1 and 65535"),
        ("redis://:p%@redis/2", "its password has a % that starts no percent-encoded character (write % as %25)"),
        ("redis://m%4:x@redis/2", "its username has a % that starts no percent-encoded character"),
        ("redis://localhost/2", "its host is each pod itself"),
        ("redis://CHANGEME/2", "its host is a reminder to fill in a host"),
        ("redis://:$(OTHER)@redis/2", "Kubernetes cannot fill in $(OTHER) on the background pod"),
        ("redis://{{ .Values.host }}/2", "it contains a template expression, which the chart does not render there"),
        ("http://{{ .Values.host }}/2", "it contains a template expression"),
        ("redis/2", "it does not begin with redis:// or rediss://"),
        ("://redis/2", "it does not begin with redis:// or rediss://"),
        ("http://redis/2", "its scheme is 'http', and only redis:// and rediss://"),
        ("REDIS://redis/2", "its scheme is 'REDIS'"),
        ("redis://redis?db=2", "it has a query"),
        ("redis://redis/2?x=1", "it has a query"),
        ("redis://redis", "it names no database (…/N), which silently means database 0"),
        ("redis:///2", "it names no host, which silently means localhost"),
        ("redis://me:x@/2", "it names no host, which silently means localhost"),
        ("redis://redis/two", "its database 'two' is not a number, which silently means database 0"),
        ("redis://redis/", "its database '' is not a number"),
        ("redis://redis/²", "its database '²' is not a number"),
        ("redis://redis/1234567890123456789", "its database '1234567890123456789' is not a number"),
        ("redis://redis/1/2", "it has an unencoded @, / or #"),
        ("redis://:a#b@redis/2", "it has an unencoded @, / or #"),
        ("redis://:a@b@redis/2", "it has an unencoded @, / or #"),
        ("redis://me:x@red is/2", "its host or port cannot be read"),
        ("redis://redis:port/2", "its host or port cannot be read"),
    ],
)
def test_what_is_wrong_with_a_url(url: str, complaint: str) -> None:
    assert redis_url.url_error(url).startswith(complaint)


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("redis", ""),
        ("fd00::1", ""),
        ("", "is empty"),
        ("  ", "is empty"),
        (" redis", "has spaces around it"),
        ("redis\n", "has spaces around it"),
        ("my-example-infrahub-cache-master.prod", "is the presets' example host"),
        ("{{ .Values.host }}", "is a template expression, which the chart does not render there"),
        ("${HOST}", "is a placeholder"),
        ("$(HOST)", "is a placeholder"),
        ("<host>", "is a placeholder"),
        ("ref+vault://a", "is a placeholder"),
        ("ENC[AES256_GCM,data:a]", "is a placeholder"),
        ("a b", "is not a host name"),
        ("redis:6379", "is not a host name"),
        ("redis..prod", "is not a host name"),
        ("localhost", "is each pod itself, and all pods must use the same server"),
        ("TODO", "is a reminder to fill in a host"),
    ],
)
def test_what_is_wrong_with_a_host_in_the_values(host: str, problem: str) -> None:
    assert redis_url.messaging_host_error(host) == problem


@pytest.mark.parametrize(
    ("host", "complaint"),
    [
        ("redis", ""),
        ("${HOST}", ""),
        ("example-infrahub-cache-master", "example-infrahub-cache-master is the presets' example"),
        ("127.0.0.1", "127.0.0.1 is each pod itself"),
        ("changeme", "changeme is a reminder"),
        ("a b", "that is not a host name"),
        ("redis..prod", "that is not a host name"),
        ("redis.prod.", ""),
        ("fe80::1%eth0", "that is not a host name"),
    ],
)
def test_what_is_wrong_with_a_host_as_an_answer(host: str, complaint: str) -> None:
    assert redis_url.host_error(host).startswith(complaint)
    assert bool(redis_url.host_error(host)) == bool(complaint)


@pytest.mark.parametrize(
    ("host", "namespace", "named"),
    [
        ("redis", "prod", "redis.prod"),
        ("redis", "", "redis"),
        ("redis.test", "prod", "redis.test"),
        ("fd00::1", "prod", "fd00::1"),
        ("", "prod", ""),
    ],
)
def test_a_bare_name_is_completed_with_the_namespace(host: str, namespace: str, named: str) -> None:
    assert redis_url.in_namespace(host, namespace) == named


def test_a_placeholder_for_an_unseen_value_names_its_source() -> None:
    assert redis_url.unseen_source(redis_url.unseen_placeholder("Secret redis")) == "Secret redis"
    assert redis_url.unseen_source("Secret redis") == ""


@pytest.mark.parametrize(
    ("text", "number"), [("0", True), ("1" * 18, True), ("1" * 19, False), ("", False), ("²", False), ("-1", False)]
)
def test_what_counts_as_a_number(text: str, number: bool) -> None:
    assert redis_url.is_number(text) is number
