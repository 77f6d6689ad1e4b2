"""Version ranges, as Helm, Flux and Argo CD read them: what may be installed, not what is.

Source: https://github.com/Masterminds/semver#checking-version-constraints, the library that all three use.
"""

import re

from packaging.version import Version

_ONE = r"(?P<sign>[<>=!~^]*)\s*v?(?P<numbers>[0-9xX*]+(?:\.[0-9xX*]+){0,2})(?P<suffix>[-+][0-9A-Za-z.+-]*)?"


def is_range(text: str) -> bool:
    """Whether a version constraint leaves the installed version open (`4.x`, `>=4.13 <5`, `~4.13.0`, `*`)."""
    return bool(re.search(r"[*<>=~^|,]|\bx\b|\.x|\s-\s", text, re.IGNORECASE)) or text.count(".") < 2


def stays_below(text: str, version: Version) -> bool:
    """Whether every version in that range is older than this one; False if that is not known.

    A flavour is a pre-release: `>=4.13.0-0 <4.14.0` allows 4.14.0-medium, which is older than 4.14.0.
    """
    return all(_stays_below(each, version) for each in _expanded(text).split("||"))


def _stays_below(text: str, version: Version) -> bool:
    """Whether all versions that meet these comparisons are older: one with a pre-release allows them in all others."""
    comparisons = list(re.finditer(_ONE, text))
    has_flavours = any((one["suffix"] or "").startswith("-") for one in comparisons)
    return any(_ends(one, version, has_flavours=has_flavours) for one in comparisons)


def _expanded(text: str) -> str:
    """`4.12 - 4.13` written as comparisons."""
    return re.sub(r"(\S+)\s+-\s+(\S+)", r">=\1 <=\2", text)


def _ends(one: re.Match[str], version: Version, *, has_flavours: bool) -> bool:
    """Whether one comparison, such as `<4.14` or `~4.13.0`, allows only versions older than this one."""
    sign, numbers = "~" if one["sign"] == "~>" else one["sign"], _numbers(one["numbers"])
    if not numbers or ">" in sign or "!" in sign:
        return False
    if sign == "<":
        first = (*numbers, 0, 0)[:3]
        allows_its_flavours = has_flavours and one["suffix"] != "-0"
        return version.release > first or (version.release == first and not allows_its_flavours)
    if sign == "^":  # up to the next change of the first number that is not 0
        kept = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1) + 1
    elif sign == "~":  # only the last number may rise
        kept = min(len(numbers), 2)
    else:
        kept = len(numbers)
    return version.release[:kept] > numbers[:kept]


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers before the first one that is left open."""
    found: list[int] = []
    for part in text.split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found)
