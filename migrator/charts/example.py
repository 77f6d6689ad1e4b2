"""A sample values file to try things on: a customer's file for infrahub-enterprise 4.13.0."""

from __future__ import annotations

from packaging.version import Version

from migrator.charts import presets
from migrator.values import tree
from migrator.values.edits import Route, Value

EXAMPLE_FLAVOURS = ("small", "medium", "medium-data", "large", "large-data")

_TEXT = """\
# Values of our Infrahub Enterprise release, chart 4.13.0-{flavour}.
---
configPreset: {flavour}
infrahub:
  infrahubServer:
    ingress:
      hostname: infrahub.example.com
  prefect-server:
    server:
      replicaCount: {server_replicas}
      env:
{server_env}
    backgroundServices:
      replicaCount: {background_replicas}
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: "infrahub-cache-master" # the cache that this release brings along
          db: 1
      env:
{background_env}
"""


def values(flavour: str) -> str:
    """The sample for that preset: its env lists as in 4.13.0, with a real host in place of the placeholder."""
    preset = presets.of_chart("infrahub-enterprise", Version("4.13.0"), flavour).prefect
    return _TEXT.format(
        flavour=flavour,
        server_replicas=tree.get(preset, ("server", "replicaCount")),
        background_replicas=tree.get(preset, ("backgroundServices", "replicaCount")),
        server_env=_env_list(preset, ("server", "env")),
        background_env=_env_list(preset, ("backgroundServices", "env")),
    )


def _env_list(preset: Value, path: Route) -> str:
    entries = tree.get(preset, path)
    lines = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            value = entry["value"]
            shown = value if value == "/" else f'"{value}"'
            lines.append(f"        - name: {entry['name']}\n          value: {shown}")
    return "\n".join(lines)
