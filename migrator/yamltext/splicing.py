"""Edits applied to text: all of them are planned first, then spliced in from the end backwards."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.errors import InputError, VerificationError
from migrator.values import tree
from migrator.values.edits import Edit, RemoveKey, Value
from migrator.yamltext.batch import Batch, Job
from migrator.yamltext.block import edit_block
from migrator.yamltext.comments import Orphan, comments_in
from migrator.yamltext.flow import edit_flow
from migrator.yamltext.gate import OUR_BUG, check_bytes, check_data, holds
from migrator.yamltext.layout import Layout
from migrator.yamltext.lines import BREAK_AT_END, compiled
from migrator.yamltext.page import Page, Splice
from migrator.yamltext.quoting import write_string
from migrator.yamltext.record import BLOCK_END, PLAIN
from migrator.yamltext.replace import copy_alias, is_open_empty, remove_anchor, replace_node
from migrator.yamltext.shared import Preparation
from migrator.yamltext.stream import Document, Stream, parse_again

_BREAKS = "\n\r\x85\u2028\u2029"


class Edited:
    """The result of edits: `stream` is the new text, parsed.

    `orphans` are comments that lost their subject; `lost` are those removed with a whole mapping or list, each with its
    line in the input, unless the result has them; `copies` are the lines of the result where a copy replaces an alias,
    or overrides a merge key, because the edits change only one of the places that shared a value.
    """

    __slots__ = ("_rounds", "copies", "lost", "orphans", "stream")

    def __init__(
        self,
        stream: Stream,
        orphans: Sequence[Orphan],
        copies: Sequence[int],
        rounds: Sequence[tuple[Stream, Stream, Sequence[Splice]]],
        lost: Sequence[Orphan] = (),
    ) -> None:
        self.stream = stream
        self.orphans = orphans
        self.lost = lost
        self.copies = copies
        self._rounds = rounds

    def original_line(self, line: int) -> int:
        """The line of the input for a line of the result; for a new line, the one it was put at."""
        for before, after, splices in reversed(self._rounds):
            offset = _back(splices, after.layout.start_of_line(line))
            line = before.layout.line(min(offset, len(before.text)))
        return line


def apply(stream: Stream, edits: Sequence[Edit], document: int = 0) -> Edited:
    """Apply `edits`, which all refer to `document` as it is, and nothing else; without edits, the bytes stay the same.

    Raises RefusedError, with the line, for a shape that is not edited, NoSuchRoute where an edit does not fit the data,
    and VerificationError if the result is not exactly what was planned, which would be our bug.
    """
    rounds: list[tuple[Stream, Stream, Sequence[Splice]]] = []
    orphans: list[tuple[int, str]] = []
    copies: list[int] = []
    expected = tree.apply(stream.documents[document].data, edits)
    here, rest = stream, list(edits)
    while rest:
        before = here
        here, rest, splices, page = _round(before, rest, document, expected)
        # Positions noted in earlier rounds have moved; so have those of this round, which refer to the text before it.
        orphans = [(_forward(splices, offset), text) for offset, text in orphans + sorted(set(page.orphans))]
        copies = [_forward(splices, offset) for offset in copies + sorted(page.copies)]
        rounds.append((before, here, splices))
    return Edited(
        here,
        tuple(Orphan(here.layout.line(offset), text) for offset, text in orphans),
        tuple(here.layout.line(offset) for offset in copies),
        rounds,
        _lost(stream, here, edits, document),
    )


def _lost(before: Stream, after: Stream, edits: Sequence[Edit], document: int) -> list[Orphan]:
    """The comments in what was removed whole that the result does not have."""
    data, root = before.documents[document].data, before.documents[document].record.first
    removed = [edit.route for edit in edits if isinstance(edit, RemoveKey)]
    whole = [route for route in removed if isinstance(tree.find(data, route), (dict, list))]
    found = [comment for route in whole for comment in comments_in(before.layout, root, route)]
    return [each for each in found if after.text.count(each.text) < before.text.count(each.text)]


def _round(
    stream: Stream, edits: list[Edit], document: int, expected: Value
) -> tuple[Stream, list[Edit], Sequence[Splice], Page]:
    """Apply as many of the edits as refer to the text as it is; `expected` is the data once none is left."""
    page = _page(stream, stream.documents[document])
    batch = Batch(page, stream.documents[document].data)
    done: list[Edit] = []
    try:
        rest = batch.add(edits)
    except Preparation as needed:
        _prepare(page, needed)
        rest = edits
    else:
        done = [edit for edit in edits if not any(edit is one for one in rest)]
        _write(page, batch)
    if rest:
        expected = tree.apply(stream.documents[document].data, done)
    after, splices = _spliced(stream, page, document, expected)
    check_bytes(stream, after, splices)
    return after, rest, splices, page


def _page(stream: Stream, document: Document) -> Page:
    text = stream.text
    layout = stream.layout
    if text and text[-1] not in _BREAKS:
        layout = Layout(text + _last_break(text), layout.record)
    record = document.record
    return Page(stream.name, layout, record.first, record.end)


def _last_break(text: str) -> str:
    for at in range(len(text) - 1, -1, -1):
        if text[at] in _BREAKS:
            return "\r\n" if text[at] == "\n" and text[at - 1 : at] == "\r" else text[at]
    return "\n"


# -- from jobs to splices ------------------------------------------------------------------------------------------


def _write(page: Page, batch: Batch) -> None:
    if batch.root:
        replace_node(page, (), None, batch.root[0])
        return
    # The deepest first: of two insertions at one place, the one for the inner collection comes first.
    for job in sorted(batch.jobs.values(), key=lambda job: -len(job.steps)):
        if not _is_moot(job, batch):
            _write_job(page, job)


def _prepare(page: Page, needed: Preparation) -> None:
    """Change the text so that the data stays as it is and the edits have a single meaning."""
    for alias, anchor in needed.copies.items():
        copy_alias(page, alias, anchor)
        page.copies.append(page.record.starts[alias])
    for node in needed.unmarked:
        remove_anchor(page, node)
    if needed.override is not None:
        parents, new = needed.override
        entries = page.layout.entries(parents[-1])
        page.copies.append(entries[-1].head)
        edit = edit_block if page.layout.is_block(parents[-1]) else edit_flow
        edit(page, parents, set(), {len(entries): [new]})


def _is_moot(job: Job, batch: Batch) -> bool:
    """Whether the collection is removed or replaced along with something around it."""
    return any(
        index in batch.jobs[node].removed or index in batch.jobs[node].replaced
        for node, index in job.steps
        if node in batch.jobs
    )


def _write_job(page: Page, job: Job) -> None:
    parents = job.parents
    entries = page.layout.entries(job.node)
    for index, value in job.replaced.items():
        if index not in job.removed:
            replace_node(page, parents, entries[index], value)
    for index, name in job.renamed.items():
        if index not in job.removed:
            _rename(page, job.node, entries[index].key, name)
    if not job.removed and not job.slots:
        return
    empty: Value = {} if page.layout.is_mapping(job.node) else []
    parent = parents[-2] if len(parents) > 1 else None
    entry = page.layout.entries(parent)[job.steps[-1][1]] if parent is not None else None
    if page.layout.is_block(job.node):
        if len(job.removed) == len(entries) and not job.slots:
            replace_node(page, parents[:-1], entry, empty)
        else:
            edit_block(page, parents, job.removed, job.slots)
    elif is_open_empty(page, job.node) and (parent is None or page.layout.is_block(parent)):
        news = [new for slot in sorted(job.slots) for new in job.slots[slot]]
        fresh: Value = {str(new.key): new.value for new in news} if empty == {} else [new.value for new in news]
        replace_node(page, parents[:-1], entry, fresh)
    else:
        edit_flow(page, parents, job.removed, job.slots)


def _rename(page: Page, node: int, key: int, name: str) -> None:
    style = page.record.kinds[key]
    text = write_string(name, style if key not in page.record.aliases else PLAIN, flow=page.layout.is_flow(node))
    page.splice(page.layout.content_start(key), page.layout.stop(key), text)


# -- from splices to text ------------------------------------------------------------------------------------------


def _spliced(stream: Stream, page: Page, document: int, expected: Value) -> tuple[Stream, list[Splice]]:
    """The text with the splices in it, parsed and checked against `expected`; and the splices as they were made."""
    splices = sorted(page.splices, key=lambda splice: (splice.start, splice.end))
    if len(page.layout.text) > len(stream.text):  # there is a break at the end that the file does not have
        splices = sorted(splices + _guard_of_last_scalar(page, stream, splices), key=lambda one: (one.start, one.end))
        without = _for_the_file(page, stream, splices, keep_break=False)
        after = _parsed(stream, without)
        if holds(stream, after, document, expected):
            return after, without
        # A block scalar that is now last needs the break at its end.
        splices = _for_the_file(page, stream, splices, keep_break=True)
    after = _parsed(stream, splices)
    check_data(stream, after, document, expected)
    return after, splices


def _parsed(stream: Stream, splices: Sequence[Splice]) -> Stream:
    try:
        return parse_again(stream, _assembled(stream.text, splices, 0))
    except InputError as error:
        raise VerificationError(
            f"the edited text cannot be read: {error.message}", path=stream.name, remedy=OUR_BUG
        ) from error


def _assembled(text: str, splices: Sequence[Splice], start: int) -> str:
    """`text` from `start` on with the splices applied, in order."""
    pieces: list[str] = []
    for splice in splices:
        pieces += text[start : splice.start], splice.text
        start = splice.end
    pieces.append(text[start:])
    return "".join(pieces)


def _guard_of_last_scalar(page: Page, stream: Stream, splices: Sequence[Splice]) -> list[Splice]:
    """What preserves the value of a `|` scalar at the end of a file without a last break, when text is added below it.

    Such a scalar has no break at the end of its value; with a line below it, it would get one unless it becomes `|-`.
    """
    leaf = len(page.record.kinds) - 1
    while leaf and page.record.kinds[leaf] == BLOCK_END:
        leaf -= 1
    if not page.is_block_scalar(leaf) or page.record.ends[leaf] < len(stream.text):
        return []
    start, header_end, stop = page.layout.content_start(leaf), page.header_end(leaf), page.layout.stop(leaf)
    touched = any(splice.start <= start < splice.end for splice in splices)
    if touched or not any(splice.start >= stop and splice.text for splice in splices):
        return []
    header = page.layout.text[start + 1 : header_end]
    return [] if "-" in header else [Splice(start + 1, header_end, header.replace("+", "") + "-")]


def _without_break(text: str) -> str:
    ending = compiled(BREAK_AT_END).search(text)
    return text[: ending.start()] if ending else text


def _for_the_file(page: Page, stream: Stream, splices: Sequence[Splice], *, keep_break: bool) -> list[Splice]:
    """Splices for the file's own text, from those for the text with a break added at its end."""
    text, length = page.layout.text, len(stream.text)
    body = [splice for splice in splices if splice.end < length]
    tail = [splice for splice in splices if splice.end >= length]
    start = min([length, *(splice.start for splice in tail)])
    new = _assembled(text, tail, start)
    if not keep_break:
        new = _without_break(new)
        while not new:  # blank lines that would become the last ones are removed too: they would end in a break
            if body and body[-1].end == start:
                start, new = body[-1].start, _without_break(body.pop().text)
                continue
            kept = body[-1].end if body else 0
            before = compiled(BREAK_AT_END).search(stream.text, max(start - 2, kept), start)
            if before is None:
                break
            start = before.start()
            blank = start
            while blank > kept and stream.text[blank - 1] in " \t":
                blank -= 1
            start = blank if stream.text[blank - 1 : blank] in _BREAKS else start
    return [*body, Splice(start, length, new)]


def _forward(splices: Sequence[Splice], offset: int) -> int:
    """The offset in the result for `offset` in the input."""
    shift = 0
    for splice in splices:
        if splice.start > offset or (splice.start == offset and splice.end > offset):
            break
        if splice.end > offset:
            return splice.start + shift
        shift += len(splice.text) - (splice.end - splice.start)
    return offset + shift


def _back(splices: Sequence[Splice], offset: int) -> int:
    """The offset in the input for `offset` in the result, or where that was put."""
    shift = 0
    for splice in splices:
        begin = splice.start + shift
        if offset < begin:
            break
        if offset < begin + len(splice.text):
            return splice.start
        shift += len(splice.text) - (splice.end - splice.start)
    return offset - shift
