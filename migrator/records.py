"""The base of every record: `typing.NamedTuple`, made at a seventh of its cost.

A `NamedTuple` compiles a constructor for each class and looks at each annotation when its module is imported, 50 to 80
microseconds a class; a `check` imports sixty of them, which was an eighth of its whole time. A `Record` only lists its
fields. For the type checker, and for whoever uses one, it is a `NamedTuple`. (Importing `dataclasses` alone costs more
than all of that.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Record"]

if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    from collections.abc import Iterable, Mapping
    from operator import itemgetter
    from typing import Any

    class _RecordType(type):
        """Turns the annotations of a class body into fields. They have to be postponed, so that they are there."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _RecordType:
            body["__slots__"] = ()
            if bases == (tuple,) or Record in bases:  # what is derived from a record adds no fields
                fields = tuple(body.get("__annotations__", ()))
                body["_field_defaults"] = {field: body[field] for field in fields if field in body}
                for index, field in enumerate(fields):
                    body[field] = property(itemgetter(index))
                body["_fields"] = body["__match_args__"] = fields
            return super().__new__(cls, name, bases, body)

    class Record(tuple, metaclass=_RecordType):
        """An immutable tuple whose items have names; see `typing.NamedTuple`."""

        def __new__(cls, *values: object, **named: object) -> Record:
            if named or len(values) != len(cls._fields):
                values = cls._completed(values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _completed(cls, values: tuple[object, ...], named: Mapping[str, object]) -> Iterable[object]:
            """All values in order; raises TypeError as any constructor does where one is missing or too many."""
            rest = cls._fields[len(values) :]
            given = {**cls._field_defaults, **named}
            missing = [field for field in rest if field not in given]
            unknown = [name for name in named if name not in rest]
            if missing or unknown or len(values) > len(cls._fields):
                raise TypeError(f"{cls.__name__}({', '.join(cls._fields)}) got {len(values)} values and {[*named]}")
            return [*values, *[given[field] for field in rest]]

        def _replace(self, **named: object) -> Record:
            """The same with other values for some fields."""
            unknown = [name for name in named if name not in self._fields]
            if unknown:
                raise TypeError(f"{type(self).__name__} has no field {', '.join(unknown)}")
            return tuple.__new__(type(self), [named.get(field, value) for field, value in zip(self._fields, self)])

        def _asdict(self) -> dict[str, object]:
            """Its values by name."""
            return dict(zip(self._fields, self))

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            fields = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({fields})"
