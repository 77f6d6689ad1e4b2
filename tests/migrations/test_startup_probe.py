"""4.13.0: the Infrahub server's startupProbe uses the handler of the file's own probes; no probe has two handlers."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id, effects

HEAD = "infrahub:\n  infrahubServer:\n    infrahubServer:\n"
OWN = """\
      livenessProbe:
        httpGet: {port: 8443, scheme: HTTPS}  # TLS
      readinessProbe:
        httpGet: {port: 8443, scheme: HTTPS}
      args: [gunicorn]
"""
LONG = "      livenessProbe:\n        initialDelaySeconds: 600\n"
SOCKET = "      livenessProbe:\n        httpGet: null\n        tcpSocket: {port: 8000}\n"


def test_the_startup_probe_gets_the_httpget_of_both_probes(migrate: Migrate) -> None:
    done = migrate(HEAD + OWN, version_from="4.2.3")
    body = OWN.removesuffix("      args: [gunicorn]\n")
    probe = "      startupProbe:\n        httpGet:\n          port: 8443\n          scheme: HTTPS\n"
    assert done.text == HEAD + body + probe + "      args: [gunicorn]\n"
    assert effects(done.plan) == {"behaviour"}


@pytest.mark.parametrize(
    ("probe", "answer", "after"),
    [
        (LONG, "match", "      startupProbe:\n        failureThreshold: 140\n"),
        (LONG, "default", "      startupProbe: {}\n"),
        (LONG, "none", "      startupProbe: null\n"),
        (SOCKET, "match", "      startupProbe:\n        httpGet: null\n        tcpSocket:\n          port: 8000\n"),
        ("      livenessProbe: null\n", "match", "      startupProbe: null\n"),
        (
            "      readinessProbe:\n        httpGet: {port: 9000}\n",
            "match",
            "      startupProbe: {}\n",
        ),
        (
            "      livenessProbe:\n        initialDelaySeconds: 200\n        httpGet: {port: 9000}\n",
            "match",
            "      startupProbe:\n        httpGet:\n          port: 9000\n",
        ),
        (
            LONG + "        httpGet: {path: /up}\n",
            "match",
            "      startupProbe:\n        httpGet:\n          path: /up\n        failureThreshold: 140\n",
        ),
    ],
)
def test_each_answer_writes_its_startup_probe(
    migrate: Migrate, plan: Plans, probe: str, answer: str, after: str
) -> None:
    before = HEAD + probe
    assert list(by_id(plan(before, version_from="4.2.3"))) == ["startup-probe"]
    done = migrate(before, {"startup-probe": answer}, version_from="4.2.3")
    assert done.text.replace("tcpSocket: {port: 8000}\n        ", "") == before + after


@pytest.mark.parametrize(("delay", "is_asked"), [(200, False), (201, True)])
def test_only_a_wait_longer_than_the_charts_is_a_question(plan: Plans, delay: int, is_asked: bool) -> None:
    waiting = OWN.replace("scheme: HTTPS}  # TLS", f"scheme: HTTPS}}\n        initialDelaySeconds: {delay}", 1)
    assert bool(by_id(plan(HEAD + waiting, version_from="4.2.3"))) is is_asked


@pytest.mark.parametrize(
    ("probe", "shown", "absent"),
    [
        (LONG, "the livenessProbe waits 700 s. Which", "differ"),
        (
            LONG + "        httpGet: {path: /up}\n",
            "waits 700 s and the livenessProbe and the readinessProbe differ",
            "uses",
        ),
        ("      readinessProbe:\n        httpGet: {port: 9000}\n", "the readinessProbe differ. Which", "waits"),
        (
            "      livenessProbe:\n        initialDelaySeconds: 200\n        httpGet: {port: 9000}\n",
            "Here the livenessProbe and the readinessProbe differ. Which",
            "waits",
        ),
        (SOCKET, "Here the livenessProbe uses tcpSocket. Which", "waits"),
        ("      livenessProbe: null\n", "Here the livenessProbe uses no handler. Which", "differ"),
    ],
)
def test_the_question_says_how_the_probes_differ_from_the_charts(
    plan: Plans, probe: str, shown: str, absent: str
) -> None:
    text = by_id(plan(HEAD + probe, version_from="4.2.3"))["startup-probe"].text.partition("Here ")[2]
    assert shown in f"Here {text}"
    assert f" {absent}" not in text


@pytest.mark.parametrize(
    "probe",
    [
        "      livenessProbe: {periodSeconds: 10, failureThreshold: 25}\n",
        "      livenessProbe: {httpGet: {port: 8443}}\n      startupProbe: {}\n",
        "      livenessProbe: {httpGet: {port: 8443}}\n      startupProbe: null\n",
        "      livenessProbe: {initialDelaySeconds: 200}\n",
        "      startupProbe: {failureThreshold: 200}\n",
        "      args: [gunicorn]\n",
    ],
)
def test_probes_that_fit_the_startup_probe_are_left_alone(migrate: Migrate, probe: str) -> None:
    assert migrate(HEAD + probe, version_from="4.2.3").text == HEAD + probe


@pytest.mark.parametrize("probe", [OWN, LONG, SOCKET])
def test_a_release_that_already_has_the_probe_is_left_alone(migrate: Migrate, probe: str) -> None:
    assert migrate(HEAD + probe, version_from="4.13.0").text == HEAD + probe


def test_an_unknown_running_version_is_a_warning(migrate: Migrate) -> None:
    text = (HEAD + OWN).replace("infrahub:\n  ", "", 1).replace("\n  ", "\n")
    done = migrate(text)
    assert done.text == text
    assert any("give its version with --from" in notice.text for notice in done.warnings)


def test_an_exec_probe_removes_the_charts_own_httpget(migrate: Migrate) -> None:
    probe = "      readinessProbe:\n        exec: {command: [curl]}\n"
    for version in ("4.2.3", "4.14.1"):
        done = migrate(HEAD + probe, {"startup-probe": "default"} if version == "4.2.3" else {}, version_from=version)
        assert "      readinessProbe:\n        httpGet: null\n        exec: {command: [curl]}\n" in done.text
    both = HEAD + "      readinessProbe:\n        httpGet: {port: 1}\n        exec: {command: [curl]}\n"
    assert migrate(both, version_from="4.14.1").text == both


def test_the_community_chart_gets_the_startup_probe_too(migrate: Migrate) -> None:
    community = OWN.replace("      ", "  ").replace("livenessProbe:", "livenessProbe:")
    text = "infrahubServer:\n  infrahubServer:\n" + "".join("  " + line for line in community.splitlines(keepends=True))
    assert "startupProbe" in migrate(text, version_from="4.16.3").text
    assert migrate(text, version_from="4.27.0").text == text
