r"""The syntax of Helm's --set: names like `server.env[0].value`, values whose type is guessed.

Argo CD passes its `parameters` to Helm in it, and Flux the `targetPath` of a reference.
Sources: pkg/strvals/parser.go (helm/helm); util/helm/cmd.go (argoproj/argo-cd), which escapes the commas of a value.
"""

from __future__ import annotations

import re

from migrator.values.edits import Route, Value

_KEY = r"(?:[^\\.\[\]=,]|\\.)+"
_PART = rf"{_KEY}(?:\[[0-9]+\])*"


def route_of(name: str) -> Route | None:
    """The route that a name means; None if Helm would not read it, or if it sets several values."""
    if re.fullmatch(rf"{_PART}(?:\.{_PART})*", name) is None:
        return None
    steps = re.findall(rf"({_KEY})|\[([0-9]+)\]", name)
    return tuple(int(index) if index else re.sub(r"\\(.)", r"\1", key) for key, index in steps)


def name_of(route: Route) -> str:
    """The name that means `route`."""
    text = ""
    for key in route:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + re.sub(r"([\\.\[\]=,])", r"\\\1", key)
    return text


def read(text: str, *, as_text: bool) -> Value:
    """The value as Helm reads it; `as_text` is --set-string.

    An expression that an Argo CD generator fills in first (`{{host}}`) is not a list.
    """
    if text.startswith("{") and text.endswith("}") and not text.startswith("{{"):
        items = re.findall(r"(?:^|,)((?:[^\\,]|\\.)*)", text[1:-1])
        return [typed(_plain(each), as_text) for each in items]
    return typed(_plain(text), as_text)


def write(value: str) -> tuple[str, bool]:
    """The text that Helm reads as this string, and whether it needs --set-string."""
    text = re.sub(r"([\\,])", r"\\\1", value) if "\\" in value else value
    text = f"\\{text}" if text.startswith("{") else text
    return text, typed(value, False) != value


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def typed(text: str, as_text: bool) -> Value:
    """A single text as the type that Helm guesses; always a string with `as_text`."""
    if as_text:
        return text
    word = text.lower()
    if word in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[word]
    if re.fullmatch(r"0|[+-]?[1-9][0-9]*|[+-]0[0-9]*", text) and -(2**63) <= int(text) < 2**63:
        return int(text)
    return text
