"""The commands of the page on reviewing, run on a migrated branch: only a change by hand shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done
from tests.docs.pages import text_of


def _block(text: str) -> str:
    found = re.search(r"<!-- commands: branch -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1].replace("infrahub-migrator ", f"'{sys.executable}' -m migrator ").replace("BRANCH", "upgrade")


@pytest.mark.parametrize("by_hand", ["", "# by hand\n"])
@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
def test_a_migrated_branch_differs_only_if_edited_by_hand(
    cli: Callable[..., Done], tmp_path: Path, by_hand: str
) -> None:
    def sh(command: str) -> str:
        done = subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True, capture_output=True)
        return done.stdout.decode()

    git = "git -c user.name=A -c user.email=a@b.example -c commit.gpgsign=false"
    values = tmp_path / "values.yaml"
    values.write_bytes(cli("example").stdout)
    sh(f"git init -q -b main . && git add values.yaml && {git} commit -qm values && git switch -qc upgrade")
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--no-backup").returncode == 0
    values.write_bytes(values.read_bytes() + by_hand.encode())
    sh(f"{git} commit -qam migrated")
    assert cli("diff", "values.yaml", "--redis-db", "2").stdout == b""

    page = text_of("docs/reviewing.md")
    block = _block(page).replace("../before", "before")
    *first, last = block.strip().splitlines()
    shown = sh("\n".join(["exec 3>&1 >/dev/null", *first, f"exec >&3; {last}"]))
    assert shown.strip() == "" if not by_hand else "-# by hand" in shown
    assert "What changes" in (tmp_path / "review.html").read_text("utf-8")

    one = re.search(r"`(git show main:FILE .*?)`", page.replace("\n", " "))
    assert one is not None
    command = one[1].replace("infrahub-migrator", f"'{sys.executable}' -m migrator").replace("FILE", "values.yaml")
    assert (subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True).returncode == 0) == (not by_hand)
