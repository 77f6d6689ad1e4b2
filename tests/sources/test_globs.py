"""What `.gitignore` and `--exclude` leave out: exactly what git does, and no pattern takes long."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.sources import gitignore
from migrator.sources.globs import Globs

from .texts import AFTER, VALUES

Cli = Callable[..., Any]
PATTERNS = (
    *("a", "*.yaml", "/a", "a/", "a/b", "**/b", "a/**", "a/**/c", "!b.yaml", "!a/b.yaml", "b*", "?a", "[ab].yaml"),
    *("[!a].yaml", "\\!x", "*", "!*/", "/*", "c/", "*.y*l", "a*b", "**", "a/*", "!/a", "**/a/", "*/b", "[a-c]*"),
    *("[[:alpha:]].yaml", "foo bar ", "x\\ ", "\\#x", "#x", "a//b", "[z-a]", "[]a].yaml", "[^b]", "a[", "\\a", "**/"),
    *("a**b", "***", "a/**/**/b", "[a\\]b].yaml", "", "/", "!", "//a", "a//", "//", "!!x", "b\r", "b\r\r", "\ufeffa"),
)
NAMES = ("a", "b", "c", "a.yaml", "b.yaml", "ab", "xa", "]a", "!x", "#x", "foo bar", "x ", "].yaml")


@pytest.mark.skipif(shutil.which("git") is None, reason="no git to compare with")
@pytest.mark.parametrize("seed", range(8))
def test_patterns_ignore_what_git_ignores(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    for number in range(8):
        folder = tmp_path / str(number)
        subprocess.run(["git", "init", "-q", folder], check=True)
        lines = [draw.choice(PATTERNS) for _ in range(draw.randint(1, 4))]
        first = draw.choice(("", "", "\ufeff"))
        (folder / ".gitignore").write_text(first + "\n".join(lines) + "\n", "utf-8", newline="")
        for _ in range(40):
            path = folder / "/".join(draw.choice(NAMES) for _ in range(draw.randint(1, 3)))
            if not any(each.is_file() for each in (path, *path.parents)) and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        files = [each for each in files if not each.startswith(".git")]
        done = subprocess.run(
            ["git", "-C", folder, "check-ignore", "-z", "--stdin"], input="\0".join(files).encode(), capture_output=True
        )
        rules = gitignore.of(str(folder), [])
        ours = {each for each in files if rules and rules[0].globs.excludes(each)}
        assert ours == set(done.stdout.decode().split("\0")) - {""}, lines


@pytest.mark.parametrize(
    ("text", "is_ignored"),
    [
        ("*.yaml\n", True),
        ("\ufeff*.yaml\n", True),
        ("*.yaml\r\n", True),
        ("*.yaml\r\r\n", False),
        ("/a.yaml\n", True),
        ("//a.yaml\n", False),
    ],
)
def test_bom_and_line_ends_are_read_as_git_reads_them(tmp_path: Path, text: str, is_ignored: bool) -> None:
    (tmp_path / ".gitignore").write_bytes(text.encode())
    rules = gitignore.of(str(tmp_path), [])
    assert gitignore.is_ignored(str(tmp_path), "a.yaml", rules, is_folder=False) == is_ignored


def test_no_pattern_takes_long() -> None:
    globs = Globs(["*a" * 120 + "b", "**/" * 120 + "*a" * 30 + "b", "[" * 250, "?*" * 120])
    started = time.process_time()
    for _ in range(10):
        globs.excludes("/".join(["a" * 255] * 15))
    assert time.process_time() - started < 5


def write(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(VALUES.replace("redis.prod", f"redis{number}"), "utf-8")


def test_ignored_files_are_left_out_and_counted(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "t/a/values.yaml", "t/b/values.yaml", "t/build/c/values.yaml", "t/keep/values.yaml")
    # The last pattern matches folders only.
    (tmp_path / "t/.gitignore").write_text("b/\nbuild\n/keep/*\n!/keep/values.yaml\nvalues.yaml/\n")
    (tmp_path / "t/build/other.yaml").write_text("a: 1\n")
    (tmp_path / "t/build/.gitignore").write_text("!c/\n!values.yaml\n")  # has no effect in an ignored folder
    done = cli("check", "t")
    lines = done.stdout.splitlines()[:-1]  # the last one has the totals
    assert [line.split(b":")[0] for line in lines] == [b"t/a/values.yaml", b"t/keep/values.yaml"]
    assert done.stderr == (
        b"infrahub-migrator: note: .gitignore leaves 2 files that mention these charts out of t; --include-ignored "
        b"includes them.\n"
    )
    assert cli("check", "t", "--quiet").stderr == b""
    assert cli("check", "t", "--include-ignored").stdout.count(b"\n") == 4 + 1
    assert cli("check", "t/b/values.yaml").stdout.startswith(b"t/b/values.yaml: ")
    assert cli("check", "t/b").stdout.startswith(b"t/b/values.yaml: ")


def test_gitignore_counts_up_to_the_repository_root_only(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "r/apps/a/values.yaml", "r/apps/b/values.yaml", "r/apps/c/values.yaml")
    (tmp_path / ".gitignore").write_text("a\n")
    (tmp_path / "r/.gitignore").write_text("/apps/b/\n")
    (tmp_path / "r/.git/info").mkdir(parents=True)
    (tmp_path / "r/.git/info/exclude").write_text("c\n")
    done = cli("check", "r/apps")
    assert [line.split(b":")[0] for line in done.stdout.splitlines()] == [b"r/apps/a/values.yaml"]
    assert b"leaves 2 files" in done.stderr


def test_a_directory_of_only_ignored_files_says_so(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "t/secret.yaml")
    (tmp_path / "t/.gitignore").write_text("*.yaml\n")
    done = cli("check", "t")
    assert done.returncode == 2
    assert b"(0 YAML files checked). .gitignore leaves 1 file that mentions these charts out of it;" in done.stderr


def test_excluded_files_are_left_out(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "t/a/values.yaml", "t/old/values.yaml", "t/b/values-x.yaml")
    flags = ("--redis-db", "2", "--non-interactive", "--exclude", "t/old/", "--exclude", "*-x.yaml")
    assert cli("migrate", "t", *flags).returncode == 0
    assert (tmp_path / "t/a/values.yaml").read_text("utf-8") == AFTER.replace("redis.prod", "redis0")
    assert "docket" not in (tmp_path / "t/old/values.yaml").read_text("utf-8")
    assert "docket" not in (tmp_path / "t/b/values-x.yaml").read_text("utf-8")


@pytest.mark.parametrize("inside", [False, True])
def test_project_globs_match_paths_below_the_project_file(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    write(tmp_path, "t/a/values.yaml", "t/old/values.yaml", "old/values.yaml")
    (tmp_path / ".git").mkdir()
    (tmp_path / "infrahub-migrator.yaml").write_text("version: 1\nreleases: []\nexclude: [/t/old/]\n")
    monkeypatch.chdir(tmp_path / "t" if inside else tmp_path)
    done = cli("check", ".")
    named = [b"a/values.yaml"] if inside else [b"old/values.yaml", b"t/a/values.yaml"]
    assert [line.split(b":")[0] for line in done.stdout.splitlines()][: len(named)] == named
    assert b"t/old" not in done.stdout


def test_undo_includes_files_ignored_since_the_migration(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "t/values.yaml")
    before = (tmp_path / "t/values.yaml").read_bytes()
    assert cli("migrate", "t", "--redis-db", "2", "--non-interactive").returncode == 0
    (tmp_path / "t/.gitignore").write_text("*\n")
    assert cli("undo", "t").returncode == 0
    assert (tmp_path / "t/values.yaml").read_bytes() == before
