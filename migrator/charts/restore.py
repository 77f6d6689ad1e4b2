"""The restore of infrahub-backup: whether it would run at the next upgrade, and what its chart refuses.

Source: templates/_helpers.tpl (validateRestore) and templates/job-restore.yaml of infrahub-backup 1.3.0
(opsmill/infrahub-helm). The Job is a hook that runs after an upgrade.
"""

from __future__ import annotations

from migrator.values.edits import Route
from migrator.values.merge import Map, as_map
from migrator.values.part import Part

BACKUP: Route = ("infrahub-backup",)
RESTORE: Route = (*BACKUP, "restore")
ENABLED: Route = (*RESTORE, "enabled")
ADVERTISED: Route = (*RESTORE, "s3")
"""What the infrahub chart's default values show, and no template ever read."""

STORAGE: Route = (*RESTORE, "storage")
READ: Route = (*STORAGE, "s3")


def is_enabled(part: Part) -> bool:
    """Whether the release restores: infrahub-backup and its restore are both enabled."""
    return part.is_on((*BACKUP, "enabled")) and part.is_on(ENABLED)


def uses_s3(part: Part) -> bool:
    """Whether it restores from S3, as it does unless values say otherwise."""
    return part.get((*STORAGE, "type")) in (None, "s3")


def unread_settings(part: Part) -> Map:
    """What the layers set where nothing reads it; empty keys set nothing."""
    return {key: value for key, value in as_map(part.own(ADVERTISED)).items() if value not in (None, "")}


def source_error(source: Map) -> str:
    """Why the chart refuses to restore from there, in a clause; empty if it does not."""
    if source.get("key") and source.get("latest"):
        return "it sets both key and latest"
    return "" if source.get("key") or source.get("latest") else "it sets neither key nor latest"


def restore_error(part: Part) -> str:
    """Why the chart refuses the release because of its restore, in a clause; empty if it does not."""
    if not is_enabled(part):
        return ""
    scheduled = part.get((*RESTORE, "mode")) == "cronjob"
    if scheduled and not uses_s3(part):
        return "a scheduled restore works with S3 only"
    if scheduled and part.is_on((*BACKUP, "backup", "enabled")):
        return "a scheduled restore cannot be combined with an enabled backup"
    return source_error(as_map(part.get(READ))) if uses_s3(part) else ""
