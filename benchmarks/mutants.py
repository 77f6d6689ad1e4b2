"""How many wrong decisions the tests let pass: mutants of the decision code, each met by the tests that run its line.

    pip install cosmic-ray==8.7.0                          # it makes the mutants, and serves nothing else here
    python -m benchmarks.mutants record                    # once: which test runs which line (some minutes)
    python -m benchmarks.mutants record tests/rules        # again for these, once they or the code changed
    python -m benchmarks.mutants draw 300 --seed 1         # a sample; what lives is shown, with its line
    python -m benchmarks.mutants draw 999 --only docket.py # all of one file, or of one line (docket.py:12:)

A mutant is one decision turned round: a comparison, an `and`, an `or`, a `not`, a `True` or `False`, or a condition of
`if`, `elif`, `while`, `x if c else y` and of a comprehension that never holds. The folders are `FOLDERS`. The checkout
is never changed: each mutant lives in a process of its own, in memory, and meets the tests that ran its line at the
last `record`, the quickest first (those before them that killed others of its file), up to the first that fails, and no
more than `SECONDS` of them. Property tests have `EXAMPLES` examples there, always the same. So one that lives here may
still fall to the whole suite, never the other way round; tests that start the program anew see the code as it is. A
mutant whose tests do not end counts as killed. It takes one core; give it `nice`.

What is equal to the original in effect stands in `equal_mutants.txt`, each with its reason. It ends with status 1 where
more than `MAY_LIVE` of those drawn lived.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import gc
import importlib
import importlib.machinery
import json
import os
import random
import select
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import hypothesis
import pytest
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator

from benchmarks import corpus
from benchmarks.mutant_operators import Membership, Never

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("migrations", "migrator/prefect", "migrator/rules", "migrator/planning")
TESTS = (
    *("charts", "cli", "helm", "migrations", "planning", "prefect", "report", "rules", "sources", "values", "verify"),
    "prompts/test_answers_file.py",  # the others there talk to a program of its own
)
RECORD = ROOT / "build" / "mutants.json"
EQUAL = Path(__file__).with_name("equal_mutants.txt")
EXAMPLES = 15
SECONDS = 60  # of tests for one mutant, as they took at the record
MAY_LIVE = 0.03
QUIET = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")  # hypothesis is loaded here
LIVES = "all of them pass"
_COMPARISONS = (
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
)
_NAMES = (
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    "ReplaceUnaryOperator_Delete_Not",
    *(f"ReplaceComparisonOperator_{pair}" for pair in _COMPARISONS),
)
OPERATORS: tuple[Operator, ...] = (*(plugins.get_operator(f"core/{n}")() for n in _NAMES), Membership(), Never())
Lines = dict[str, list[str]]
Write = Callable[[str], None]


class Place(NamedTuple):
    """A decision and the way that it is turned round: the operator, and which of its places in the file this is."""

    file: str
    line: int
    operator: Operator
    occurrence: int


class Mutant(NamedTuple):
    """One decision turned round: where, what stood there and stands there now, and the whole text with it."""

    file: str
    line: int
    before: str
    after: str
    text: str
    lines: tuple[int, ...]
    """The lines of the statement: which tests run any of them."""

    @property
    def key(self) -> str:
        """It names the mutant as long as its line reads the same."""
        return f"{self.file}: {self.before} -> {self.after}"

    @property
    def is_at_import(self) -> bool:
        """Whether it counts when the module is read, and not when a function runs."""
        functions = (node for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.FunctionDef))
        return not any(each.body[0].lineno <= self.line <= (each.end_lineno or 0) for each in functions)


class Record(NamedTuple):
    """What one run of the tests showed: seconds of each, by file and line which ran it, and the files' texts then."""

    seconds: dict[str, float]
    lines: dict[str, Lines]
    texts: dict[str, str]


class OneRun:
    """A plugin for pytest: only the tests that are `chosen`, and property tests with few examples, always the same."""

    def __init__(self, chosen: Sequence[str] = ()) -> None:
        self.chosen = chosen
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.chosen:
            items[:] = [item for item in items if item.nodeid in self.chosen]
        for item in items:
            test = getattr(item, "obj", None)
            own = getattr(test, "_hypothesis_internal_use_settings", None)
            if own is not None:
                number = min(EXAMPLES, own.max_examples)
                few = hypothesis.settings(own, max_examples=number, derandomize=True, database=None, deadline=None)
                getattr(test, "__func__", test)._hypothesis_internal_use_settings = few  # type: ignore[union-attr]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)


