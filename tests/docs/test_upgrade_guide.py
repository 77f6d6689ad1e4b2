"""The objects that the upgrade guide shows are migrated as it says: version and values, in one go."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done
from tests.docs.pages import text_of


@pytest.mark.parametrize("page", ["flux", "argocd", "fleet"])
def test_the_object_shown_is_migrated(cli: Callable[..., Done], tmp_path: Path, page: str) -> None:
    shown = re.search(
        r"<!-- migrated by the tests.*?-->\n```yaml\n(.*?)```", text_of(f"docs/upgrade/{page}.md"), re.DOTALL
    )
    assert shown is not None
    file = tmp_path / ("fleet.yaml" if page == "fleet" else "object.yaml")
    file.write_text(shown[1])
    done = cli("migrate", file.name, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr.decode()
    after = file.read_text()
    assert after == re.sub(r"(: )4\.13\.0-medium #", r"\g<1>4.18.0-medium #", shown[1]).replace(*_DOCKET[page])
    assert cli("verify", file.name).returncode == 0
    assert cli("check", file.name, "--to", "4.18.0").returncode == 0


def _with_docket(indent: int) -> tuple[str, str]:
    host = f"{' ' * (indent + 2)}host: infrahub-cache-master\n"
    docket = f"{' ' * indent}docket:\n{' ' * (indent + 2)}url: redis://infrahub-cache-master:6379/2\n"
    return host, host + docket


_DOCKET = {"flux": _with_docket(12), "argocd": _with_docket(16), "fleet": _with_docket(12)}
