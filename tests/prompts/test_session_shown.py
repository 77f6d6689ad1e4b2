"""The session that docs/decisions.md shows is a real one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.prompts.terminal import ENTER, Session

SHOWN = Path(__file__).resolve().parent.parent.parent / "docs" / "decisions.md"


def test_the_session_in_the_docs_is_a_real_one(
    migrate: Callable[..., Session], cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path
) -> None:
    (tmp_path / "values.yaml").write_bytes(cli("example")[1])
    session = migrate("values.yaml", columns=200)
    for prompt in ("Answer", "Database", "Choose"):
        session.asks(prompt)
        session.type(ENTER)
    assert session.ends() == 0

    text = session.text.strip("\n").replace(f"{tmp_path}/", "")
    backup = re.compile(r"values\.yaml\.\d{8}T\d{6}Z\.[0-9a-f]+-[0-9a-f]+-[0-9a-f]+\.bak")
    shown = backup.sub("BACKUP", f"$ infrahub-migrator migrate values.yaml\n{text}\n")
    block = re.search(r"<!-- session: .*?-->\n```\n(.*?)```\n", SHOWN.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    assert shown == backup.sub("BACKUP", block[1])
