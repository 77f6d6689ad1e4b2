"""Migrates the release in a text, wherever its values are in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from migrator import sources
from migrator.planning import apply, discover, examine, summary
from migrator.planning.plan import Plan


class Result(NamedTuple):
    """The result of a migration: the whole file, the plan, and the report."""

    text: str
    plan: Plan
    report: object

    @property
    def notices(self) -> str:
        return "\n".join(notice.text for notice in self.plan.notices)


@pytest.fixture
def migrate(tmp_path: Path) -> Callable[..., Result]:
    """Migrate the one release in a text unattended, prove the result, and fail if it would be migrated again."""

    def migrated(before: str, /, answers: dict[str, str] | None = None, *, bump: bool = True, **options: str) -> Result:
        request = examine.Request(discover.Options(**options), answers or {}, bump=bump)
        path = tmp_path / "object.yaml"
        path.write_bytes(before.encode())
        (bundle,) = sources.open_file(str(path)).bundles
        case = examine.examine(bundle, request)
        assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
        result = apply.apply_plan(case)
        apply.prove_settled(case, result, request)
        after = result.streams[0].data
        path.write_bytes(after)
        (again,) = sources.open_file(str(path)).bundles
        assert examine.examine(again, examine.Request(discover.Options(**options), {})).plan.is_current
        return Result(after.decode(), case.plan, summary.report(case, result))

    return migrated
