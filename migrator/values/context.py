"""What is known about a release from sources other than its own values."""

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from migrator.values.edits import Route, Value

if TYPE_CHECKING:
    from migrator.values.redis_state import RedisState


class Use(NamedTuple):
    """A database that something uses; `host` is empty for the Infrahub chart's own cache, whose name is not known."""

    host: str
    port: str
    database: int
    who: str


class Others(Protocol):
    """The databases that the other releases of a run use; their hosts include the namespace, if it is known."""

    def uses_of(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        """The uses of that database on a server that certainly has one of these names."""


class Surroundings(NamedTuple):
    """What is known from outside the release; `others` is what the other releases of the run use, if there are any.

    `unseen` names values below all layers that cannot be read. `is_templated` is whether a generator replaces `{{...}}`
    before Helm reads the values. `controller` is what upgrades the release once its values are committed (empty: a
    person, with helm). `redis_state` is what `--check-redis` found, if it ran. `as_found` is the data of each layer as
    the run found it, where releases that share a layer have changed it since. `sealed` names the encrypted files next
    to the layers that set a path.
    """

    others: Others | None = None
    unseen: tuple[str, ...] = ()
    is_templated: bool = False
    controller: str = ""
    redis_state: "RedisState | None" = None
    as_found: tuple[Value, ...] = ()
    sealed: "Callable[[Route], tuple[str, ...]] | None" = None
