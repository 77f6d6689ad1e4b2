"""action.yml: its steps are run as GitHub runs them, except the one that installs; a server stands in for GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from migrator.charts.example import values

ROOT = Path(__file__).resolve().parents[2]
ACTION = YAML(typ="safe").load(ROOT / "action.yml")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on the PATH")


class JobResult(NamedTuple):
    """The exit code of the job, what it printed, and its summary."""

    code: int
    printed: str
    summary: str


Run = Callable[..., JobResult]


class GitHub:
    """The comments of a pull request, as GitHub's API has them; `forbidden` is a token that may only read."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.forbidden = False

    def add(self, body: str, kind: str) -> None:
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"type": kind}})

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, object]:
        self.requests.append(f"{method} {path}")
        where = "/repos/us/values/issues"
        if method == "GET" and (page := re.fullmatch(rf"{where}/7/comments\?per_page=100&page=(\d+)", path)):
            return 200, self.comments[(int(page[1]) - 1) * 100 :][:100]
        if self.forbidden:
            return 403, {"message": "Resource not accessible by integration"}
        if (method, path) == ("POST", f"{where}/7/comments"):
            self.add(body["body"], "Bot")
            return 201, {}
        if method == "PATCH" and path.startswith(f"{where}/comments/"):
            self.comments[int(path.rsplit("/", 1)[1]) - 1]["body"] = body["body"]
            return 200, {}
        return 404, {}


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def address(github: GitHub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # or each body waits 40 ms for the acknowledgement of its headers

        def handle_all(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            status, found = github.answer(self.command, self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_PATCH = handle_all  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The repository of a customer, with the sample in it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "values.yaml").write_text(values("medium"), encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path, checkout: Path, address: str) -> Run:
    """Run the action on a pull request; keyword arguments are its inputs."""
    temp = tmp_path / "temp"
    programs = temp / "infrahub-migrator" / "bin"
    programs.mkdir(parents=True)
    for name, module in (("python", ""), ("infrahub-migrator", " -m migrator")):  # what the step that installs creates
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)

    def go(event: str = "pull_request", **given: str) -> JobResult:
        inputs = {name: given.get(name, each.get("default", "")) for name, each in ACTION["inputs"].items()}
        outputs, summary = tmp_path / "outputs", tmp_path / "summary"
        summary.write_text("", encoding="utf-8")
        contexts = {f"inputs.{name}": value for name, value in inputs.items()}
        contexts |= {"github.event.pull_request.number": "7", "github.token": "a-token"}
        printed, code = "", 0
        for step in ACTION["runs"]["steps"]:
            if "run" not in step or step.get("id") == "install":
                continue
            if "if" in step and not (event == "pull_request" and inputs["comment"] == "true"):
                continue
            outputs.write_text("", encoding="utf-8")
            environment = {
                **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
                **{name: _filled_in(text, contexts) for name, text in step.get("env", {}).items()},
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_API_URL": address,
                "GITHUB_OUTPUT": str(outputs),
                "GITHUB_REPOSITORY": "us/values",
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(temp),
            }
            # https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax: how bash is called there
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)
            printed, code = printed + done.stdout + done.stderr, done.returncode
            for line in outputs.read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                contexts[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                break
        return JobResult(code, printed, summary.read_text(encoding="utf-8"))

    return go


def _filled_in(text: str, contexts: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: _filled_in(contexts[found[1]], contexts), text)


def migrate(checkout: Path) -> None:
    command = [sys.executable, "-m", "migrator", "migrate", "values.yaml", "--to", "4.14.1", "--redis-db", "2"]
    subprocess.run([*command, "--non-interactive", "--no-backup"], cwd=checkout, check=True, capture_output=True)


def test_a_pending_file_is_annotated_commented_on_and_fails(run: Run, github: GitHub) -> None:
    done = run(to="4.14.1")
    assert done.code == 1
    assert "::error file=values.yaml,line=" in done.printed
    [comment] = github.comments
    assert comment["body"].startswith("<!-- infrahub-migrator check -->\n")
    assert done.summary == comment["body"]


def test_the_action_updates_its_own_comment(run: Run, github: GitHub, checkout: Path) -> None:
    run(to="4.14.1")
    migrate(checkout)
    done = run(to="4.14.1")
    assert done.code == 0, done.printed
    [comment] = github.comments
    assert "1 current" in comment["body"]


def test_without_a_problem_before_or_now_there_is_no_comment(run: Run, github: GitHub, checkout: Path) -> None:
    migrate(checkout)
    assert run(to="4.14.1").code == 0
    assert github.comments == []


def test_a_comment_of_somebody_else_is_left(run: Run, github: GitHub) -> None:
    """Anybody can write the marker, and the bot's own comment may be on a later page."""
    for number in range(120):
        github.add(f"comment {number}", "User")
    github.add("<!-- infrahub-migrator check -->\nmine", "User")
    github.add("<!-- infrahub-migrator check -->\nof an earlier run", "Bot")
    run(to="4.14.1")
    assert github.comments[120]["body"].endswith("mine")
    assert "1 to decide" in github.comments[121]["body"]
    assert len(github.comments) == 122


def test_a_read_only_token_is_not_a_failure(run: Run, github: GitHub, checkout: Path) -> None:
    github.forbidden = True
    done = run(to="4.14.1")
    assert done.code == 1  # for the file, not for the comment
    assert "::notice title=infrahub-migrator::The token may not comment here" in done.printed
    assert "1 to decide" in done.summary


@pytest.mark.parametrize("inputs", [{"comment": "false"}, {"event": "push"}])
def test_no_comment_without_the_input_or_a_pull_request(run: Run, github: GitHub, inputs: dict[str, str]) -> None:
    assert run(to="4.14.1", **inputs).code == 1
    assert github.requests == []


def test_without_a_target_the_error_says_what_to_write(run: Run) -> None:
    done = run()
    assert done.code == 2
    assert "::error title=infrahub-migrator::Say which chart version" in done.printed


def test_names_and_options_are_not_run_by_the_shell(run: Run, checkout: Path) -> None:
    (checkout / "values.yaml").rename(checkout / "$(touch oops) values.yaml")
    done = run(to="4.14.1", files="$(touch oops) values.yaml\n", options="--from\n4.13.0-medium\n")
    assert done.code == 1
    assert "file=$(touch oops) values.yaml" in done.printed
    assert [path.name for path in checkout.iterdir()] == ["$(touch oops) values.yaml"]


def test_the_action_uses_the_project_file(run: Run, checkout: Path) -> None:
    project = "version: 1\nreleases:\n  - name: production\n    layers: [values.yaml]\n"
    (checkout / "infrahub-migrator.yaml").write_text(project, encoding="utf-8")
    done = run(to="4.14.1")
    assert done.code == 1
    assert "production" in done.summary