class Judge(OneRun):
    """A plugin for pytest that, all tests collected once, forks for each mutant and runs its tests there."""

    def __init__(self, drawn: Sequence[Mutant], seen: Record) -> None:
        super().__init__()
        self.drawn = drawn
        self.seen = seen
        self.killers: dict[str, Counter[str]] = defaultdict(Counter)
        self.lived: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for file in _texts():  # some are read only when they are wanted
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            importlib.import_module(name if name.startswith("migrator.") else f"migrator.{name}")
        gc.freeze()  # what was loaded once is shared by all children
        for mutant in self.drawn:
            found = tests_of(mutant, self.seen)
            before = [test for test, _ in self.killers[mutant.file].most_common() if test in found]
            tests = [items[test] for test in dict.fromkeys([*before, *found]) if test in items]
            killer = _in_time(lambda write: self._run(mutant, tests, write), self.seen, found)  # noqa: B023 - at once
            if killer is None:
                self.lived.append(mutant)
                tell(mutant, len(tests))
            else:
                self.killers[mutant.file][killer] += 1
        return True

    def _run(self, mutant: Mutant, tests: Sequence[pytest.Item], write: Write) -> None:
        _put_in_place(mutant)
        for item, following in zip(tests, [*tests[1:], None]):
            item.config.pluginmanager.unregister(name="terminalreporter")
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return write(item.nodeid)
        return write(LIVES)


def tell(mutant: Mutant, tests: int) -> None:
    """Print a mutant that lived."""
    print(f"{mutant.file}:{mutant.line} ({tests} tests)\n  - {mutant.before}\n  + {mutant.after}", flush=True)


def places() -> list[Place]:
    """All decisions of `FOLDERS`, in the order of the files."""
    found = []
    for file, text in _texts().items():
        nodes = list(ast_nodes(get_ast(text)))
        for operator in OPERATORS:
            spans = [span for node in nodes for span in operator.mutation_positions(node)]
            found += [Place(file, span[0][0], operator, number) for number, span in enumerate(spans)]
    return found


def mutant(place: Place) -> Mutant:
    """The decision turned round."""
    text = (ROOT / place.file).read_text(encoding="utf-8")
    lines, mutated = text.splitlines(), mutate_code(text, place.operator, place.occurrence)
    now = mutated.splitlines()
    line = next(number for number, (was, becomes) in enumerate(zip(lines, now), 1) if was != becomes)
    return Mutant(place.file, line, lines[line - 1].strip(), now[line - 1].strip(), mutated, _statement(text, line))


def _statement(text: str, line: int) -> tuple[int, ...]:
    """The lines of the statement that the line is in, of a compound one the head alone."""
    found: tuple[int, ...] = (line,)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            span = tuple(range(node.lineno, max(last, node.lineno) + 1))
            if line in span and (len(found) == 1 or len(span) < len(found)):
                found = span
    return found


def _texts() -> dict[str, str]:
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def record(tests: Sequence[str]) -> None:
    """Run tests once under coverage, and keep which lines each ran beside what was recorded of others."""
    import coverage

    data = RECORD.with_suffix(".coverage")
    data.parent.mkdir(exist_ok=True)
    run = OneRun()
    os.environ["COVERAGE_FILE"] = str(data)
    options = ["--cov=migrator", "--cov=migrations", "--cov-context=test", "--cov-report="]
    pytest.main([*QUIET, *options, *tests], plugins=[run])
    found = coverage.CoverageData(str(data))
    found.read()
    seen = recorded() if RECORD.is_file() else Record({}, {}, {})
    seconds = {test: each for test, each in seen.seconds.items() if not test.startswith(tuple(tests))}
    lines: dict[str, Lines] = {}
    for file in _texts():
        here: dict[str, set[str]] = defaultdict(set)
        for line, before in seen.lines.get(file, {}).items():
            here[line] |= {test for test in before if test in seconds}
        for number, contexts in found.contexts_by_lineno(str(ROOT / file)).items():
            here[str(number)] |= {each.rpartition("|")[0] for each in contexts} - run.failed - {""}
        lines[file] = {line: sorted(ran) for line, ran in here.items()}
    seconds.update(run.seconds)
    RECORD.write_text(json.dumps(Record(seconds, lines, _texts())._asdict()), encoding="utf-8")
    data.unlink()
    print(f"{len(run.seconds)} tests recorded, {len(run.failed)} of them failed and are left out")


def recorded() -> Record:
    """The record, in the lines that the files have now: a line that is new has the tests of the one above it."""
    if not RECORD.is_file():
        raise SystemExit("Record first: python -m benchmarks.mutants record")
    seen = Record(**json.loads(RECORD.read_text(encoding="utf-8")))
    lines = {}
    for file, text in _texts().items():
        was, now = seen.texts.get(file, "").splitlines(), text.splitlines()
        blocks = difflib.SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
        old = {block.b + n: block.a + n for block in blocks for n in range(block.size)}
        here: Lines = {}
        ran: list[str] = []
        for number in range(len(now)):
            ran = seen.lines.get(file, {}).get(str(old[number] + 1), []) if number in old else ran
            here[str(number + 1)] = ran
        lines[file] = here
    return seen._replace(lines=lines)


