"""A change: one located edit, and why it is wanted."""

from typing import Literal, NamedTuple

from migrator.errors import RefusedError
from migrator.values.edits import AddKey, Edit, InsertItem, RemoveItems, RemoveKey, Route, Value

Effect = Literal["none", "behaviour", "required"]
Severity = Literal["info", "warning", "error"]


class Change(NamedTuple):
    """One located edit that a step wants.

    `layer` and `edit` say what happens where; `path` is the path from the file's root, with env entries by name;
    `before` and `after` are the values for people (None where there is none). `effect` is "none" for a change that
    leaves every pod as it was, "behaviour" for one that alters a pod, and "required" for one without which the release
    breaks.
    """

    layer: int
    edit: Edit
    path: str
    before: Value
    after: Value
    why: str
    effect: Effect

    @property
    def kind(self) -> Literal["add", "replace", "remove"]:
        if isinstance(self.edit, (RemoveItems, RemoveKey)):
            return "remove"
        return "add" if isinstance(self.edit, (AddKey, InsertItem)) else "replace"


class Location(NamedTuple):
    """The position of a value in the layers as they were read: the layer's number, and the route from its root."""

    layer: int
    route: Route


class ShapeError(RefusedError):
    """A value in a layer has a shape that no decision can be based on, or that cannot be edited.

    `at` is its position; the caller that has the layer's text adds the line.
    """

    def __init__(self, message: str, at: Location, *, path: str, remedy: str) -> None:
        super().__init__(message, path=path, remedy=remedy)
        self.at = at


class Notice(NamedTuple):
    """Something the customer should know that no edit expresses; `route` locates it in `layer` where that helps.

    `severity` is "warning" where something is likely wrong, else "info". A notice from a rule of the target version has
    that rule's id as `rule`, its text and its severity: a step names the rule, and planning makes the notice. With
    `is_next_step`, `migrate` repeats it, with commands, after writing.
    """

    text: str
    severity: Severity = "info"
    layer: int = 0
    route: Route = ()
    rule: str = ""
    is_next_step: bool = False
