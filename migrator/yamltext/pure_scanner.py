"""ruamel.yaml's reader, scanner and parser in pure Python, where the C parser (libyaml, `scanner.c`) reads otherwise.

They keep to YAML 1.2 in places and to their author's taste in others; what Helm's reader and the C parser agree on is
the older YAML 1.1: five line breaks, tabs for blanks, and looser headers of block scalars.
"""

from __future__ import annotations

from typing import Any, NoReturn

from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner, ScannerError
from ruamel.yaml.tokens import ScalarToken, TagToken

_BREAKS = "\n\r\x85\u2028\u2029"
_BREAKS_OR_END = "\0" + _BREAKS
_BLANKS = " \t"
_BOM = "\ufeff"


class PureReader(Reader):
    """Counts lines by all the breaks of YAML 1.1."""

    forward = Reader.forward_1_1


class PureScanner(Scanner):
    """Reads tokens as libyaml does."""

    def scan_to_next_token(self) -> None:
        """Go past blanks, comments and breaks; a tab is no blank where a key might begin, outside of brackets."""
        peek = self.reader.peek
        while True:
            if self.reader.column == 0 and peek() == _BOM:
                self.reader.forward()
                self.reader.column += 1  # which its own author leaves out
            while peek() == " " or (peek() == "\t" and (self.flow_level or not self.allow_simple_key)):
                self.reader.forward()
            self._skip_comment()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_directive(self) -> Any:
        """`%YAML` or `%TAG`; there are no others."""
        directive = super().scan_directive()
        if directive.name == "YAML" and directive.value not in ((1, 1), (1, 2)):
            self._stop("while scanning a directive", directive.start_mark, "found incompatible YAML document")
        if directive.name not in ("YAML", "TAG"):
            self._stop("while scanning a directive", directive.start_mark, "found unknown directive name")
        return directive

    # -- plain scalars -------------------------------------------------------------------------------------------

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str]:
        """The blanks and breaks after a word of a plain scalar, folded; none where the scalar ends there."""
        blanks = self._take_blanks()
        first = self.scan_line_break()
        if not first:
            return [blanks] if blanks else []
        self.allow_simple_key = True
        further: list[str] = []
        while not self._begins_document():
            while self.reader.peek() in _BLANKS:
                if self.reader.peek() == "\t" and self.reader.column < indent:
                    self._stop("while scanning a plain scalar", start_mark, "found a tab that violates indentation")
                self.reader.forward()
            found = self.scan_line_break()
            if not found:
                return [*([first] if first != "\n" else [] if further else [" "]), *further]
            further.append(found)
        return []

    # -- block scalars -------------------------------------------------------------------------------------------

    def scan_block_scalar(self, style: str, rt: bool | None = False) -> ScalarToken:
        """A `|` or `>` scalar. Its text is indented by one column at least, even where nothing is around it."""
        reader = self.reader
        start = reader.get_mark()
        reader.forward()
        chomping, increment = self._header(start)
        indent = max(self.indent, 0) + increment if increment else 0
        chunks: list[str] = []
        line_break = ""
        was_blank = False  # whether the line before begins with a blank, which keeps its break from being folded
        indent, breaks, end = self._breaks(indent, start)
        while reader.column == indent and reader.peek() != "\0":
            is_blank = reader.peek() in _BLANKS
            if style == ">" and line_break == "\n" and not was_blank and not is_blank:
                chunks += [] if breaks else [" "]
            else:
                chunks.append(line_break)
            was_blank = is_blank
            chunks += [*breaks, self._rest_of_line()]
            line_break = self.scan_line_break()
            indent, breaks, end = self._breaks(indent, start)
        if chomping != "-":
            chunks.append(line_break)
        if chomping == "+":
            chunks += breaks
        return ScalarToken("".join(chunks), False, start, end, style)

    def _header(self, start: Any) -> tuple[str, int]:
        """The chomping indicator and the indentation indicator (0 for none) of a block scalar, in either order."""
        chomping, increment = "", 0
        for _ in range(2):
            sign = self.reader.peek()
            if sign in "+-" and not chomping:
                chomping = sign
            elif sign in "0123456789" and not increment:
                increment = int(sign)
                if not increment:
                    self._stop("while scanning a block scalar", start, "found an indentation indicator equal to 0")
            else:
                break
            self.reader.forward()
        self._take_blanks()
        self._skip_comment()
        if self.reader.peek() not in _BREAKS_OR_END:
            self._stop("while scanning a block scalar", start, "did not find expected comment or line break")
        self.scan_line_break()
        return chomping, increment

    def _breaks(self, indent: int, start: Any) -> tuple[int, list[str], Any]:
        """Go past blank lines and the indentation: what that is (found out if 0), the breaks, the end of the last."""
        reader = self.reader
        breaks: list[str] = []
        end = reader.get_mark()
        deepest = 0
        while True:
            while (not indent or reader.column < indent) and reader.peek() == " ":
                reader.forward()
            deepest = max(deepest, reader.column)
            if (not indent or reader.column < indent) and reader.peek() == "\t":
                self._stop("while scanning a block scalar", start, "found a tab where an indentation space is expected")
            found = self.scan_line_break()
            if not found:
                return indent or max(deepest, self.indent + 1, 1), breaks, end
            breaks.append(found)
            end = reader.get_mark()

    # -- tags ----------------------------------------------------------------------------------------------------

    def scan_tag(self) -> TagToken:
        """`!`, `!suffix`, `!handle!suffix` or `!<whole>`: all up to a blank, brackets and commas too."""
        reader = self.reader
        start = reader.get_mark()
        handle: str | None
        if reader.peek(1) == "<":
            reader.forward(2)
            handle, suffix = None, self._uri(start)
            if reader.peek() != ">":
                self._stop("while scanning a tag", start, "did not find the expected '>'")
            reader.forward()
        else:
            reader.forward()
            length = 0
            while reader.peek(length).isascii() and (reader.peek(length).isalnum() or reader.peek(length) in "_-"):
                length += 1
            if reader.peek(length) == "!":
                handle = f"!{reader.prefix(length)}!"
                reader.forward(length + 1)
                suffix = self._uri(start)
            else:
                handle, suffix = "!", self._uri(start, needed=False)
                if not suffix:
                    handle, suffix = None, "!"
        if reader.peek() not in _BLANKS + _BREAKS_OR_END:
            self._stop("while scanning a tag", start, "did not find expected whitespace or line break")
        return TagToken((handle, suffix), start, reader.get_mark())

    def _uri(self, start: Any, *, needed: bool = True) -> str:
        reader = self.reader
        text: list[str] = []
        while True:
            sign = reader.peek()
            if sign == "%":
                text.append(self.scan_uri_escapes("tag", start))
            elif (sign.isascii() and sign.isalnum()) or sign in "-_;/?:@&=+$.!~*'(),[]":
                text.append(sign)
                reader.forward()
            else:
                break
        if needed and not text:
            self._stop("while scanning a tag", start, "did not find expected tag URI")
        return "".join(text)

    # -- everywhere ----------------------------------------------------------------------------------------------

    def _take_blanks(self) -> str:
        length = 0
        while self.reader.peek(length) in _BLANKS:
            length += 1
        blanks: str = self.reader.prefix(length)
        self.reader.forward(length)
        return blanks

    def _skip_comment(self) -> None:
        if self.reader.peek() == "#":
            self._rest_of_line()

    def _rest_of_line(self) -> str:
        length = 0
        while self.reader.peek(length) not in _BREAKS_OR_END:
            length += 1
        rest: str = self.reader.prefix(length)
        self.reader.forward(length)
        return rest

    def _begins_document(self) -> bool:
        reader = self.reader
        marked = reader.column == 0 and reader.prefix(3) in ("---", "...")
        return marked and reader.peek(3) in _BLANKS + _BREAKS_OR_END

    def _stop(self, context: str, start: Any, problem: str) -> NoReturn:
        raise ScannerError(context, start, problem, self.reader.get_mark())


class PureParser(Parser):
    """Has a node with a tag before its anchor start at the tag, and every document after the first begin with `---`."""

    def parse_node(self, block: bool = False, indentless_sequence: bool = False) -> Any:
        first = self.scanner.peek_token()
        event = super().parse_node(block, indentless_sequence)
        if isinstance(first, TagToken):
            event.start_mark = first.start_mark
        return event

    def parse_document_end(self) -> Any:
        event = super().parse_document_end()
        self.state = self.parse_document_start
        return event
