"""A random release migrated unattended with random answers, and rendered by Helm before and after.

Old values on the old chart are compared with new ones on the new chart: no env value as Prefect reads it, no service
and no docket may differ unless a change with an effect, an answer or a notice mentions it. A result has to render, to
pass `verify`, to leave nothing to do, and to be the same hop by hop. The charts are the tests' own, or the real
prefect-server if MIGRATOR_TEST_CHARTS names a folder of them.
"""

from __future__ import annotations

import functools
import io
import json
import random
import re
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import Version

from migrator import yamltext
from migrator.charts import presets
from migrator.cli.main import run_command_line
from migrator.helm.engine import RenderError, render
from migrator.values import tree
from migrator.values.edits import Value
from migrator.verify.verify import FIXED_BY_MIGRATION
from tests.fuzz import releases
from tests.fuzz.command_sequence import FREE_ANSWERS
from tests.fuzz.pods import Pod, differences, pods
from tests.fuzz.releases import Release
from tests.helm import charts
from tests.helm.charts import AFTER, BEFORE

VERSIONS = {
    "prefect-server": (BEFORE, AFTER),
    "infrahub": ("4.27.0", "4.28.0"),
    "infrahub-enterprise": ("4.13.0", "4.14.1"),
}
HOPS = {
    "prefect-server": ("2026.4.10163454", "2026.4.21154022", AFTER),
    "infrahub": ("4.28.0",),
    "infrahub-enterprise": ("4.14.0", "4.14.1"),
}

BLOCKED_BY_RULES = "the result would break the target version: "
"""The error where the rules of the target version block a result: then a person has to correct the file."""


class Finding(NamedTuple):
    """What went wrong: a short text that is the same for the same fault, and the details."""

    what: str
    detail: str


class Result(NamedTuple):
    code: int
    report: Any
    err: str


