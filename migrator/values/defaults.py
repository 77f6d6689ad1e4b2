"""What a chart brings along below a customer's values, whatever chart it is."""

from __future__ import annotations

from typing import NamedTuple

from packaging.version import Version

from migrator.values.merge import Map


class Defaults(NamedTuple):
    """A chart's values: prefect-server's (relative to its root), the wrapping infrahub chart's, and their source.

    `version` is the chart's.
    """

    prefect: Map
    infrahub: Map
    source: str
    version: Version = Version("0")
