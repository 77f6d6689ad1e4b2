"""What Helm passes to its plugin: the namespace counts unless another one is given."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.conftest import Done

BUNDLED_REDIS = "redis:\n  enabled: true\nbackgroundServices:\n  runAsSeparateDeployment: true\n"
ANSWERS = ("--release-name", "flows", "--redis-db", "2", "--answer", "docket-password=reference", "--non-interactive")
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: flows
  namespace: own
spec:
  chart:
    spec:
      chart: prefect-server
      version: 2026.3.13225127
  values:
    redis:
      enabled: true
    backgroundServices:
      runAsSeparateDeployment: true
"""

Process = Callable[..., Done]


def namespace_of(done: Done) -> str:
    found = re.search(rb"flows-redis-headless\.([\w-]+)\.svc", done.stdout)
    return found[1].decode() if found else f"exit {done.returncode}"


@pytest.mark.parametrize(
    ("text", "environment", "arguments", "namespace"),
    [
        (BUNDLED_REDIS, {"HELM_NAMESPACE": "prod"}, (), "prod"),
        (BUNDLED_REDIS, {"HELM_NAMESPACE": "prod"}, ("--namespace", "typed"), "typed"),
        (BUNDLED_REDIS, {"HELM_NAMESPACE": "prod"}, ("--answer", "namespace=typed"), "typed"),
        (RELEASE, {"HELM_NAMESPACE": "prod"}, (), "own"),
        # Helm passes this if no namespace was given; a release that does run there needs the answer.
        (BUNDLED_REDIS, {"HELM_NAMESPACE": "default"}, (), "exit 3"),
        (BUNDLED_REDIS, {"HELM_NAMESPACE": "default"}, ("--answer", "namespace=default"), "default"),
        (BUNDLED_REDIS, {"HELM_NAMESPACE": "prod", "HELM_PLUGIN_NAME": "another"}, (), "exit 3"),
    ],
)
def test_which_namespace_counts(
    process: Process, text: str, environment: dict[str, str], arguments: tuple[str, ...], namespace: str
) -> None:
    given = {"HELM_PLUGIN_NAME": "infrahub-migrate", **environment}
    done = process("migrate", "-", *ANSWERS, *arguments, stdin=text.encode(), **given)
    assert namespace_of(done) == namespace, done.stderr


@pytest.mark.parametrize(("name", "called"), [("infrahub-migrate", "helm infrahub-migrate"), ("", "infrahub-migrator")])
def test_help_uses_the_name_by_which_it_was_called(process: Process, name: str, called: str) -> None:
    done = process("undo", "--help", HELM_PLUGIN_NAME=name)
    assert done.stdout.startswith(f"usage: {called} undo ".encode())
