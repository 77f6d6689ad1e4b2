"""Packs the plugin that needs no network: `python packaging/helm/pack.py SINGLE_FILE FOLDER`.

It contains plugin.yaml with its scripts, and the single file that they run.
"""

from __future__ import annotations

import gzip
import os
import re
import sys
import tarfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def pack(single_file: Path, folder: Path) -> Path:
    """The packed plugin in that folder; the same bytes again for the same file."""
    found = re.search(r"^version: (\S+)$", (TOP / "plugin.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    scripts = [Path("packaging", "helm", name) for name in ("install.sh", "python.sh", "run.sh")]
    packed = folder / f"helm-infrahub-migrate-{found[1]}.tgz"
    with (
        open(packed, "wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        # The folders too: Helm 3 creates only those that are listed.
        for path in [Path("LICENSE"), scripts[0].parent.parent, scripts[0].parent, *scripts, Path("plugin.yaml")]:
            archive.add(TOP / path, path.as_posix(), recursive=False, filter=_plain)
        archive.add(single_file, "infrahub-migrator.pyz", filter=_plain)
    return packed


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry without what differs from one machine to the next."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    entry.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return entry


if __name__ == "__main__":
    print(pack(Path(sys.argv[1]), Path(sys.argv[2])))
