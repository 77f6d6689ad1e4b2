"""Which pods take work from which queue before and after an upgrade: the data of the picture in the HTML."""

from typing import NamedTuple


class Database(NamedTuple):
    """A database of a Redis server and its use; `server` is HOST:PORT, `number` is as in the values."""

    server: str
    number: str
    use: str


class QueuesReport(NamedTuple):
    """How many pods share work, through which docket, and what else uses its Redis.

    Before the upgrade each process has its own queue in memory. `place` describes where the shared docket is after it;
    `docket` is its database, if the values name it.
    """

    servers: int
    backgrounds: int
    place: str
    docket: Database | None
    others: tuple[Database, ...]