def tests_of(mutant: Mutant, seen: Record) -> list[str]:
    """The tests that run the mutant's statement, the quickest first, and no more than `SECONDS` of them.

    What counts when the module is read was run by no test alone: there all that run anything of the file are taken.
    """
    by_line = seen.lines.get(mutant.file, {})
    lines = by_line if mutant.is_at_import else [str(line) for line in mutant.lines]
    found = {test for line in lines for test in by_line.get(line, [])}
    chosen, sum_of = [], 0.0
    for test in sorted(found, key=lambda test: (seen.seconds[test], test)):
        sum_of += seen.seconds[test]
        if sum_of > SECONDS:
            break
        chosen.append(test)
    return chosen


def _in_time(work: Callable[[Write], None], seen: Record, tests: Sequence[str]) -> str | None:
    """What killed, as the work wrote it from a process of its own (empty: time went out); None where nothing did."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setsid()
            silent = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silent, stream)
            work(lambda text: void(os.write(writing, text.encode())))
        except BaseException as error:
            os.write(writing, f"!{error!r}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    limit = 60 + 5 * sum(seen.seconds[test] for test in tests)
    text = os.read(reading, 4096).decode() if select.select([reading], [], [], limit)[0] else ""
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if text.startswith("!"):
        raise SystemExit(f"The tests did not run: {text}")
    return None if text == LIVES else text


def void(_: object) -> None:
    """Nothing, whatever it is given."""


def _put_in_place(mutant: Mutant) -> None:
    """Every function of the file gets the mutant's code; what ran when the file was read is not run again."""
    path = str(ROOT / mutant.file)
    was, now = (compile(text, path, "exec") for text in ((ROOT / mutant.file).read_text("utf-8"), mutant.text))
    codes = dict(_functions(was, now))
    gc.unfreeze()
    functions = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
    ours = [each for each in functions if each.__code__.co_filename == path and each.__code__ in codes]
    assert any(each.__code__ != codes[each.__code__] for each in ours), f"{mutant.key} could not be put in place"
    for each in ours:
        each.__code__ = codes[each.__code__]


def _functions(was: CodeType, now: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The codes of the functions in a module or class, before and after."""
    for one, other in zip(*([each for each in code.co_consts if isinstance(each, CodeType)] for code in (was, now))):
        yield one, other
        if not one.co_flags & 1:  # CO_OPTIMIZED: a function's own inner functions are made anew whenever it runs
            yield from _functions(one, other)


def _lives_at_import(mutant: Mutant, seen: Record) -> bool:
    """Whether a mutant lives that counts when its module is read: pytest starts anew for it."""
    tests = tests_of(mutant, seen)

    def work(write: Write) -> None:
        path, usual = str(ROOT / mutant.file), importlib.machinery.SourceFileLoader.get_code

        def get_code(loader: Any, name: str) -> Any:
            return compile(mutant.text, path, "exec") if loader.get_filename(name) == path else usual(loader, name)

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        write("a test" if tests and pytest.main(["-x", *QUIET, *files], plugins=[OneRun(tests)]) else LIVES)

    return _in_time(work, seen, tests) is None


def draw(number: int, seed: int, only: str) -> int:
    """Draw mutants, meet each with its tests, tell what lived; the status to end with."""
    seen = recorded()
    equal = {line for line in EQUAL.read_text(encoding="utf-8").splitlines() if line and line[0] not in "# "}
    pool = [each for each in places() if only in f"{each.file}:{each.line}:"]
    sample = random.Random(seed).sample(pool, min(number, len(pool)))
    drawn = [mutant(place) for place in sorted(sample, key=lambda place: place[:2])]
    judged = [each for each in drawn if each.key not in equal]
    print(f"{len(drawn)} of {len(pool)} mutants, seed {seed}", flush=True)
    lived = [each for each in judged if each.is_at_import and _lives_at_import(each, seen)]
    for each in lived:
        tell(each, len(tests_of(each, seen)))
    judge = Judge([each for each in judged if not each.is_at_import], seen)
    files = sorted({test.partition("::")[0] for test in seen.seconds})
    ended = pytest.main([*QUIET, "-s", "--no-header", *files], plugins=[judge])
    if ended:
        raise SystemExit(f"The tests could not be collected (status {ended}).")
    lived += judge.lived
    print(
        f"drawn {len(drawn)}, killed {len(judged) - len(lived)}, equal {len(drawn) - len(judged)}, lived {len(lived)}"
    )
    return int(len(lived) > MAY_LIVE * len(drawn))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    of_record = commands.add_parser("record")
    of_record.add_argument("tests", nargs="*", default=[f"tests/{name}" for name in TESTS])
    of_draw = commands.add_parser("draw")
    of_draw.add_argument("number", type=int)
    of_draw.add_argument("--seed", type=int, default=1)
    of_draw.add_argument("--only", default="", help="a part of FILE:LINE:")
    asked = parser.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("MIGRATOR_CORPUS", str(corpus.folder().parent))
    if asked.command == "record":
        record(asked.tests)
        return 0
    return draw(asked.number, asked.seed, asked.only)


if __name__ == "__main__":
    sys.exit(main())