class Charts:
    """The charts that releases run on, each built once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @functools.cache  # noqa: B019 - one instance, as long as the process
    def path(self, name: str, version: str, flavour: str) -> str:
        preset = _preset(flavour, VERSIONS[name][version == AFTER]) if flavour else ""
        return str(charts.build(self.folder / f"{version}-{flavour or 'plain'}", name, version, preset))

    def pods(self, release: Release, version: str, texts: tuple[bytes, ...]) -> dict[str, Pod]:
        path = self.path(release.chart, version, release.flavour)
        return pods(render(path, texts, release_name="p", namespace="n"))


def _preset(flavour: str, version: str) -> str:
    prefect = presets.of_chart("infrahub-enterprise", Version(version), flavour).prefect
    parts: Value = {part: prefect[part] for part in ("server", "backgroundServices")}
    return json.dumps({"configPreset": flavour, "infrahub": {"prefect-server": parts}})


class Upgrade:
    """The upgrade of one release, in the current directory; `findings` is what went wrong."""

    def __init__(self, release: Release, rng: random.Random, built: Charts) -> None:
        self.release = release
        self.rng = rng
        self.charts = built
        self.findings: list[Finding] = []
        old, new = VERSIONS[release.chart]
        suffix = f"-{release.flavour}" if release.flavour else ""
        self.names = [f"{number}.yaml" for number, _ in enumerate(release.layers)]
        self.files = [word for name in self.names for word in ("-f", name)]
        self.start = ["--chart", release.chart, "--from", old + suffix, "--release-name", "p", "--namespace", "n"]
        self.to = new + suffix
        self.suffix = suffix
        self.answers: list[str] = []

    def run(self) -> str:
        """How it ended: `migrated`, `current`, `refused`, or why it could not be tried."""
        try:
            before = self.charts.pods(self.release, BEFORE, self.release.layers)
        except RenderError:
            return "no release: the old chart refuses it"
        self._write(self.release.layers)
        wrong = self._verify_errors()
        planned = self._answer()
        if planned.code == 2:
            return f"refused: {re.sub(r'[0-9]+', 'N', _error(planned))[:70]}"
        done = self._run_command("migrate", "--non-interactive", "--no-backup", *self.answers)
        if done.code == 4 and BLOCKED_BY_RULES in _error(done):
            return (
                f"blocked with an explanation: {_error(done).partition(BLOCKED_BY_RULES)[2].partition(':')[0].strip()}"
            )
        if done.code != 0:
            self._add_finding(
                f"migrate: exit {done.code} where plan ended with {planned.code}", _error(done) + done.err
            )
            return "stopped"
        result = self._texts()
        self._check_rendered(before, done, result)
        self._check_rules(wrong)
        self._check_settled(result)
        self._check_hops(result)
        return "migrated" if result != self.release.layers else "current"

    def _answer(self) -> Result:
        """Choose random answers to all questions; the last plan."""
        planned = self._run_command("plan", *self.answers)
        for _ in range(12):
            files = planned.report["files"] if planned.report else []
            asked = {each["id"]: each for file in files for each in file["questions"] if each["answer"] is None}
            if planned.code != 0 or not asked:
                break
            for question in asked.values():
                typed = FREE_ANSWERS.get(question["id"].partition(".")[0], ("x",))
                values = [choice["value"] for choice in question["choices"]] or list(typed)
                self.answers += ["--answer", f"{question['id']}={self.rng.choice(values)}"]
                if question["id"].startswith("docket-") or question["id"] == "redis-db":
                    break
            planned = self._run_command("plan", *self.answers)
        return planned

    def _check_rendered(self, before: dict[str, Pod], done: Result, result: tuple[bytes, ...]) -> None:
        try:
            after = self.charts.pods(self.release, AFTER, result)
        except RenderError as error:
            self._add_finding("the result does not render", str(error))
            return
        by_chart = self._changes_by_the_chart()
        file = done.report["files"][0]
        reported = json.dumps([file["questions"], file["notices"], file["findings"]])
        for change in file["changes"]:
            if change["effect"] != "none":
                reported += json.dumps([change, [*_paths_below(change["path"], change["after"])]])
        found = [*differences(before, after)]
        turned = any(each.about == "separate" for each in found)
        for each in found:
            if turned and each.before is None and "runAsSeparateDeployment" in reported:
                continue  # what the chart sets for separate services
            if (each.pod, each.about, each.after) not in by_chart and not any(
                word in reported for word in each.mentions
            ):
                detail = f"{each.pod}: {each.before} -> {each.after}\n{_show(result)}"
                self._add_finding(f"differs unreported: {each.about} on {each.pod}", detail)
        if len({pod.settings.get("PREFECT_SERVER_DOCKET_URL") for pod in after.values()}) > 1:
            self._add_finding("two dockets", str({name: pod.settings for name, pod in after.items()}))

    def _changes_by_the_chart(self) -> set[tuple[str, str, str | None]]:
        """What the new chart and its flavour change by themselves, with the values as they were."""
        texts = self.release.layers
        below = (self._layer_without_examples(),) if self.release.flavour else ()
        try:
            old = self.charts.pods(self.release, BEFORE, texts)
            new = self.charts.pods(self.release, AFTER, (*below, *texts))
        except RenderError:
            return set()
        return {(each.pod, each.about, each.after) for each in differences(old, new)}

    def _layer_without_examples(self) -> bytes:
        """A layer below the customer's, since a new flavoured chart refuses a file that keeps its example host."""
        value: Value = {"messaging": {"docket": {"url": ""}, "redis": {"host": "redis"}}}
        for key in reversed((*releases.ROOTS[self.release.chart], "backgroundServices")):
            value = {key: value}
        return json.dumps(value).encode()

    def _verify_errors(self) -> set[str]:
        """The errors of `verify`, with the chart and without."""
        chart = self.charts.path(self.release.chart, AFTER, self.release.flavour)
        rules = {
            rule for more in ((), ("--chart-path", chart)) for rule in _failed_rules(self._run_command("verify", *more))
        }
        return {rule.removeprefix("pods-") for rule in rules}  # the same rule, checked on the pods

    def _check_rules(self, before: set[str]) -> None:
        """Only errors that were there before, and that a migration does not correct, may remain."""
        for rule in sorted(rule for rule in self._verify_errors() if rule not in before or rule in FIXED_BY_MIGRATION):
            self._add_finding(f"its own verify: {rule}", _show(self._texts()))

    def _check_settled(self, result: tuple[bytes, ...]) -> None:
        again = self._run_command("migrate", "--non-interactive", "--no-backup")
        if again.code != 0:
            asked = [question["id"] for file in again.report["files"] for question in file["questions"]]
            self._add_finding(f"the second run ends with {again.code}: {' '.join(asked)}", _error(again) + again.err)
        elif self._texts() != result:
            self._add_finding("the second run changes something", _show(self._texts()))

    def _check_hops(self, result: tuple[bytes, ...]) -> None:
        self._write(self.release.layers)
        for version in HOPS[self.release.chart]:
            done = self._run_command(
                "migrate", "--non-interactive", "--no-backup", *self.answers, to=version + self.suffix
            )
            if done.code != 0:
                self._add_finding(f"a hop ends with {done.code}", f"{version}: {_error(done)}{done.err}")
                return
        # Compares values, not bytes: a comment that heads a list after one hop belongs to the list in the next.
        if not all(tree.same(*map(_values, pair)) for pair in zip(self._texts(), result)):
            self._add_finding(
                "hop by hop differs from at once", f"hops:\n{_show(self._texts())}\nat once:\n{_show(result)}"
            )

    def _write(self, texts: tuple[bytes, ...]) -> None:
        for name, text in zip(self.names, texts):
            Path(name).write_bytes(text)

    def _texts(self) -> tuple[bytes, ...]:
        return tuple(Path(name).read_bytes() for name in self.names)

    def _run_command(self, command: str, *options: str, to: str = "") -> Result:
        words = [command, *self.files, *self.start, "--to", to or self.to, "--format", "json", *options]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = run_command_line(words)
            except Exception:
                code = 99
                err.write(traceback.format_exc())
        report = json.loads(out.getvalue()) if out.getvalue().startswith("{") else None
        return Result(code, report, err.getvalue())

    def _add_finding(self, what: str, detail: str) -> None:
        how = f"{self.release.chart} {self.release.flavour} {' '.join(self.answers)}"
        self.findings.append(Finding(what, f"{how}\n{detail}\n{_show(self.release.layers)}"))


def _values(text: bytes) -> Value:
    return yamltext.parse(text).documents[0].data


def _paths_below(path: str, value: Value) -> Iterator[str]:
    """The path, and those of everything that a change adds below it."""
    yield path
    for key, child in value.items() if isinstance(value, dict) else ():
        yield from _paths_below(f"{path}.{key}", child)


def _error(ran: Result) -> str:
    if not ran.report:
        return ran.err
    errors = [str(file["error"]) for file in ran.report["files"] if file["error"]]
    errors += [each["text"] for file in ran.report["files"] for each in file["findings"] if each["severity"] == "error"]
    return "; ".join(errors) or str(ran.report.get("error"))


def _failed_rules(ran: Result) -> set[str]:
    files = ran.report["files"] if ran.report else []
    return {each["rule"] for file in files for each in file["findings"] if each["severity"] == "error"}


def _show(texts: tuple[bytes, ...]) -> str:
    return "---\n".join(text.decode() for text in texts)
