"""The layout of the picture of queues: each pod with its own queue, then all pods on one docket."""

from __future__ import annotations

from typing import NamedTuple

from migrator.report.queue_records import Database, QueuesReport

_MOST_PODS = 3
_WIDTH = 360


class Pod(NamedTuple):
    """A box at `x`, `width` wide, with the pod's name; its arrow starts at `middle`."""

    x: float
    width: float
    middle: float
    name: str


class Slot(NamedTuple):
    """A database of the server, and its row."""

    y: int
    text: str
    is_docket: bool


class Picture(NamedTuple):
    """What both halves are drawn from; `more` is the number of pods without a box."""

    pods: tuple[Pod, ...]
    more: int
    backgrounds: int
    servers: int
    place: str
    server: str
    slots: tuple[Slot, ...]
    height: int


def picture(queues: QueuesReport) -> Picture:
    """The picture of a release."""
    drawn = min(queues.backgrounds, _MOST_PODS)
    width = (_WIDTH - 20 - 12 * (drawn - 1)) / drawn
    width = min(width, 150)
    left = (_WIDTH - drawn * width - 12 * (drawn - 1)) / 2
    pods = tuple(
        Pod(
            round(left + number * (width + 12), 1),
            round(width, 1),
            round(left + number * (width + 12) + width / 2, 1),
            f"replica {number + 1}",
        )
        for number in range(drawn)
    )
    slots = _slots(queues)
    return Picture(
        pods=pods,
        more=queues.backgrounds - drawn,
        backgrounds=queues.backgrounds,
        servers=queues.servers,
        place=queues.place,
        server=_shortened(queues.docket.server if queues.docket is not None else queues.place, 44),
        slots=slots,
        height=max(220, 164 + 30 * len(slots)),
    )


def _slots(queues: QueuesReport) -> tuple[Slot, ...]:
    docket = queues.docket
    if docket is None:
        return (Slot(140, "one docket for all", True),)
    found: dict[str, list[Database]] = {}
    for each in (*(other for other in queues.others if other.server == docket.server), docket):
        found.setdefault(each.number, []).append(each)
    return tuple(
        Slot(
            140 + 30 * row,
            f"database {number}: {' and '.join(each.use for each in uses)}",
            any(each is docket for each in uses),
        )
        for row, (number, uses) in enumerate(sorted(found.items()))
    )


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
