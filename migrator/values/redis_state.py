"""What `--check-redis` found on a running Redis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class RedisState(NamedTuple):
    """What `--check-redis` found on the Redis that has the docket now, or will have it.

    `where` is its address without credentials, `named` the database in the URL used (None: none). `databases` is how
    many it has (None: it does not say), `refused` those that it refuses, with its reason, `keys` how many keys the
    others hold, and `dockets` those that, judging by a sample, hold a docket and nothing else. `persists` is whether it
    keeps its data over a restart (None: it does not say), `evicts` the policy by which it evicts any key once its
    memory is full (empty: it does not).
    """

    where: str
    named: int | None = None
    databases: int | None = None
    is_cluster: bool = False
    refused: Mapping[int, str] = {}
    keys: Mapping[int, int] = {}
    dockets: frozenset[int] = frozenset()
    persists: bool | None = None
    evicts: str = ""

    def missing_reason(self, number: int) -> str | None:
        """Why there is no such database, in a clause; empty where there is one, None where that is not known."""
        if self.is_cluster and number > 0:
            return "it is a cluster, which has database 0 only"
        if self.databases is not None and number >= self.databases:
            return f"it has {_times(self.databases, 'database')}{f', 0 to {self.databases - 1}' * (self.databases > 1)}"
        if number in self.refused:
            return f"it refuses it ({self.refused[number]})"
        return "" if self.databases is not None or number in self.keys else None

    def contents(self, number: int) -> str:
        """The contents of the database, in a few words; empty where they are not known."""
        if self.missing_reason(number) != "":
            return ""
        found = self.keys.get(number, 0)
        return f"{_times(found, 'key')}{', a docket' * (number in self.dockets)}" if found else "empty"

    def summary(self) -> str:
        """All of it, in a sentence."""
        if self.is_cluster:
            which = "a cluster, which has database 0 only"
        elif self.databases is not None:
            which = _times(self.databases, "database")
        else:
            taken = [number for number in sorted(self.keys) if number not in self.refused]
            which = "it does not say how many databases it has (CONFIG is not allowed there), "
            which += f"and SELECT accepts {_listed(taken)}" if taken else "and SELECT accepts none"
        filled = [f"{number} holds {self.contents(number)}" for number, keys in sorted(self.keys.items()) if keys]
        return f"Redis at {self.where}: {which}; {'; '.join(filled) or 'all empty'}"


def _times(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _listed(numbers: list[int]) -> str:
    """`0 to 15`, or each of them where there are gaps."""
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))
