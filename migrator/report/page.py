"""Text on a terminal: colour, wrapping, and diffs without control characters.

Plain ANSI sequences, not rich: importing rich takes longer than a whole `check`, and the output is only lines.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal, NamedTuple

from migrator.report.mask import visible
from migrator.report.records import FileReport, QuestionReport
from migrator.values.edits import Value

Style = Literal["bold", "dim", "red", "green", "yellow", "cyan"]

SIGNS: dict[str, tuple[str, Style]] = {"add": ("+", "green"), "remove": ("-", "red"), "replace": ("~", "yellow")}
"""How each kind of change is marked."""

_CODES: dict[Style, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Page(NamedTuple):
    """The width of the page (columns; 0: unlimited), and what it can show."""

    width: int = 80
    colour: bool = False
    ascii_only: bool = False

    def plain(self, text: str) -> str:
        """The text with everything escaped that a terminal would interpret."""
        return visible(text, ascii_only=self.ascii_only)

    def styled(self, text: str, style: Style) -> str:
        """The text in a style, if the page has colour; pass it through `plain` first."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and text else text

    def wrapped(self, text: str, *, indent: int = 0, lead: str = "", style: Style | None = None) -> list[str]:
        """Lines of at most the page's width, the first after `lead`; words are not broken, since they may be copied."""
        import textwrap

        begin = " " * indent + lead
        width = max(self.width, indent + len(lead) + 10) if self.width else 1 << 20
        rest = " " * len(begin)
        lines = textwrap.wrap(
            self.plain(text), width, initial_indent=begin, subsequent_indent=rest, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        lines = lines or [begin.rstrip()]
        return [self.styled(line, style) for line in lines] if style else lines


def one_line(value: Value) -> str:
    """A value on one line, in YAML's flow style."""
    import json

    return json.dumps(value, ensure_ascii=False)


def shown_diff(diff: bytes, *, colour: bool) -> str:
    """A unified diff for reading: control characters visible, lines in colour.

    Pipes and files get the original bytes of the diff; a terminal would interpret an escape sequence in them.
    """
    page = Page(0, colour)
    styles: dict[str, Style] = {"-": "red", "+": "green", "@": "cyan", "#": "yellow"}
    lines = []
    for raw in diff.decode("utf-8", "backslashreplace").split("\n")[:-1]:
        text = page.plain(raw.removesuffix("\r").replace("\t", " "))
        heading = raw.startswith(("--- ", "+++ "))
        style = "bold" if heading else styles.get(raw[:1])
        lines.append(page.styled(text, style) if style else text)
    return "".join(line + "\n" for line in lines)


def versions(file: FileReport) -> str:
    """The old and new version of the chart, as far as they are known; one version if it stays the same."""
    if file.version_from == file.version_to:
        return f"{file.chart} {file.version_to}".strip()
    way = f"{file.version_from} -> {file.version_to}" if file.version_from else f"to {file.version_to}"
    return f"{file.chart} {way if file.version_to else file.version_from}".strip()


def joined_places(places: Sequence[tuple[str, int]]) -> str:
    """`FILE:LINE and FILE:LINE`; a file with several lines is named once."""
    lines: dict[str, list[int]] = {}
    for file, line in places:
        lines.setdefault(file, []).append(line)
    return " and ".join(
        f"{file}:{', '.join(map(str, sorted(numbers)))}" if any(numbers) else file for file, numbers in lines.items()
    )


def written(file: FileReport) -> list[str]:
    """Where the result was written, and which backups were kept, a sentence each; empty for a mere diff."""
    if file.status != "migrated":
        return []
    if file.output:
        where = "standard output" if file.output == "-" else file.output
        return [f"Written to {where}; the file itself is unchanged."]
    changed = [layer.path for layer in file.layers if layer.is_changed]
    kept = f"The previous content is kept in {' and '.join(file.backups)}." if file.backups else "No backup was kept."
    return [f"Written: {' and '.join(changed)}.", kept]


def answered_by(question: QuestionReport) -> str:
    """Who gave the answer, as text; empty if there is none."""
    return {
        "flag": f"the flag {_own_flag(question)}",
        "answers file": f"the answers file at {question.where}",
        "person": "a person at the terminal",
        "default": "the safe default, without asking",
        None: "",
    }[question.by]


def _own_flag(question: QuestionReport) -> str:
    """The flag named for this question, without its value, if it is one of those that may answer it."""
    name = question.id.partition(".")[0]
    flag = next((each for each in question.flag.split(" or ") if name in each), question.flag)
    return flag.partition("=")[0] if flag.startswith("--answer ") else flag.partition(" ")[0]


def unused_answer(question: QuestionReport) -> str:
    """That an answer is not used because it was given to another question of this name; empty if there is none."""
    if not question.stale:
        return ""
    return f"The answers file has an answer to {question.id}, but to a different question of that name: it is not used."


def flags_of(questions: Sequence[QuestionReport]) -> list[str]:
    """The flags that answer the questions still open, each once."""
    return list(dict.fromkeys(question.flag for question in questions if question.is_open))


def open_first(questions: Sequence[QuestionReport]) -> list[QuestionReport]:
    """The questions, those still open first."""
    return sorted(questions, key=lambda question: not question.is_open)


def shell_quoted(path: str) -> str:
    """A path as typed in a shell; one that starts with a dash would be read as an option."""
    import shlex

    word = f"./{path}" if path.startswith("-") else path
    if os.sep == "/":
        return shlex.quote(word)
    return word if set(word).isdisjoint(" &()^;,='`") else f'"{word}"'  # accepted by both Windows shells
