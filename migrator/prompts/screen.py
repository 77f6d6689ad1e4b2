"""What a person reads between the questions: headings, wrapped paragraphs, and unwrapped lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from migrator.prompts import pager
from migrator.report import streams
from migrator.report.mask import Mask
from migrator.report.page import Page

_WIDEST = 100  # columns beyond which prose is hard to read


class Screen:
    """Prints to standard output; text that may come from a file is masked and made safe for a terminal."""

    def __init__(self, mask: Mask, *, width: int, colour: bool, plain: bool) -> None:
        self.mask = mask
        self._has_masks = False
        self._is_told = False
        self._is_plain = plain
        self._page = Page(min(width, _WIDEST), ascii_only=streams.is_ascii(sys.stdout))
        self._console = Console(
            file=sys.stdout,
            width=min(width, _WIDEST),
            color_system="standard" if colour else None,
            no_color=not colour,
            force_terminal=colour,
            highlight=False,
            markup=False,
            emoji=False,
        )

    @contextmanager
    def paged(self) -> Iterator[None]:
        """Show what is printed within the block one page at a time."""
        with self._console.capture() as captured:
            yield
        pager.show(captured.get(), plain=self._is_plain)

    def heading(self, title: str) -> None:
        """An empty line, then a rule with the title in it, or only the title if there is no room for both."""
        self._console.print()
        title = self.plain(title)
        if len(title) + 2 > self._page.width:
            self.say(title, style="bold")
        else:
            self._console.print(Rule(Text(title, style="bold"), characters="-", align="left", style="dim"))

    def say(self, text: str = "", *, indent: int = 0, lead: str = "", style: str = "") -> None:
        """A paragraph, with word wrap."""
        for line in self._page.wrapped(self.mask.text(text), indent=indent, lead=lead):
            self.line(line, style=style)

    def line(self, text: str, *, style: str = "") -> None:
        """One line as it is, never wrapped: it is already masked, and may be copied or compared."""
        self._has_masks |= "***" in text
        self._console.print(Text(self.plain(text), style=style), no_wrap=True, overflow="ignore", crop=False)

    def has_room(self, texts: Sequence[str], *, beside: int) -> bool:
        """Whether the screen has room for these paragraphs and `beside` more lines."""
        lines = sum(len(self._page.wrapped(text, indent=4)) for text in texts)
        return lines + beside <= get_terminal_size().lines

    def explain_masks(self) -> None:
        """Say, once, how to see masked values, if any were masked so far."""
        if self._has_masks and not self._is_told:
            self._is_told = True
            self.say("*** masks a credential; --show-secrets shows it.", style="dim")

    def plain(self, text: str) -> str:
        """The text without anything that the terminal would interpret or cannot show."""
        return self._page.plain(text)
