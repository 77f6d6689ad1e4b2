"""Files that another user of the machine puts next to a values file are not used; those of the same user or root are.

Each attack runs as two real users in a directory like /tmp: everybody may create files in it, and nobody may remove
or rename another user's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pytest

from migrator import files
from migrator.errors import InputError, WriteError
from migrator.files import writing
from migrator.files.journal import Swap, as_text
from tests.users import as_user

VICTIM = 54321
ATTACKER = 54322
BEFORE = b"messaging: {redis: {host: cache}}\n"
AFTER = b"messaging: {redis: {host: cache}, docket: {url: redis://cache:6379/2}}\n"
EVIL = b"messaging: {redis: {host: evil.example.org}}\n"
TOKEN = "0123456789abcdef"


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A directory like /tmp with the victim's values file in it."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("two real users need root")
    import tempfile

    room = Path(tempfile.mkdtemp())
    room.chmod(0o1777)
    path = room / "values.yaml"
    path.write_bytes(BEFORE)
    path.chmod(0o644)
    os.chown(path, VICTIM, VICTIM)
    yield room
    shutil.rmtree(room)


def migrate(path: Path, data: bytes = AFTER) -> str:
    """What `migrate` does, and the backup that it makes."""
    writing.recover([str(path)])
    (written,) = writing.write([writing.Replacement(files.read(str(path)), data)])
    assert written.backup is not None
    return written.backup


def plant(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Create a file that everybody may write to, by default."""
    path.write_bytes(data)
    path.chmod(mode)


def plant_journals(*swaps: Swap) -> None:
    """Create the record of a transaction next to each of its files."""
    for swap in swaps:
        plant(Path(swap.journal), as_text(swaps, "0"))


@pytest.mark.parametrize("store", ["beside", "store"])
def test_a_planted_journal_does_not_make_a_backup_look_torn(shared: Path, store: str) -> None:
    values = shared / "values.yaml"
    elsewhere = shared / "store"
    elsewhere.mkdir()
    os.chown(elsewhere, VICTIM, VICTIM)
    backup_dir = str(elsewhere) if store == "store" else None

    def first() -> None:
        writing.write([writing.Replacement(files.read(str(values)), AFTER)], backup_dir=backup_dir)

    as_user(VICTIM, first)
    (backup,) = map(str, shared.rglob("*.bak"))

    def attack() -> None:
        old, new = digest(BEFORE)[:12] + 52 * "0", digest(AFTER)[:12] + 52 * "0"
        plant_journals(Swap(str(values), TOKEN, old, new, backup, ""))

    def undo() -> None:
        with pytest.raises(
            WriteError, match=r"journal cannot be created: .* is in the way \(it belongs to user 54322\)\. Nothing was"
        ):
            writing.undo(str(values), backup_dir=backup_dir)

    as_user(ATTACKER, attack)
    as_user(VICTIM, undo)
    assert Path(backup).read_bytes() == BEFORE
    assert values.read_bytes() == AFTER
    with pytest.raises(WriteError, match="belongs to user 54322"):
        writing.undo(str(values), backup_dir=backup_dir)
    assert Path(backup).read_bytes() == BEFORE


@pytest.mark.parametrize("runs", [VICTIM, 0])
def test_planted_staged_files_are_not_used(shared: Path, runs: int) -> None:
    values, bait = shared / "values.yaml", shared / "bait.yaml"

    def attack() -> None:
        plant(bait, AFTER)
        swaps = [
            Swap(str(bait), TOKEN, digest(BEFORE), digest(AFTER), "", ""),
            Swap(str(values), TOKEN, digest(BEFORE), digest(EVIL), "", ""),
        ]
        for swap in swaps:
            plant(Path(swap.former), BEFORE)
        plant(Path(swaps[1].fresh), EVIL)
        plant_journals(*swaps)

    def act() -> None:
        with pytest.raises(WriteError, match="belongs to user 54322"):
            migrate(values)

    as_user(ATTACKER, attack)
    as_user(runs, act)
    assert values.read_bytes() == BEFORE
    assert values.stat().st_uid == VICTIM


@pytest.mark.parametrize("runs", [VICTIM, 0])
def test_another_users_staged_file_is_not_used_by_our_own_journal(shared: Path, runs: int) -> None:
    values, other = shared / "values.yaml", shared / "other.yaml"
    swaps = [
        Swap(str(other), TOKEN, digest(BEFORE), digest(AFTER), "", ""),
        Swap(str(values), TOKEN, digest(BEFORE), digest(EVIL), "", ""),
    ]

    def own() -> None:
        other.write_bytes(AFTER)
        for swap in swaps:
            plant(Path(swap.former), BEFORE, 0o644)
        plant_journals(*swaps)
        for swap in swaps:
            Path(swap.journal).chmod(0o600)

    as_user(VICTIM, own)
    as_user(ATTACKER, lambda: plant(Path(swaps[1].fresh), EVIL, 0o644))

    def act() -> None:
        # In such a directory the victim may not remove it.
        stuck = pytest.raises(WriteError, match="cannot be cleaned up") if runs == VICTIM else nullcontext()
        with stuck:
            writing.recover([str(values)])

    as_user(runs, act)
    assert values.read_bytes() == BEFORE


