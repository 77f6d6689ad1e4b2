"""What keeps secrets, and control characters, out of everything that is printed.

A secret becomes `***1`, `***2` and so on in the order in which a run meets them: the same secret the same mask, another
secret another one, and nothing of it (neither length nor a digest that could be guessed at) in the mask.

What cannot be told from a name or a shape (a weak password in a sentence) is found by its text, since `learn` has seen
the values; only ordinary words that the values hold in other places as well are left where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from migrator.values.edits import Value

if TYPE_CHECKING:
    from migrator.report.mask_inline import Known
    from migrator.report.records import Report


def visible(text: str, *, ascii_only: bool = False) -> str:
    r"""The text with every sign that a terminal would obey or not show written as an escape: `\x1b`, `\n`, `\u202e`.

    `ascii_only` does so for every sign beyond ASCII; a few typographic ones become what a typewriter has.
    """
    if ascii_only and not text.isascii():
        text = "".join(sign if sign.isascii() else _TYPED.get(sign) or _escaped(sign) for sign in text)
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def said(text: str, *, show_secrets: bool = False) -> str:
    """A sentence that no report holds: with credentials that can be told by their shape masked, and nothing obeyed."""
    return visible(Mask(show_secrets).text(text))


_TYPED = {"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "×": "x"}
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(sign: str) -> str:
    code = ord(sign)
    if code < 0x100:
        return _NAMED.get(sign, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class Mask:
    """Masks what one run prints; it remembers the secrets that it met. With `show_secrets` it masks nothing."""

    def __init__(self, show_secrets: bool = False) -> None:
        self.show_secrets = show_secrets
        self._numbers: dict[str, int] = {}
        self._ordinary: set[str] = set()
        self._scanned: dict[str, list[str]] = {}  # a file is learnt from, and shown: scanning it once is enough
        self._in_values: Known | None = None
        self._in_sentences: Known | None = None
        self._found_with = 0  # how many secrets these two know

    def learn(self, report: Report) -> None:
        """Look for secrets in everything that the report holds, so that they are known wherever they turn up."""
        if self.show_secrets:
            return
        for file in report.files:
            for value in (file.values_before, file.values_after):
                self._ordinary.update(_ordinary_texts(value))
                self.value(value)
            for change in file.changes:
                self.value(change.before, change.path)
                self.value(change.after, change.path)
            for difference in file.cluster.changes if file.cluster is not None else ():
                self.value(difference.before, difference.path)
                self.value(difference.after, difference.path)
            for layer in file.layers:
                self.lines(layer.before.decode("utf-8", "replace"))
                if layer.after is not layer.before:
                    self.lines(layer.after.decode("utf-8", "replace"))

    def text(self, text: str) -> str:
        """A sentence of the program's own, with what the values put into it masked."""
        if self.show_secrets or not text:
            return text
        from migrator.report import mask_inline

        return mask_inline.in_sentence(text, self._mark, self._known_secrets(in_sentence=True))

    def value(self, value: Value, name: str = "") -> Value:
        """A value, masked all through, that stands under `name`: a key, an env name, or a dotted path to one."""
        if self.show_secrets:
            return value
        from migrator.report import mask_names

        wanted = mask_names.is_credential(name)
        return self._masked(value, wanted, mask_names.is_container(name.rsplit(".", 1)[-1]))

    def answer(self, question: str, answer: str | None, choices: Sequence[tuple[str, str]] = ()) -> str | None:
        """An answer: a URL's password is masked, and so is all of an answer that is asked for as a password.

        One that is chosen, and a Secret's name, stay as they are even where a weak password reads the same.
        """
        if answer is None or self.show_secrets:
            return answer
        if choices or question.endswith("secret"):
            from migrator.report import mask_inline

            return mask_inline.in_sentence(answer, self._mark, None)
        return str(self.value(answer, question))

    def lines(self, text: str) -> list[str]:
        """The lines of a YAML file, without their line feeds, masked one by one."""
        if self.show_secrets:
            return text.split("\n")
        from migrator.report import mask_inline, mask_lines

        if text not in self._scanned:
            self._scanned[text] = mask_lines.mask(
                text.split("\n"), self._mark, lambda part: mask_inline.in_yaml(part, self._mark, None)
            )
        known = self._known_secrets()
        return [mask_inline.known_in(line, self._mark, known) for line in self._scanned[text]]

    def _mark(self, secret: str) -> str:
        from migrator.report import mask_names

        if mask_names.is_no_secret(secret):
            return secret
        return f"***{self._numbers.setdefault(secret, len(self._numbers) + 1)}"

    def _masked(self, value: Value, wanted: bool, inherits: bool) -> Value:
        """`wanted`: a text here is a secret; `inherits`: so is every text below, whatever its key."""
        from migrator.report import mask_inline, mask_names

        if isinstance(value, dict):
            name = mask_names.entry_name(value)
            is_secret = value.get("kind") == "Secret"
            result: dict[str, Value] = {}
            for key, child in value.items():
                below = inherits and not mask_names.belongs_to_a_reference(key)
                named = name if name and key == "value" else key
                contains = below or mask_names.is_container(key) or (is_secret and key == "data")
                result[key] = self._masked(child, below or mask_names.is_credential(named), contains)
            return result
        if isinstance(value, list):
            items: list[Value] = []
            flagged = False
            for child in value:
                items.append(self._masked(child, wanted or flagged, inherits))
                flagged = isinstance(child, str) and mask_inline.is_credential_flag(child)
            return items
        if value is None or isinstance(value, bool):
            return value
        if wanted:
            return value if mask_names.is_no_secret(str(value)) else self._mark(str(value))
        if not isinstance(value, str):
            return value
        if "\n" in value:
            self._learn_text(value)
            return "\n".join(self.lines(value))
        return mask_inline.in_value(value, self._mark, self._known_secrets())

    def _learn_text(self, text: str) -> None:
        """Values may stand in an object as a text; what they hold is found by its place, as in a file of its own."""
        from migrator import yamltext
        from migrator.errors import MigratorError
        from migrator.report import mask_names

        if text in self._scanned or not mask_names.may_hold_a_name(text):
            return
        with suppress(MigratorError):
            for document in yamltext.parse(text.encode("utf-8", "replace")).documents:
                if isinstance(document.data, (dict, list)):
                    self._masked(document.data, False, False)

    def _known_secrets(self, *, in_sentence: bool = False) -> Known | None:
        """What finds the secrets met so far by their text."""
        if len(self._numbers) != self._found_with:
            from migrator.report import mask_inline

            self._found_with = len(self._numbers)
            self._in_values = mask_inline.finder(self._numbers)
            self._in_sentences = mask_inline.finder(self._numbers, self._ordinary)
        return self._in_sentences if in_sentence else self._in_values


def _ordinary_texts(value: Value) -> Iterator[str]:
    """Keys, and the texts and numbers that stand under names of no credential."""
    from migrator.report import mask_names

    if isinstance(value, dict):
        name = mask_names.entry_name(value)
        for key, child in value.items():
            yield key
            if not mask_names.is_credential(name if name and key == "value" else key):
                yield from _ordinary_texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _ordinary_texts(child)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
