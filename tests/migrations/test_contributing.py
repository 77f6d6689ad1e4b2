"""The example migration in CONTRIBUTING.md works as it is printed, and so do its tests."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import migrator.migrations
import pytest

from migrator.planning import catalog

from .conftest import Migrate

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"
NAME = "v4_99_0_example_mode"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names that the printed tests define, while the printed migration is one of the catalog."""
    migration, tests, *_ = re.findall(r"```python\n(.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / f"{NAME}.py").write_text(migration, encoding="utf-8")
    monkeypatch.setattr(migrator.migrations, "__path__", [*migrator.migrations.__path__, str(tmp_path)])
    catalog.load.cache_clear()
    defined: dict[str, Any] = {"__name__": "shown"}
    exec(tests.replace("from .conftest import Migrate\n", ""), defined)
    yield defined
    catalog.load.cache_clear()
    sys.modules.pop(f"migrator.migrations.{NAME}", None)


def test_the_example_migration_and_its_tests_work(example: dict[str, Any], migrate: Migrate) -> None:
    example["test_it_is_added_to_the_list"](migrate)
    for text in (example["AFTER"], example["AFTER"].replace("plain", "other")):
        example["test_an_existing_entry_is_kept"](migrate, text)
    assert migrate(example["BEFORE"], version_from="4.13.0", version_to="4.98.0").text == example["BEFORE"]
