"""How many wrong decisions the tests miss: mutants of the decision code, each run against the tests of its line.

    pip install cosmic-ray==8.7.0                          # it makes the mutants, and is used for nothing else
    python -m benchmarks.mutants record                    # once: which test runs which line (some minutes)
    python -m benchmarks.mutants record tests/rules        # again for these, after a change of them or of the code
    python -m benchmarks.mutants draw 300 --seed 1         # a sample; each survivor is shown with its line
    python -m benchmarks.mutants draw 999 --only docket.py # all of one file, or of one line (docket.py:12:)

A mutant inverts one decision: a comparison, an `and`, an `or`, a `not`, a `True` or `False`, or a condition of `if`,
`elif`, `while`, `x if c else y` or of a comprehension, which becomes False. The folders are `FOLDERS` in
mutant_decisions.py. The checkout is never changed: each mutant is in the memory of its own process, and is run against
the tests that ran its line at the last `record`, up to the first that fails and no more than `SECONDS` of them: first
those that killed others of its file, then those of the folder that mirrors its own, the faster before the slower ones.
Property tests have `EXAMPLES` examples there, always the same. So the whole suite may kill a mutant that survives here,
but not vice versa; tests that start a new process see the original code. A mutant whose tests do not end counts as
killed: it loops for `AT_MOST` seconds of processor time, or waits for ever. A run takes one core; use `nice`.

Mutants with the same effect as the original are listed in `equal_mutants.txt`, each with its reason. Exits with 1 if
more than `MAY_LIVE` of the sample survived.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import importlib.machinery
import os
import random
import resource
import select
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from benchmarks import corpus
from benchmarks.mutant_decisions import ROOT, Mutant, mutant, places, texts_of_code
from benchmarks.mutant_record import QUIET, TESTS, OneRun, Record, record, recorded, tests_of

EQUAL = Path(__file__).with_name("equal_mutants.txt")
MAY_LIVE = 0.03
AT_MOST = 75
LIVES = "all of them pass"
Write = Callable[[str], None]


class Judge(OneRun):
    """A plugin for pytest that collects all tests once, then forks for each mutant and runs its tests there."""

    def __init__(self, drawn: Sequence[Mutant], seen: Record) -> None:
        super().__init__()
        self.drawn = drawn
        self.seen = seen
        self.killers: dict[str, Counter[str]] = defaultdict(Counter)
        self.lived: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for file in texts_of_code():  # some are imported only when they are needed
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            importlib.import_module(name if name.startswith("migrator.") else f"migrator.{name}")
        gc.freeze()  # all children share what is loaded
        for each in self.drawn:
            found = tests_of(each, self.seen)
            before = [test for test, _ in self.killers[each.file].most_common() if test in found]
            tests = [items[test] for test in dict.fromkeys([*before, *found]) if test in items]
            killer = _in_time(lambda write: self._run(each, tests, write), self.seen, found)  # noqa: B023 - at once
            if killer is None:
                self.lived.append(each)
                print_survivor(each, len(tests))
            else:
                self.killers[each.file][killer] += 1
        return True

    def _run(self, mutant: Mutant, tests: Sequence[pytest.Item], write: Write) -> None:
        _patch_functions(mutant)
        for item, following in zip(tests, [*tests[1:], None]):
            item.config.pluginmanager.unregister(name="terminalreporter")
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return write(item.nodeid)
        return write(LIVES)


def print_survivor(mutant: Mutant, tests: int) -> None:
    """Print a mutant that survived."""
    print(f"{mutant.file}:{mutant.line} ({tests} tests)\n  - {mutant.before}\n  + {mutant.after}", flush=True)


def _in_time(work: Callable[[Write], None], seen: Record, tests: Sequence[str]) -> str | None:
    """What killed the mutant, as written by `work` in its own process (empty: a timeout); None if it survived."""
    sum_of = sum(seen.seconds[test] for test in tests)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setsid()
            # Processor time, not clock time: an endless loop is stopped soon, however busy the machine is.
            most = min(AT_MOST, round(15 + 2 * sum_of))
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
            silent = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silent, stream)
            work(lambda text: discard(os.write(writing, text.encode())))
        except KeyboardInterrupt:  # raised by a mutant of the code for signals; pytest lets it through
            os.write(writing, b"an interrupt")
        except BaseException as error:
            os.write(writing, f"!{error!r}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    limit = 60 + 5 * sum_of
    text = os.read(reading, 4096).decode() if select.select([reading], [], [], limit)[0] else ""
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if text.startswith("!"):
        raise SystemExit(f"The tests did not run: {text}")
    return None if text == LIVES else text


def discard(_: object) -> None:
    """Ignore a result."""


def _patch_functions(mutant: Mutant) -> None:
    """Give every function of the file the mutant's code; what runs at import is not run again."""
    path = str(ROOT / mutant.file)
    was, now = (
        compile(text, path, "exec", dont_inherit=True)
        for text in ((ROOT / mutant.file).read_text("utf-8"), mutant.text)
    )
    codes = dict(_functions(was, now))
    gc.unfreeze()
    functions = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
    ours = [each for each in functions if each.__code__.co_filename == path and each.__code__ in codes]
    assert any(each.__code__ != codes[each.__code__] for each in ours), f"{mutant.key} could not be put in place"
    for each in ours:
        each.__code__ = codes[each.__code__]


def _functions(was: CodeType, now: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code objects of the functions in a module or class, before and after."""
    for one, other in zip(*([each for each in code.co_consts if isinstance(each, CodeType)] for code in (was, now))):
        yield one, other
        if not one.co_flags & 1:  # CO_OPTIMIZED: a function creates its inner functions each time it runs
            yield from _functions(one, other)


def _lives_at_import(mutant: Mutant, seen: Record) -> bool:
    """Whether a mutant that takes effect at import survives; a new pytest is started for it."""
    tests = tests_of(mutant, seen)

    def work(write: Write) -> None:
        path, usual = str(ROOT / mutant.file), importlib.machinery.SourceFileLoader.get_code

        def get_code(loader: Any, name: str) -> Any:
            return (
                compile(mutant.text, path, "exec", dont_inherit=True)
                if loader.get_filename(name) == path
                else usual(loader, name)
            )

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        write("a test" if tests and pytest.main(["-x", *QUIET, *files], plugins=[OneRun(tests)]) else LIVES)

    return _in_time(work, seen, tests) is None


def draw(number: int, seed: int, only: str) -> int:
    """Draw mutants, run each against its tests, print the survivors; the exit code."""
    seen = recorded()
    equal = {line for line in EQUAL.read_text(encoding="utf-8").splitlines() if line and line[0] not in "# "}
    pool = [each for each in places() if only in f"{each.file}:{each.line}:"]
    sample = random.Random(seed).sample(pool, min(number, len(pool)))
    drawn = [mutant(place) for place in sorted(sample, key=lambda place: place[:2])]
    judged = [each for each in drawn if each.key not in equal]
    print(f"{len(drawn)} of {len(pool)} mutants, seed {seed}", flush=True)
    lived = [each for each in judged if each.is_at_import and _lives_at_import(each, seen)]
    for each in lived:
        print_survivor(each, len(tests_of(each, seen)))
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
