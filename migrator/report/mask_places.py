"""Where in values a credential is: what the keys above a scalar, and the words before it in a list, say about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from migrator.report import mask_names, mask_shapes
from migrator.values.edits import Value

_CONTAINERS = mask_names.as_words(
    "password passwords passwd passphrase pwd token tokens secrets credentials creds apikey"
)
"""Last words of names below which every text is a credential, whatever its key; others have settings there, too."""

_REFERENCE_KEYS = mask_names.as_words(
    """
    name key namespace optional items path mode kind type apiversion metadata annotations labels create enabled
    valuefrom secretkeyref secretref secretname configmapkeyref fieldref username user host port database
    """
)
_LABEL = re.compile(
    r"(?:^|[^a-z])(?:hosts?|hostname|address|domain|service|image|images|repository|registry|tag|digest|chart|version|"
    r"names?|namespace|key|ref|kind|issuer|class|account|secret)$"
)
_LABEL_TEXT = re.compile(r"[\w.:/-]*(?:@sha256:\w+)?")


class Place(NamedTuple):
    """What is known of a value by its position.

    `wanted`: a text there is a secret; `inherits`: so is every text below it, whatever its key, except under keys of a
    reference; `label`: it is a host, an image or another name, which stays even if it reads like a secret; `is_data`:
    it is the data of a Secret, all of it secret.
    """

    wanted: bool = False
    inherits: bool = False
    label: bool = False
    is_data: bool = False


def place_at(path: str) -> Place:
    """The place of a value under a key, an env name, or a dotted path to one."""
    name = path.rsplit(".", 1)[-1] or path
    return Place(mask_names.is_credential(path), _is_container(name), _is_label(name))


def places_in(mapping: dict[str, Value], place: Place) -> Callable[[str], Place]:
    """The place of each value of a mapping, by its key."""
    entry = _entry_name(mapping)
    is_secret = mapping.get("kind") == "Secret"

    def of(key: str) -> Place:
        if place.is_data:
            return Place(wanted=True)
        if is_secret and key in ("data", "stringData"):
            return Place(inherits=True, is_data=True)
        inherits = place.inherits and not _is_reference_key(key)
        own = place_at(entry if entry and key == "value" else key)
        return Place(inherits or own.wanted, inherits or own.inherits, own.label and not inherits)

    return of


def places_of(items: Sequence[Value], place: Place) -> list[Place]:
    """The place of each item of a list: for example, the one after `--requirepass` is a secret."""
    places = [place] * len(items)
    words = [item for item in items if isinstance(item, str)]
    if len(words) == len(items):
        for number in mask_shapes.in_command(words):
            places[number] = Place(wanted=True)
    return places


def is_kept(text: str, place: Place) -> bool:
    """Whether a text is only a host, an image or another name, and so is shown as it is."""
    return place.label and _LABEL_TEXT.fullmatch(text) is not None and "://" not in text


def _entry_name(mapping: dict[str, Value]) -> str:
    """The name of an env entry, or of another name and value pair; empty for any other mapping."""
    if "value" in mapping:
        for key in ("name", "key", "Name"):
            found = mapping.get(key)
            if isinstance(found, str):
                return found
    return ""


@lru_cache(maxsize=4096)
def _is_container(name: str) -> bool:
    """Whether users choose the keys below `name`, so that every text below it counts as a credential."""
    words = mask_names.words_of(name)
    return words in (["string", "data"], ["secret", "data"]) or (
        mask_names.is_credential(name) and words[-1] in _CONTAINERS
    )


@lru_cache(maxsize=4096)
def _is_label(name: str) -> bool:
    return _LABEL.search("_".join(mask_names.words_of(name))) is not None


def _is_reference_key(name: str) -> bool:
    """Whether a key below a container describes the Secret or how it is used, and is not part of its data."""
    return name.lower() in _REFERENCE_KEYS or mask_names.is_setting(name) or (_is_label(name) and not name.isupper())
