"""The rules about the presets' example host, beyond their cases."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from .cases import HOST, METRICS, SERVE_BASE, SOUND, entry, findings, remedies


@pytest.mark.parametrize(
    ("preset", "version_from", "broken"),
    [
        ("", "4.13.0", set()),
        ("configPreset: medium\n", "4.13.0", {"example-host"}),
        ("", "4.13.0-medium", {"example-host"}),
    ],
)
def test_a_presets_host_is_checked_even_if_nothing_connects_to_it(
    preset: str, version_from: str, broken: set[str]
) -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            server:
              replicaCount: 1
              env: []
            backgroundServices:
              runAsSeparateDeployment: false
              messaging:
                redis:
                  host: example-infrahub-cache-master
                docket:
                  url: ""
        """)
    assert {each.rule for each in findings(preset + text, version_from=version_from)} == broken


@pytest.mark.parametrize(("separate", "empty_will_do"), [("true", False), ("false", True)])
def test_the_example_host_may_be_emptied_if_nothing_uses_it(separate: str, empty_will_do: bool) -> None:
    text = "configPreset: medium\n" + SOUND.replace(HOST, "          host: example-infrahub-cache-master\n")
    found = remedies(
        text.replace("runAsSeparateDeployment: true", f"runAsSeparateDeployment: {separate}"), "example-host"
    )

    assert ['or to ""' in remedy for remedy in found] == [empty_will_do]


EXAMPLE_CACHE = entry("INFRAHUB_CACHE_ADDRESS", "my-example-infrahub-cache-master")
OWN_ARGS = SOUND.replace("    server:\n", "    server:\n      args: [prefect, server, start, --no-services]\n")


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        (SOUND.replace(METRICS, METRICS + EXAMPLE_CACHE), True),
        (SOUND.replace(SERVE_BASE, SERVE_BASE + EXAMPLE_CACHE), False),
        (OWN_ARGS.replace(SERVE_BASE, SERVE_BASE + EXAMPLE_CACHE), True),
        (SOUND.replace(SERVE_BASE, SERVE_BASE + EXAMPLE_CACHE.replace("ADDRESS", "URL")), True),
        (SOUND + f"    global:\n      prefect:\n        env:\n{indent(EXAMPLE_CACHE, '  ')}", True),
    ],
    ids=["background", "server", "server with custom arguments", "URL", "both"],
)
def test_the_remedy_says_if_server_args_replace_the_example_host(text: str, is_read: bool) -> None:
    (remedy,) = remedies(text, "cache-example-host")

    assert remedy.startswith("Set it to the host of your own cache.")
    assert ("replaces it with messaging's host" not in remedy) is is_read


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_an_example_host_that_no_pod_gets_is_ignored(enabled: str) -> None:
    single = SOUND.replace("runAsSeparateDeployment: true", "runAsSeparateDeployment: false")
    assert remedies(single.replace(METRICS, METRICS + EXAMPLE_CACHE), "cache-example-host") == []
    off = SOUND.replace("  prefect-server:\n", f"  prefect-server:\n    enabled: {enabled}\n")
    found = remedies(off.replace(METRICS, METRICS + EXAMPLE_CACHE), "cache-example-host")
    assert bool(found) is (enabled == "true")
