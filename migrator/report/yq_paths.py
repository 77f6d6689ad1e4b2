"""Paths that can be pasted into yq: either mikefarah's program or the jq wrapper of the same name.

Both read `.a["b-c"].d`, `.env[] | select(.name == "X") | .value` and `.[0]`; only the first knows `from_yaml`.
https://mikefarah.gitbook.io/yq/operators/traverse-read, https://mikefarah.gitbook.io/yq/operators/encode-decode
"""

from __future__ import annotations

import json
import re

from migrator.values.edits import Route

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Entry(str):
    """A list entry by its name; if several share it, the second and later ones are different keys."""

    name: str
    number: int
    is_alone: bool

    @classmethod
    def of(cls, name: str, number: int, *, is_alone: bool) -> Entry:
        """The entry after `number` others of its name; `is_alone`: no other entry has the name."""
        entry = cls(f"{name} (no. {number + 1})" if number else name)
        entry.name, entry.number, entry.is_alone = name, number, is_alone
        return entry


class _FromYaml(str):
    """The key of the values inside the text above it."""


FROM_YAML = _FromYaml("from_yaml")


def path(route: Route) -> str:
    """The yq path of a route; `Entry` and `FROM_YAML` keys become `select` and `from_yaml`."""
    done, here = "", "."
    for key in route:
        if isinstance(key, Entry):
            selected = f"{here}[] | select(.name == {json.dumps(key.name, ensure_ascii=False)})"
            if key.is_alone:
                done, here = f"{done}{selected} | ", "."
            else:
                done, here = f"[{done}{selected}] | ", f".[{key.number}]"
        elif isinstance(key, _FromYaml):
            done, here = f"{done}{here} | from_yaml | ", "."
        elif isinstance(key, int):
            here += f"[{key}]"
        elif _BARE.fullmatch(key):
            here += key if here == "." else f".{key}"
        else:
            here += f"[{json.dumps(key, ensure_ascii=False)}]"
    return done.removesuffix(" | ") if here == "." and done else done + here
