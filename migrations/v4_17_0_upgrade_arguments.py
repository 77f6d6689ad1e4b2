"""The upgrade Job takes arguments (`upgrade.extraArgs`), which Infrahub needs if branches are open.

infrahub-enterprise 4.17.0 (infrahub 4.31.0) added the key. Infrahub 1.10 and 1.11 rebase open branches only with
`--rebase-branches`.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://docs.infrahub.app/deploy-manage/maintain-upgrade/upgrade/overview
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.migration import Ask, Migration, Step
from migrator.values.changes import Notice
from migrator.values.release import Release

VERSIONS = {"infrahub-enterprise": "4.17.0", "infrahub": "4.31.0"}


def arguments(release: Release, ask: Ask) -> Iterator[Notice]:
    """Report that open branches need an argument for the upgrade Job."""
    part = infrahub.part_of(release)
    if part is not None and part.is_on(("upgrade", "enabled")) and release.is_below(VERSIONS):
        where = part.show(("upgrade", "extraArgs"))
        text = f"If branches are open, Infrahub 1.10 and later rebase them only with --rebase-branches: {where}."
        yield part.notice(("upgrade", "enabled"), text)


MIGRATION = Migration(
    title="arguments of the upgrade Job",
    versions=VERSIONS,
    steps=(Step("arguments", "report how open branches are rebased", arguments, {}, "infrahub", "report"),),
)
