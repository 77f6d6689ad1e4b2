"""What a scalar means to Helm, which reads YAML 1.1 through go-yaml v2 and then JSON.

The rules are go-yaml's `resolve` and sigs.k8s.io/yaml's key conversion, determined by running Helm's own reader
(`tests/yamltext/test_helm.py` checks that we match it). Differences from other YAML 1.1 readers: no sexagesimal
numbers, `y` and `n` are booleans, `0o10` is octal, `08` is a float, timestamps stay strings.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct

from migrator.values.edits import Scalar

# The plain `<<` of a merge key; distinguished by identity from a quoted "<<", which is an ordinary key.
MERGE = "".join(("<", "<"))

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    "<<": MERGE,
}
# `re` compiles and caches the patterns when they are first used: most files need only the first of them.
_INTEGER = r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)\Z"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
_LOOSE_UNDERSCORE = "(?<![0-9])_|_(?![0-9])"
# What a plain scalar that is a number begins with.
NUMBER_STARTS = frozenset("+-.0123456789")
_DIGITS_OR_POINT = frozenset(".0123456789_")
_NUMBER_ENDS = frozenset("0123456789abcdefABCDEF._")
_TIMESTAMP = r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ ])\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:Z|[-+]\d\d:\d\d|)|)\Z"
_STANDARD = "tag:yaml.org,2002:"


class UnreadableScalarError(ValueError):
    """A scalar whose explicit tag does not fit its text, or a key that Helm never accepts."""


class PlainScalars(dict[str, Scalar]):
    """The meaning of each plain scalar seen so far, by its text; each distinct text is resolved once."""

    def __missing__(self, text: str) -> Scalar:
        # Most scalars are strings that look like nothing else.
        value = number_or_text(text) if text[0] in NUMBER_STARTS else text
        self[text] = value
        return value


def plain_scalars() -> PlainScalars:
    """A fresh cache that knows the words of YAML 1.1."""
    return PlainScalars(_WORDS)


def resolve(text: str) -> Scalar:
    """What the plain scalar `text` is to Helm."""
    if text in _WORDS:
        return _WORDS[text]
    return number_or_text(text) if text[0] in NUMBER_STARTS else text


def number_or_text(text: str) -> Scalar:
    """The value of a plain scalar that begins like a number: that number, or a string after all."""
    # Most are plain numbers, or quantities like 8Gi and 500m; neither needs a pattern.
    if text[-1] not in _NUMBER_ENDS:
        return text
    if text[0] in "+-" and text[1:2] not in _DIGITS_OR_POINT:  # a command-line flag, as in `-c`
        return text
    if text[0] in "123456789" and text.isascii() and text.isdigit() and len(text) < 19:  # at most 64 bits
        return int(text)
    if text[0] == "." and re.search(
        _LOOSE_UNDERSCORE, text
    ):  # such a text is parsed by Go's own, stricter, float parser
        return text
    digits = text.replace("_", "")
    if re.match(_INTEGER, digits):
        number = int(digits, 0) if digits.lstrip("+-")[:2].lower() in _PREFIXES else _decimal_or_octal(digits)
        # Beyond 64 bits Go falls back to a float; it does not read an unsigned number with a sign.
        if -(2**63) <= number < 2**63 or (number < 2**64 and digits[0] not in "+-"):
            return number
    if re.match(_FLOAT, digits):
        number_with_point = float(digits)
        if abs(number_with_point) != float("inf"):  # out of range stays a string in Go
            return number_with_point
    return text


_PREFIXES = frozenset(("0x", "0b", "0o"))


def _decimal_or_octal(digits: str) -> int:
    bare = digits.lstrip("+-")
    # Python refuses to read more than 4300 digits at once; a number that long is a float to Go anyway.
    if len(bare) > 40:
        return 2**64
    number = int(bare, 8 if bare[0] == "0" else 10)
    return -number if digits[0] == "-" else number


def resolve_tagged(tag: str, text: str) -> Scalar:
    """What a scalar with an explicit tag is to Helm; an unknown tag leaves a string. Raises UnreadableScalarError."""
    name = tag[len(_STANDARD) :] if tag.startswith(_STANDARD) else ""
    if name == "merge":
        return MERGE if text == "<<" else text
    if name == "binary":
        return _binary(text)
    if name not in ("bool", "int", "float", "null", "timestamp"):
        return text  # `!!str`, `!` and any unknown tag
    value = resolve(text)
    if name == "timestamp":
        if not re.match(_TIMESTAMP, text, re.ASCII):
            raise UnreadableScalarError(f"{text!r} is tagged !!timestamp but is not a timestamp")
        return text
    if name == "float" and type(value) is int:
        return float(value)
    if type(value) is not {"bool": bool, "int": int, "float": float, "null": type(None)}[name]:
        raise UnreadableScalarError(f"{text!r} is tagged !!{name} but is not a valid {name}")
    return value


def _binary(text: str) -> str:

    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as error:
        raise UnreadableScalarError("the text is tagged !!binary but is not base64") from error


def key_text(value: object) -> str:
    """The string that a mapping key becomes in Helm's JSON. Raises UnreadableScalarError if Helm refuses it."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        if value >= 2**63:
            raise UnreadableScalarError(f"the key {value} is too large a number")
        return str(value)
    if isinstance(value, float):
        return _short_float(value)
    if value is None:
        raise UnreadableScalarError("a key is null")
    raise UnreadableScalarError("a key is a list or a mapping; braces of a template, as in `{{ ... }}`, read like that")


def _short_float(value: float) -> str:
    """Go's `FormatFloat(value, 'g', -1, 32)`: the fewest digits that identify the single-precision number."""
    if value != value:
        return ".nan"
    single = struct.unpack("f", struct.pack("f", value))[0]
    if single in (float("inf"), float("-inf")):
        return ".inf" if single > 0 else "-.inf"
    sign = "-" if str(single)[0] == "-" else ""
    for precision in range(1, 10):
        shortest = f"{abs(single):.{precision - 1}e}"
        if struct.unpack("f", struct.pack("f", float(shortest)))[0] == abs(single):
            break
    mantissa, exponent = shortest.split("e")
    digits = mantissa.replace(".", "")
    power = int(exponent)
    if not -4 <= power < 6:
        return f"{sign}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits[: power + 1].ljust(power + 1, "0")
    rest = digits[power + 1 :]
    return f"{sign}{whole}.{rest}" if rest else sign + whole
