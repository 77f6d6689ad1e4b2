"""The defaults of a chart, which a customer's values override."""

from typing import NamedTuple

from packaging.version import Version

from migrator.values.merge import Map


class Defaults(NamedTuple):
    """A chart's values: prefect-server's (relative to its root), the wrapping infrahub chart's, and their source.

    `version` is the chart's; `is_known` is whether it was given or found, not assumed. `preset_is_known` is whether the
    values include those of the flavour, if there is one (empty: the plain chart).
    """

    prefect: Map
    infrahub: Map
    source: str
    version: Version = Version("0")
    is_known: bool = True
    preset_is_known: bool = True
    flavour: str = ""