@pytest.mark.parametrize("runs", [VICTIM, 0])
def test_a_planted_backup_is_not_restored(shared: Path, runs: int) -> None:
    values = shared / "values.yaml"
    as_user(VICTIM, lambda: values.write_bytes(AFTER))
    planted = shared / f"values.yaml.99991231T235959Z.{digest(EVIL)[:12]}-{digest(AFTER)[:12]}.bak"
    as_user(ATTACKER, lambda: plant(planted, EVIL))

    def undo() -> None:
        with pytest.raises(InputError, match=r"no backup that can be trusted: .*9999.*bak belongs to user 54322\."):
            writing.undo(str(values), force=True)

    as_user(runs, undo)
    assert values.read_bytes() == AFTER


@pytest.mark.parametrize("runs", [VICTIM, 0])
def test_the_real_backup_is_restored_and_the_planted_one_reported(shared: Path, runs: int) -> None:
    values = shared / "values.yaml"
    as_user(VICTIM, lambda: migrate(values))
    planted = shared / f"values.yaml.99991231T235959Z.{digest(EVIL)[:12]}-{digest(AFTER)[:12]}.bak"
    as_user(ATTACKER, lambda: plant(planted, EVIL))

    def undo() -> None:
        assert writing.undo(str(values)).skipped_backups == (f"the backup {planted} belongs to user 54322",)

    as_user(runs, undo)
    assert values.read_bytes() == BEFORE
    assert values.stat().st_uid == VICTIM


def test_a_symbolic_link_named_like_a_backup_is_not_followed(shared: Path) -> None:
    values, secret = shared / "values.yaml", shared / "secret"
    secret.write_bytes(EVIL)
    name = shared / f"values.yaml.99991231T235959Z.{digest(EVIL)[:12]}-{digest(BEFORE)[:12]}.bak"
    as_user(ATTACKER, lambda: name.symlink_to(secret))
    with pytest.raises(InputError, match="is not a regular file"):
        writing.undo(str(values))


def test_a_backup_that_others_may_write_to_is_not_restored(shared: Path) -> None:
    values = shared / "values.yaml"
    as_user(VICTIM, lambda: Path(migrate(values)).chmod(0o664))

    def undo() -> None:
        with pytest.raises(InputError, match=r"is writable by others \(mode 0664\)"):
            writing.undo(str(values))

    as_user(VICTIM, undo)
    assert values.read_bytes() == AFTER


def test_undo_works_under_a_group_umask(shared: Path) -> None:
    values = shared / "values.yaml"
    values.chmod(0o664)
    as_user(VICTIM, lambda: migrate(values))
    as_user(VICTIM, lambda: writing.undo(str(values)))
    assert values.read_bytes() == BEFORE


def be_killed_before_the_first_rename(values: Path) -> None:
    """Be killed before the first rename."""
    child = os.fork()
    if child == 0:
        os.rename = lambda *_: os._exit(9)
        migrate(values)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize(("killed", "recovers"), [(VICTIM, VICTIM), (VICTIM, 0), (0, 0)])
def test_the_same_user_and_root_recover_what_a_killed_run_left(shared: Path, killed: int, recovers: int) -> None:
    values = shared / "values.yaml"
    as_user(killed, lambda: be_killed_before_the_first_rename(values))
    assert len(list(shared.iterdir())) == 5
    as_user(recovers, lambda: migrate(values))
    assert values.read_bytes() == AFTER
    assert values.stat().st_uid == VICTIM
    as_user(VICTIM, lambda: writing.undo(str(values)))
    assert [path.name for path in shared.iterdir()] == ["values.yaml"]


def test_the_owner_is_told_that_leftovers_belong_to_root(shared: Path) -> None:
    values = shared / "values.yaml"
    as_user(0, lambda: be_killed_before_the_first_rename(values))

    def act() -> None:
        with pytest.raises(WriteError, match="it belongs to root"):
            migrate(values)

    as_user(VICTIM, act)
    assert values.read_bytes() == BEFORE


@pytest.mark.parametrize("runs", [VICTIM, 0])
@pytest.mark.parametrize("how", ["output", "answers"])
def test_output_is_not_written_into_another_users_file(shared: Path, runs: int, how: str) -> None:
    """An existing file keeps its owner, who could then read the secrets of the input in it."""
    values, output = shared / "values.yaml", shared / "out.yaml"
    values.chmod(0o600)
    as_user(ATTACKER, lambda: plant(output, b"mine: 1\n"))

    def act() -> None:
        like = files.read(str(values)) if how == "output" else None
        with pytest.raises(WriteError, match=f"belongs to user {ATTACKER}, who could then read"):
            writing.create(str(output), AFTER, like=like)

    as_user(runs, act)
    assert output.read_bytes() == b"mine: 1\n"
    assert sorted(path.name for path in shared.iterdir()) == ["out.yaml", "values.yaml"]


def test_root_may_replace_an_output_that_the_inputs_owner_has(shared: Path) -> None:
    values, output = shared / "values.yaml", shared / "out.yaml"
    as_user(VICTIM, lambda: plant(output, b"mine: 1\n", 0o600))
    as_user(0, lambda: writing.create(str(output), AFTER, like=files.read(str(values))))
    assert (output.read_bytes(), output.stat().st_uid) == (AFTER, VICTIM)


@pytest.mark.parametrize("runs", [VICTIM, 0])
def test_another_users_journal_is_neither_locked_nor_read(shared: Path, runs: int) -> None:
    """The other user could hold a lock on it and decides what is in it."""
    values = shared / "values.yaml"
    journal = shared / ".values.yaml.infrahub-migrator"
    as_user(ATTACKER, lambda: plant(journal, b""))

    def recover() -> None:
        with pytest.raises(WriteError, match="infrahub-migrator"):
            writing.recover([str(values)])
        assert journal.exists()

    as_user(runs, recover)
    assert values.read_bytes() == BEFORE
