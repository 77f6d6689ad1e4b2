"""Split an upgrade into moves that change one thing each, from the old chart and file to the new ones.

Every place on the way is rendered, so that the effect of a move in the cluster is observed, not guessed. A place is a
chart and a stage of the file. The charts are the old one, the new one with the old one's own values below the file, and
the new one; the stages are the file as it is and after each step of the plan. Not every place renders (the old chart
rejects a docket, the new one the presets' example host), so the way avoids those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from migrator.errors import VerificationError
from migrator.helm import engine, manifests
from migrator.helm.engine import RenderError
from migrator.helm.manifests import Objects
from migrator.values.edits import Route
from migrator.values.merge import Map

OLD, BETWEEN, NEW = 0, 1, 2

Place = tuple[int, int]
"""A row (`OLD`, `BETWEEN`, `NEW`) and a stage of the file, from 0."""

Field = tuple[str, Route]
"""An object's title, and a route in the object."""


class Cause(NamedTuple):
    """What a move changes: the chart's templates, its own values, both ("chart"), or a step (by its number)."""

    kind: Literal["templates", "values", "chart", "step"]
    step: int = 0


class Move(NamedTuple):
    """Two adjacent renderings, and the causes of their differences: a single one wherever possible."""

    before: Objects
    after: Objects
    causes: tuple[Cause, ...]


class Charts(NamedTuple):
    """The charts of an upgrade, the `own_values` of the old one, and how Helm is to render them."""

    old: str
    new: str
    own_values: Map
    release_name: str = ""
    namespace: str = ""
    kube_version: str = ""


class RenderedUpgrade(NamedTuple):
    """The start and end of an upgrade, and the moves between them.

    `generated` has, for each of the two that is rendered here, the fields that differ between two renderings of it:
    those that Helm generates anew each time, such as a password.
    """

    before: Objects
    after: Objects
    moves: tuple[Move, ...]
    generated: tuple[frozenset[Field], ...]


def render_upgrade(
    charts: Charts, stages: Sequence[Sequence[bytes]], installed: Objects | None = None
) -> RenderedUpgrade:
    """Render the way from the old chart and `stages[0]` to the new chart and `stages[-1]`.

    A stage has the layers' texts in Helm's order; each differs from the one before by one step. `installed` is what the
    old chart has already created, if that chart is not available here. Raises what `helm.render` raises, but only for
    the start and the end.
    """
    rendered: dict[Place, Objects | None] = {}

    def objects(place: Place) -> Objects:
        row, stage = place
        texts = [*stages[stage]]
        if row == BETWEEN:
            texts.insert(0, json.dumps(charts.own_values).encode())
        return manifests.objects(
            engine.render(
                charts.old if row == OLD else charts.new,
                texts,
                release_name=charts.release_name,
                namespace=charts.namespace,
                kube_version=charts.kube_version,
            )
        )

    def find(place: Place) -> Objects | None:
        if place not in rendered:
            try:
                rendered[place] = objects(place) if installed is None or place[0] != OLD else None
            except VerificationError:
                rendered[place] = None
        return rendered[place]

    start, end = (OLD, 0), (NEW, len(stages) - 1)
    before = installed if installed is not None else _explained(lambda: objects(start), "the file as it is")
    rendered[start] = before
    after = rendered[end] = _explained(lambda: objects(end), "the migrated file")
    places = _way(start, end, find)
    moves = [
        Move(one, other, _causes(here, there))
        for here, there in pairwise(places)
        if (one := find(here)) is not None and (other := find(there)) is not None
    ]
    ends = [(after, end)] if installed is not None else [(before, start), (after, end)]
    made_up = tuple(_differing(first, objects(place)) for first, place in ends)
    return RenderedUpgrade(before, after, tuple(moves), made_up)


def _explained(render: Callable[[], Objects], what: str) -> Objects:
    try:
        return render()
    except RenderError as error:
        raise RenderError(
            f"{what} does not render: {error.message.rstrip('.')}.",
            path=error.path,
            remedy="--old-chart-path is the chart that runs now, --chart-path the one to upgrade to.",
        ) from error


def _way(start: Place, end: Place, find: Callable[[Place], Objects | None]) -> list[Place]:
    """The first way on which every place renders, with single moves if possible."""
    # One thing at a time; then several steps, which may make sense only together; then the chart and steps at once.
    ahead = range(1, end[1] + 1)
    moves = [(1, 0), (2, 0), *((0, steps) for steps in ahead), *((rows, steps) for steps in ahead for rows in (1, 2))]
    dead: set[Place] = set()

    def onward(place: Place) -> list[Place]:
        if place == end:
            return [place]
        for rows, steps in moves:
            there = (place[0] + rows, place[1] + steps)
            if there[0] > end[0] or there[1] > end[1] or there in dead:
                continue
            rest = onward(there) if find(there) is not None else []
            if rest:
                return [place, *rest]
            dead.add(there)
        return []

    return onward(start)


def _causes(here: Place, there: Place) -> tuple[Cause, ...]:
    steps = [Cause("step", number) for number in range(here[1], there[1])]
    if here[0] == there[0]:
        return tuple(steps)
    if there[0] - here[0] == 2:
        return (Cause("chart"), *steps)
    return (Cause("templates" if here[0] == OLD else "values"), *steps)


def _differing(one: Objects, other: Objects) -> frozenset[Field]:
    return frozenset((each.what, each.route) for each in manifests.compare(one, other))
