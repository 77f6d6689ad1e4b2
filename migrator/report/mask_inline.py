"""Credentials inside a text: in a URL, behind an assignment or a flag, by a well-known shape, or known already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote, unquote

from migrator.report import mask_names

Mark = Callable[[str], str]


class Known(NamedTuple):
    """Secrets to be found by their text: the pattern of every way to spell one, and whose spelling each is."""

    pattern: re.Pattern[str]
    secrets: dict[str, str]


_SCHEME = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]*://")
_REST_OF_URL = re.compile(r"[^\s\"'`<>]*")
_PAIR = re.compile(
    r"(?P<head>(?:^|(?<=[\s\"'=(\[{,]))[\w.%+-]*:)(?P<password>(?!//)(?:(?!://)[^\s@\"'`<>{}\[\],])+)(?=@(?!sha\d+:)[\w\[])"
)
"""`user:password@host` without a scheme; an image's `name:tag@sha256:...` is none."""

_ASSIGNED = re.compile(
    r"(?P<head>(?P<name>[A-Za-z_][\w.-]*)[\"']?\s*(?::=|=|:(?=\s))\s*[\"']?)"
    r"(?P<value>\$\{[^}]*\}|\$\([^)]*\)|\{\{.*?\}\}|[^\s\"'&;,|)}\]]+)"
)
_IDENTIFIER = re.compile(
    r"(?P<head>\b(?P<name>[A-Za-z][\w.-]*[A-Z_.][\w.-]*)(?:(?:=|: )[\"']?| is [\"']))"
    r"(?P<value>(?<=[\"'])[^\"'\n]+|[^\s\"',;]+)"
)
_FLAG = re.compile(
    r"(?P<head>(?<![^\s\"'\[])--?(?P<name>[A-Za-z][\w-]*)(?:[ \t]+[\"']?|[\"'],[ \t]*[\"']))"
    r"(?P<value>[^\s\"'-][^\s\"']*)"
)
_ONLY_A_FLAG = re.compile(r"--?(?P<name>[A-Za-z][\w-]*)")
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-)[\w-]{16,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|(?<=hooks\.slack\.com/services/)[\w/]+"
)


def in_sentence(text: str, mark: Mark, known: Known | None) -> str:
    """A sentence of the program's own: only what reads like an identifier is taken for an assignment's name."""
    return known_in(_assigned(_IDENTIFIER, _urls(text, mark), mark), mark, known)


def in_value(text: str, mark: Mark, known: Known | None) -> str:
    """A text of the values: a URL as a whole, a command line, a list of settings."""
    scheme, slashes, rest = text.partition("://")
    if slashes and scheme.replace("+", "").isalnum() and "@" in rest and not re.search(r"\s\w+://", rest):
        return known_in(scheme + slashes + _userinfo(rest, mark), mark, known)
    return in_yaml(text, mark, known)


def in_yaml(text: str, mark: Mark, known: Known | None) -> str:
    """A part of a line of YAML that stands under no credential's key."""
    text = _urls(_SHAPES.sub(lambda found: mark(found[0]), text), mark)
    if mask_names.may_hold_a_name(text):
        text = _assigned(_FLAG, _assigned(_ASSIGNED, text, mark), mark)
    return known_in(text, mark, known)


def is_credential_flag(text: str) -> bool:
    """Whether a list item such as `--requirepass` says that the next one is a secret."""
    match = _ONLY_A_FLAG.fullmatch(text)
    return match is not None and mask_names.is_credential(match["name"])


def finder(secrets: Iterable[str], ordinary: set[str] | None = None) -> Known | None:
    """What finds these secrets in a text, the longest first; None where there is nothing to look for.

    Weak ones are looked for only where `ordinary` says which words and numbers are none.
    """
    spellings = {spelling: secret for secret in secrets for spelling in _spellings(secret)}
    parts = []
    for spelling in sorted(spellings, key=len, reverse=True):
        if not mask_names.is_weak(spelling):
            parts.append(re.escape(spelling))
        elif ordinary is not None and mask_names.stands_out(spelling, ordinary):
            parts.append(rf"(?<![^\W_]){re.escape(spelling)}(?![^\W_])")
    return Known(re.compile("|".join(parts)), spellings) if parts else None


def _spellings(secret: str) -> Iterable[str]:
    """A secret as it is, in a URL, in quotes of either kind, and the longer lines of one that has several."""
    yield from (line.strip() for line in secret.splitlines() if len(line.strip()) > 7)
    yield quote(secret, safe="")
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    yield secret.replace("'", "''")
    yield secret


def _urls(text: str, mark: Mark) -> str:
    if "@" in text:
        text = _PAIR.sub(lambda found: found["head"] + mark(found["password"]), text)
    if "://" not in text:
        return text
    parts = []
    at = 0
    for found in _SCHEME.finditer(text):
        if found.start() < at:
            continue
        rest = _rest_of_url(text, found.end())
        parts += [text[at : found.end()], _userinfo(rest, mark)]
        at = found.end() + len(rest)
    return "".join([*parts, text[at:]])


def _rest_of_url(text: str, start: int) -> str:
    """What follows `scheme://` up to a space or a quote, or beyond if that may be inside a raw password."""
    rest = _REST_OF_URL.match(text, start)[0]  # type: ignore[index]
    end = start + len(rest)
    if "@" not in rest and _ends_in_a_password(rest):
        at = text.find("@", end)
        end = end if at < 0 else at
        return text[start:end] + _REST_OF_URL.match(text, end)[0]  # type: ignore[index]
    return rest


def _ends_in_a_password(rest: str) -> bool:
    """Whether what follows the first colon of an authority is no port."""
    host, colon, port = re.split(r"[/?#]", rest, maxsplit=1)[0].partition(":")
    return bool(colon) and not (port.isdecimal() and host)


def _userinfo(rest: str, mark: Mark) -> str:
    """What follows `scheme://`, its credentials masked, be they percent-encoded or not.

    A raw `/`, `#` or `@` in a password ends the authority for a parser, not for whoever reads it: what lies before the
    last `@` is credentials unless the authority is a host with a numeric port, or none at all.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" not in rest or ("@" not in authority and not _ends_in_a_password(rest)):
        return rest
    userinfo, _, host = rest.rpartition("@")
    user, colon, password = userinfo.partition(":")
    if not colon:
        return f"{mark(unquote(user))}@{host}"
    if password in ("", "x-oauth-basic"):
        return f"{mark(unquote(user))}:{password}@{host}"
    return f"{user}:{mark(unquote(password))}@{host}"


def _assigned(pattern: re.Pattern[str], text: str, mark: Mark) -> str:
    def replaced(found: re.Match[str]) -> str:
        if not mask_names.is_credential(found["name"]):
            return found[0]
        return found["head"] + mark(found["value"])

    return pattern.sub(replaced, text)


def known_in(text: str, mark: Mark, known: Known | None) -> str:
    """The text without the secrets that are known already."""
    return text if known is None else known.pattern.sub(lambda found: mark(known.secrets[found[0]]), text)
