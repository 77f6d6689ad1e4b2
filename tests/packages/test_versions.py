"""The package, the plugin, the changelog and the pages have the same version."""

from __future__ import annotations

import re
from pathlib import Path

from migrator import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_the_plugin_has_the_version_of_the_program() -> None:
    assert f"\nversion: {__version__}\n" in (ROOT / "plugin.yaml").read_text(encoding="utf-8")


def test_the_changelog_has_the_version() -> None:
    assert re.search(
        rf"^## {re.escape(__version__)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_the_pages_install_this_version() -> None:
    for name in ("automation.md", "installing.md"):
        page = (ROOT / "docs" / name).read_text(encoding="utf-8")
        named = re.findall(r"infrahub-migrat(?:or|e)(?:==|@v|-)(\d+\.\d+\.\d+)", page)
        assert set(named) == {__version__}, name


def test_every_action_is_pinned_to_a_commit() -> None:
    for path in [ROOT / "action.yml", *(ROOT / ".github" / "workflows").glob("*.yml")]:
        for used in re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
