"""What is printed to a terminal: everything is shown, and nothing from a file can control it."""

from __future__ import annotations

from textwrap import dedent

from migrator.report.page import Page, one_line, shown_diff

DIFF = b"""\
# For reading only
--- a/v
+++ b/v
@@ -1,2 +1,2 @@
 a:\t1\r
-b: "\x1b[2J"
+c: gr\xc3\xbcn\xff
\\ No newline at end of file
"""


def test_control_characters_in_a_diff_are_escaped() -> None:
    assert shown_diff(DIFF, colour=False) == dedent("""\
        # For reading only
        --- a/v
        +++ b/v
        @@ -1,2 +1,2 @@
         a: 1
        -b: "\\x1b[2J"
        +c: grün\\xff
        \\ No newline at end of file
        """)


def test_a_diff_in_colours() -> None:
    shown = shown_diff(DIFF, colour=True).splitlines()
    assert shown[1] == "\x1b[1m--- a/v\x1b[0m"
    assert shown[4] == " a: 1"
    assert shown[5] == '\x1b[31m-b: "\\x1b[2J"\x1b[0m'
    assert shown[6] == "\x1b[32m+c: grün\\xff\x1b[0m"


def test_an_empty_diff_shows_nothing() -> None:
    assert shown_diff(b"", colour=True) == ""


def test_wrapping_keeps_words_whole_and_lines_short() -> None:
    page = Page(20)
    assert page.wrapped("one two three four five", indent=2, lead="- ") == ["  - one two three", "    four five"]
    assert page.wrapped("a" * 30, lead="- ") == ["- " + "a" * 30]
    assert page.wrapped("", lead="why: ") == ["why:"]
    assert page.wrapped("one-two " * 3) == ["one-two one-two", "one-two"]


def test_a_value_is_one_line() -> None:
    assert one_line({"a": ["x\ny", None, True, 1.5]}) == '{"a": ["x\\ny", null, true, 1.5]}'
