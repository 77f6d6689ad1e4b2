"""The docket in the values, and whether its URL contradicts messaging's TLS."""

from __future__ import annotations

from textwrap import dedent

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect import docket, redis_url
from migrator.prefect.docket import Docket
from migrator.values.release import Layer, Release
from migrator.yamltext import parse


def release(url: str = "", redis: str = "host: redis, db: 1") -> Release:
    text = f"""\
    backgroundServices:
      runAsSeparateDeployment: true
      messaging: {{redis: {{{redis}}}, docket: {{url: "{url}"}}}}
    """
    after = presets.of_chart("prefect-server", Version("2026.6.5172345"), "")
    layers = [Layer("values.yaml", parse(dedent(text).encode()).documents[0].data)]
    return Release(chart="prefect-server", root=(), layers=layers, before=after, after=after)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://redis:6379/2", Docket("redis://redis:6379/2")),
        (redis_url.unseen_placeholder("Secret prod"), Docket(secret="Secret prod")),
        ("", Docket()),
    ],
)
def test_a_url_that_comes_from_a_secret_counts_as_one(url: str, expected: Docket) -> None:
    assert docket.injected_docket(release(url)) == expected


@pytest.mark.parametrize(
    ("scheme", "redis", "how"),
    [
        ("rediss", "host: redis", "it is rediss://, while messaging uses that server without TLS"),
        ("redis", "host: redis, ssl: true", "it is redis://, while messaging uses that server with TLS"),
        ("redis", "host: redis", ""),
        ("rediss", "host: redis, ssl: true", ""),
        ("rediss", "host: other", ""),
        ("rediss", "host: redis, port: 6380", ""),
    ],
)
def test_a_url_may_contradict_messagings_tls(scheme: str, redis: str, how: str) -> None:
    url = redis_url.parse_url(f"{scheme}://redis:6379/2")
    assert docket.tls_mismatch(release(redis=redis), url) == how
