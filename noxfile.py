"""Everything that must pass before a change lands, as sessions: `nox --list` lists them, and `.ci/run` runs them all.

MIGRATOR_PYTHONS ("3.10 3.13") lists the Pythons to use; a missing one is an error. Without it, sessions for a Python
that is not installed are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import nox

NAMED = os.environ.get("MIGRATOR_PYTHONS", "").split()
PYTHONS = NAMED or ["3.10", "3.11", "3.12", "3.13"]
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
LOCK = "requirements.lock"

nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = bool(NAMED)
nox.options.reuse_existing_virtualenvs = True


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The test suite with the dependencies of the lock; `nox -s tests-3.12 -- tests/rules -k pin` runs a part of it."""
    _install(session)
    # On a disk: by default the tests' files are in memory where the system allows it.
    on_disk = {"PYTEST_DEBUG_TEMPROOT": gettempdir()}
    session.run("pytest", "-q", "-n", "auto", "--dist", "worksteal", *session.posargs, env=on_disk)


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """ruff check and format, and hadolint if it is available for this system."""
    _install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    if shutil.which("hadolint", path=session.bin):
        session.run("hadolint", "packaging/Containerfile")


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """mypy, strict."""
    _install(session)
    session.run("mypy")
    session.run("mypy", "noxfile.py")  # separately: the rest is also checked without nox installed


@nox.session(python=OLDEST)
def imports(session: nox.Session) -> None:
    """Imports run downward: the contracts in pyproject.toml."""
    _install(session)
    session.run("lint-imports", "--no-cache")


@nox.session(python=OLDEST)
def docs(session: nox.Session) -> None:
    """The documentation as a site, strict, into build/site; checks links, and that pages load nothing external."""
    _install(session)
    # Without --quiet, which hides the warnings that --strict counts.
    session.run("mkdocs", "build", "-f", "packaging/site/mkdocs.yml", env={"NO_MKDOCS_2_WARNING": "1"})
    session.run("pytest", "-q", "tests/docs/test_site.py")


@nox.session(python=NEWEST)
def newest(session: nox.Session) -> None:
    """The README's test command in a clean clone, with the newest dependencies that the bounds allow."""
    # Not in the session's folder: nox would put the tests' files there too, and .gitignore leaves that folder out.
    with TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        session.run("git", "clone", "-q", ".", str(copy), external=True)
        with session.chdir(copy):
            _run_as_told(session, _readme_command("test"))


@nox.session(python=list(dict.fromkeys([OLDEST, NEWEST])))
def package(session: nox.Session) -> None:
    """Wheel and sdist into dist/; runs the README's first command with each, in clean environments."""
    work = _work(session)
    dist = _built(session, work)
    session.run("twine", "check", "--strict", *map(str, dist.iterdir()))
    [wheel] = dist.glob("*.whl")
    _refuse_other_names(session, wheel)
    again = _built(session, work / "again")
    if (again / wheel.name).read_bytes() != wheel.read_bytes():
        session.error(f"{wheel.name} differs when it is built again")
    for built in sorted(dist.iterdir()):
        place = work / f"try-{built.suffix.lstrip('.')}"
        place.mkdir()
        with session.chdir(place):
            _run_as_told(session, re.sub(r"(pip install (?:-q )?)\.", rf'\1"{built}"', _readme_command("try")))
        values = (place / "values.yaml").read_text(encoding="utf-8")
        if "redis://infrahub-cache-master:6379/2" not in values or "EVENT_PERSISTER_ENABLED" in values:
            session.error(f"{built.name} did not migrate the sample as the README shows it")
        Path("dist").mkdir(exist_ok=True)
        shutil.copy2(built, "dist")


@nox.session(python=NEWEST)
def single(session: nox.Session) -> None:
    """The single file, and the plugin with it, into dist/; runs the file without a network if the system allows it."""
    work = _work(session)
    [wheel] = _built(session, work).glob("*.whl")
    Path("dist").mkdir(exist_ok=True)
    made = Path("dist", "infrahub-migrator.pyz").resolve()
    session.run("python", "packaging/single_file.py", str(wheel), str(made), env=_moment(session))
    session.run("python", "packaging/helm/pack.py", str(made), "dist", env=_moment(session))
    alone = ["unshare", "-rn"] if shutil.which("unshare") and not _fails(["unshare", "-rn", "true"]) else []
    session.log("without a network" if alone else "with a network: this system cannot turn it off")
    env = {"HOME": str(work), "SHIV_ROOT": str(work / "shiv")}
    for python in dict.fromkeys([*NAMED, NEWEST]):
        told = f"{' '.join(alone)} python{python} -I {made}"
        command = (
            f"{told} example > {work}/values.yaml && {told} migrate {work}/values.yaml --redis-db 2 --non-interactive"
        )
        session.run("bash", "-euo", "pipefail", "-c", command, external=True, env=env)
        if "redis://infrahub-cache-master:6379/2" not in (work / "values.yaml").read_text(encoding="utf-8"):
            session.error(f"{made.name} did not migrate the sample on Python {python}")
    _install(session)
    session.run("pytest", "-q", "tests/packages/test_helm_plugin.py", env={"MIGRATOR_SINGLE_FILE": str(made)})


def _install(session: nox.Session) -> None:
    """Install the checkout, with the dependencies of the lock and no others."""
    session.install("-q", "--require-hashes", "-r", LOCK)
    session.install("-q", "--no-deps", "--no-build-isolation", "-e", ".")


def _work(session: nox.Session) -> Path:
    """An empty folder for the session, after installing the dependencies of the lock."""
    session.install("-q", "--require-hashes", "-r", LOCK)
    work = Path(session.create_tmp()).resolve() / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return work


def _built(session: nox.Session, work: Path) -> Path:
    """The folder with the wheel and the sdist of the last commit; the same commit gives the same bytes."""
    session.run("git", "clone", "-q", ".", str(work / "source"), external=True)
    # Without isolation, which would install the build tools from the index instead of from the lock.
    options = ("-q", "--no-isolation", "--outdir", str(work / "dist"))
    session.run("python", "-m", "build", *options, str(work / "source"), env=_moment(session))
    return work / "dist"


def _moment(session: nox.Session) -> dict[str, str]:
    """The time of the last commit, to use instead of the build time."""
    seconds = session.run("git", "log", "-1", "--format=%ct", external=True, silent=True) or ""
    return {"SOURCE_DATE_EPOCH": seconds.strip()}


def _refuse_other_names(session: nox.Session, wheel: Path) -> None:
    """End the session if the wheel puts more than one name into site-packages."""
    names = session.run("python", "-m", "zipfile", "-l", str(wheel), silent=True) or ""
    tops = {line.split("/")[0] for line in names.splitlines()[1:]}
    if {name for name in tops if not name.endswith(".dist-info")} != {"migrator"}:
        session.error(f"the wheel puts more than one name into site-packages: {sorted(tops)}")


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode != 0


def _readme_command(name: str) -> str:
    """A command of the README."""
    readme = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)```", readme, re.DOTALL)
    if found is None:
        raise LookupError(f"the README lacks its command {name!r}")
    return found[1]


def _run_as_told(session: nox.Session, command: str) -> None:
    """Run it in a shell whose `python3` is the session's."""
    session.run("bash", "-euo", "pipefail", "-c", command, external=True)
