"""Paths that can be pasted into yq: mikefarah's program, or the wrapper of jq that goes by the same name.

Both read `.a["b-c"].d`, `.env[] | select(.name == "X") | .value` and `.[0]`; only the first one knows `from_yaml`.
https://mikefarah.gitbook.io/yq/operators/traverse-read, https://mikefarah.gitbook.io/yq/operators/encode-decode
"""

from __future__ import annotations

import json
import re

from migrator.values.edits import Route

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Entry(str):
    """An entry of a list by its name; of those that share one, the second and later ones are other keys."""

    name: str
    number: int
    is_alone: bool

    @classmethod
    def of(cls, name: str, number: int, *, is_alone: bool) -> Entry:
        """The entry that has `number` others of its name before it; `is_alone`: no other has it."""
        entry = cls(f"{name} (no. {number + 1})" if number else name)
        entry.name, entry.number, entry.is_alone = name, number, is_alone
        return entry


class _FromYaml(str):
    """Below it stand the values that the text above it holds."""


FROM_YAML = _FromYaml("from_yaml")


def path(route: Route) -> str:
    """What yq takes for the route; keys that are an `Entry` or `FROM_YAML` are what they say."""
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
