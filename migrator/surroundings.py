"""What is known of a release from elsewhere than its own values."""

from typing import NamedTuple


class Use(NamedTuple):
    """A database that something uses; `host` is empty for the Infrahub chart's own cache, whose name is not known."""

    host: str
    port: str
    database: int
    who: str


class Surroundings(NamedTuple):
    """`others` are the databases that the other releases of the run use; their hosts carry the namespace, if known.

    `unseen` names values that lie below all layers and cannot be read.
    """

    others: tuple[Use, ...] = ()
    unseen: tuple[str, ...] = ()
