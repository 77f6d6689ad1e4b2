"""A change: one located edit, and why it is wanted."""

from typing import Literal, NamedTuple

from migrator.errors import RefusedError
from migrator.values.edits import AddKey, Edit, InsertItem, RemoveItems, RemoveKey, Route, Value

Effect = Literal["none", "behaviour", "required"]
Severity = Literal["info", "warning", "error"]


class Change(NamedTuple):
    """One located edit that a step wants.

    `layer` and `edit` say what happens where; `path` names it below the Prefect root, with env entries by name;
    `before` and `after` are the values for people (None where there is none). `effect` tells a change that leaves
    every pod as it was ("none") from one that alters a pod ("behaviour") and one without which the release breaks
    ("required").
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
    """Where something stands in the layers as they were read: the layer's number, and the route from its root."""

    layer: int
    route: Route


class ShapeError(RefusedError):
    """A value of a layer that is of no shape which a decision can rest on, or an edit can be made in.

    It says where the value stands, `at`; whoever has the layer's text adds the line.
    """

    def __init__(self, message: str, at: Location, *, path: str, remedy: str) -> None:
        super().__init__(message, path=path, remedy=remedy)
        self.at = at


class Notice(NamedTuple):
    """Something the customer should know that no edit expresses; `route` locates it in `layer` where that helps.

    `severity` is "warning" where something is likely wrong, else "info". What a rule of the target version says has its
    id as `rule`, its words and its severity: planning makes it where a step names the rule. `comes_next` is one that
    `migrate` says again, in commands, once it has written.
    """

    text: str
    severity: Severity = "info"
    layer: int = 0
    route: Route = ()
    rule: str = ""
    comes_next: bool = False
