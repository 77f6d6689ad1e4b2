"""The tokens that the infrahub chart publishes in its defaults.

Source: charts/infrahub/values.yaml and README.md of opsmill/infrahub-helm. An entry of `env` overrides a Secret's, and
an empty one in both maps removes it (templates/infrahub-server.yaml).
"""

from __future__ import annotations

from migrator.charts.infrahub import ADMIN_TOKEN, SERVER, WORKER
from migrator.values.edits import Route
from migrator.values.part import Part

AGENT: tuple[Route, ...] = tuple((*place, "env", "INFRAHUB_INITIAL_AGENT_TOKEN") for place in (SERVER, WORKER))
_OTHERS: tuple[Route, ...] = (
    (*SERVER, "env", "INFRAHUB_INITIAL_ADMIN_TOKEN"),
    (*WORKER, "env", "INFRAHUB_API_TOKEN"),
)


def custom_tokens(part: Part) -> list[Route]:
    """Where the layers set another token to a value of their own, or to none."""
    return [path for path in _OTHERS if part.owners(path) and part.own(path) != ADMIN_TOKEN]


def is_published(part: Part) -> bool:
    """Whether the agent's token is the published one although the customer has set another token."""
    return bool(custom_tokens(part)) and any(not part.owners(path) for path in AGENT)
