"""Values of one release in every shape that they come in, before and after."""

from __future__ import annotations

from pathlib import Path

from migrator.sources import Bundle, open_file
from tests import skeleton

VALUES = skeleton.values("webserver-only triggers-off", "triggers-on").replace("env:", "env:  # ours", 1)
AFTER = skeleton.values("webserver-only pin", "metrics", docket="redis://redis.prod:6379/2").replace(
    "env:", "env:  # ours", 1
)
DB = {"redis-db": "2"}


def releases_in(folder: Path, text: str, name: str = "object.yaml") -> list[Bundle]:
    """The releases in a file with that text."""
    (folder / name).write_text(text, "utf-8")
    return list(open_file(str(folder / name)).bundles)


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line if line.strip() else line for line in text.splitlines(keepends=True))


def helm_release(
    values: str, version: str = "4.13.0-medium", head: str = "", chart: str = "infrahub-enterprise"
) -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: infrahub
  namespace: prod
spec:
  interval: 5m
  chart:
    spec:
      chart: {chart}
      version: "{version}"   # pinned
      sourceRef: {{kind: HelmRepository, name: opsmill}}
{head}  values:
{indented(values, 4)}"""


def application(helm: str, version: str = "4.13.0-medium") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: infrahub, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: prod}}
  source:
    repoURL: registry.example.com/infrahub
    chart: infrahub-enterprise
    targetRevision: {version}
    helm:
{indented(helm, 6)}  syncPolicy: {{automated: {{}}}}
"""


def in_object(values: str) -> str:
    return "valuesObject:\n" + indented(values, 2)


def in_block(values: str, sign: str = "|") -> str:
    return f"values: {sign}\n" + indented(values, 2)
