"""What is known of a release from elsewhere than its own values."""

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from migrator.values.edits import Route, Value

if TYPE_CHECKING:
    from migrator.values.seen import Seen


class Use(NamedTuple):
    """A database that something uses; `host` is empty for the Infrahub chart's own cache, whose name is not known."""

    host: str
    port: str
    database: int
    who: str


class Others(Protocol):
    """The databases that the other releases of a run use; their hosts carry the namespace, if it is known."""

    def on(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        """The uses of that database on what is surely the server that goes by one of these names."""


class Surroundings(NamedTuple):
    """`others` is what the other releases of the run use, if there are any.

    `unseen` names values that lie below all layers and cannot be read. `fills_in` is whether a generator puts values in
    place of `{{...}}` before Helm meets them. `controller` is who upgrades the release once its values are committed
    (empty: a person, with helm). `seen` is what a look at the Redis showed, if there was one. `as_found` is
    the data of each layer as the run found it, where releases that share one have changed it since. `sealed` names the
    encrypted files beside the layers that set a path.
    """

    others: Others | None = None
    unseen: tuple[str, ...] = ()
    fills_in: bool = False
    controller: str = ""
    seen: "Seen | None" = None
    as_found: tuple[Value, ...] = ()
    sealed: "Callable[[Route], tuple[str, ...]] | None" = None
