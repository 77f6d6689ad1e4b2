"""Who takes work from which queue, before an upgrade and after it: what the picture in the HTML is drawn from."""

from typing import NamedTuple


class Database(NamedTuple):
    """A database of a Redis server and what it is used for; `server` is HOST:PORT, `number` as the values have it."""

    server: str
    number: str
    use: str


class QueuesReport(NamedTuple):
    """How many pods share work, by which docket, and what else its Redis is used for.

    Before, each process has a queue of its own in its memory. `place` says in words where the one docket is afterwards,
    `docket` is its database where the values name it.
    """

    servers: int
    backgrounds: int
    place: str
    docket: Database | None
    others: tuple[Database, ...]
