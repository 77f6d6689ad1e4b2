"""Values in an object as text: what they are, what of the file is kept, and which line was which."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import RefusedError
from migrator.sources import blocktext
from migrator.sources.blocktext import BlockText
from migrator.sources.source import Source, read_bytes
from migrator.values.edits import RemoveKey, Route, SetValue

FILE = """\
# ours
data:
  values: |
    a: 1

    # b
    b:
      c: 2   # two
      d: 3
    e: 4
  other: x
"""
ROUTE = ("data", "values")


def text_in(file: str | bytes, at: Route = ()) -> tuple[Source, BlockText]:
    source = read_bytes(file.encode() if isinstance(file, str) else file, "object.yaml")
    text = blocktext.find(source.stream, 0, ROUTE, at)
    return source._replace(route=ROUTE, inner=text), text


@pytest.mark.parametrize("before", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_rest_of_the_file_stays_byte_for_byte(before: str, end: str) -> None:
    whole = (before + FILE).replace("\n", end).encode()
    source, text = text_in(whole)
    edited = text.apply(source, [SetValue(("b", "c"), 5)])
    assert edited.stream.data == whole.replace(b"c: 2 ", b"c: 5 ")
    assert text.apply(source, []).stream.data == whole


def test_blank_lines_are_kept_as_they_are() -> None:
    """A long text of similar lines, with spaces in some of the blank ones."""
    odd = "".join(f"    k{number}: 1\n{' ' * (number % 3)}\n" for number in range(150))
    whole = FILE.replace("    e: 4\n", f"{odd}    e: 4\n")
    source, text = text_in(whole)
    edited = text.apply(source, [SetValue(("a",), 5), SetValue(("e",), 6)])
    assert edited.stream.data.decode() == whole.replace("a: 1", "a: 5").replace("e: 4", "e: 6")


@pytest.mark.parametrize(
    ("at", "data"), [((), {"a": 1}), (("a",), 1), (("spec", "values"), {})], ids=["top", "below", "absent"]
)
def test_the_values_in_the_text(at: Route, data: object) -> None:
    _, text = text_in("data:\n  values: |\n    a: 1\n", at)
    assert text.data == data


def test_text_of_comments_alone_has_no_values() -> None:
    _, text = text_in("data:\n  values: |\n    # soon\n  other: x\n")
    assert text.data is None


def test_duplicate_keys_in_or_above_the_values_are_found() -> None:
    inner = """\
        labels: {a: 1, a: 2}
        spec:
          values: {}
          values:
            b: 1
            b: 2
          other: {c: 1, c: 2}
        spec:
          values:
            d: 1
            d: 2
        """
    indented = "".join(f"    {line}\n" for line in dedent(inner).splitlines())
    _, text = text_in(f"data:\n  values: |\n{indented}", ("spec", "values"))
    assert sorted(each.lines for each in text.duplicates()) == [(4, 10), (5, 6), (7, 8), (12, 13)]
    _, text = text_in(f"data:\n  values: |\n{indented}")
    assert (3, 3) in [each.lines for each in text.duplicates()]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\r"])
def test_other_line_ends_are_refused_with_their_line(sign: str) -> None:
    with pytest.raises(RefusedError, match="lines do not end in a line feed") as caught:
        text_in(FILE.replace("# ours", f"# ours{sign}# and yours"))
    assert caught.value.line == 4
    assert caught.value.remedy.endswith(", or the values as a mapping (valuesObject).")


def test_the_remedy_offers_a_mapping_only_for_argo_cd() -> None:
    source = read_bytes("data:\x85  values.yaml: |\n    a: 1\n".encode(), "object.yaml")
    with pytest.raises(RefusedError) as caught:
        blocktext.find(source.stream, 0, ("data", "values.yaml"))
    assert caught.value.remedy == "Write a line feed instead of '\\x85'."


def test_each_line_of_the_result_maps_to_its_original_line() -> None:
    source, text = text_in(FILE)
    edited = text.apply(source, [RemoveKey(("b", "c")), SetValue(("e",), [7, 8])])
    lines, old = edited.stream.data.decode().splitlines(), FILE.splitlines()
    was = {line: old[edited.original_line(number) - 1] for number, line in enumerate(lines, 1)}
    same = [line for line in lines if line in old]
    assert {line: was[line] for line in same} == {line: line for line in same}
    assert "    e: 4" not in lines and {was[line] for line in lines if line not in old} == {"    e: 4"}


def test_lines_after_a_removed_first_line_map_to_their_original_line() -> None:
    source, text = text_in(FILE)
    edited = text.apply(source, [RemoveKey(("a",))])
    lines = edited.stream.data.decode().splitlines()
    assert FILE.splitlines()[edited.original_line(1 + lines.index("    # b")) - 1] == "    # b"
    assert edited.original_line(len(lines)) == len(FILE.splitlines())


def test_without_edits_each_line_maps_to_itself() -> None:
    source, text = text_in(FILE)
    edited = text.apply(source, [])
    assert [edited.original_line(line) for line in range(1, 12)] == list(range(1, 12))
