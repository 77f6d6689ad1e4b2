"""Replacing files: exactly the requested bytes, everything else kept, and nothing left behind."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator import files
from migrator.errors import InputError, WriteError
from migrator.files import writing
from tests.files.conftest import AFTER, BEFORE, metadata, names, set_attribute

BACKUP_NAME = re.compile(r"values\.yaml\.\d{8}T\d{6}Z(-\d+)?\.[0-9a-f]{12}-[0-9a-f]{12}-[0-9a-f]{6}\.bak")


def mark(path: Path) -> None:
    """Give a file an extended attribute of its own."""
    set_attribute(path, "user.origin", b"by hand")


def change(path: Path, data: bytes = AFTER, **options: object) -> list[writing.WrittenFile]:
    """Read a file and write `data` to it."""
    return writing.write([writing.Replacement(files.read(str(path)), data)], **options)  # type: ignore[arg-type]


def test_writes_the_bytes_and_backs_up_the_old_ones(values: Path) -> None:
    before = values.stat()
    (written,) = change(values)
    assert values.read_bytes() == AFTER
    assert written.path == str(values)
    assert written.backup is not None
    backup = Path(written.backup)
    assert BACKUP_NAME.fullmatch(backup.name)
    assert "Z-" not in backup.name  # only the second backup within one second has a number
    assert backup.parent == values.parent
    kept = backup.stat()
    assert (kept.st_mode, kept.st_mtime_ns, kept.st_atime_ns) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_atime_ns,
    )
    assert backup.read_bytes() == BEFORE
    assert names(values.parent) == sorted([values.name, backup.name])


def test_equal_bytes_touch_nothing(values: Path) -> None:
    before = values.stat()
    assert change(values, BEFORE) == []
    after = values.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )
    assert names(values.parent) == ["values.yaml"]


def test_a_changed_file_is_no_error_if_nothing_is_to_be_written(values: Path) -> None:
    read = files.read(str(values))
    values.unlink()
    assert writing.write([writing.Replacement(read, BEFORE)]) == []
    assert names(values.parent) == []


def test_without_backup_only_the_file_is_left(values: Path) -> None:
    assert change(values, backup=False) == [writing.WrittenFile(str(values), None)]
    assert values.read_bytes() == AFTER
    assert names(values.parent) == ["values.yaml"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660, 0o755])
def test_keeps_mode_and_extended_attributes(values: Path, mode: int) -> None:
    values.chmod(mode)
    mark(values)
    before = metadata(values)
    (written,) = change(values)
    assert metadata(values) == before
    assert written.backup is not None
    assert metadata(Path(written.backup)) == before


def test_keeps_access_control_lists(values: Path) -> None:
    # user::rw-, user:65534:r--, group::r--, mask::r--, other::--- as the kernel stores it.
    entries = [
        (0x01, 6, 0xFFFFFFFF),
        (0x02, 4, 65534),
        (0x04, 4, 0xFFFFFFFF),
        (0x10, 4, 0xFFFFFFFF),
        (0x20, 0, 0xFFFFFFFF),
    ]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + perm.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, perm, who in entries
    )
    set_attribute(values, "system.posix_acl_access", acl)
    before = metadata(values)
    (written,) = change(values)
    assert metadata(values) == before
    assert metadata(values)[3]["system.posix_acl_access"] == acl
    assert written.backup is not None
    assert metadata(Path(written.backup)) == before


def test_does_not_inherit_the_default_acl_of_the_directory(values: Path) -> None:
    entries = [
        (0x01, 6, 0xFFFFFFFF),
        (0x02, 6, 65534),
        (0x04, 4, 0xFFFFFFFF),
        (0x10, 6, 0xFFFFFFFF),
        (0x20, 0, 0xFFFFFFFF),
    ]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + perm.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, perm, who in entries
    )
    set_attribute(values.parent, "system.posix_acl_default", acl)
    before = metadata(values)
    assert "system.posix_acl_access" not in before[3]
    change(values)
    assert metadata(values) == before


def test_keeps_a_foreign_owner_and_group(values: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving a file away needs root")
    os.chown(values, 1234, 4321)
    before = metadata(values)
    (written,) = change(values)
    assert metadata(values) == before
    assert written.backup is not None
    assert metadata(Path(written.backup)) == before


def test_follows_a_symbolic_link_and_keeps_it(values: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.yaml"
    link.parent.mkdir()
    link.symlink_to("../values.yaml")
    (written,) = change(link)
    assert written.path == str(link)
    assert os.readlink(link) == "../values.yaml"
    assert values.read_bytes() == AFTER
    assert names(link.parent) == ["link.yaml"]
    assert written.backup is not None
    assert Path(written.backup).parent == values.parent


def test_refuses_a_file_that_changed_since_it_was_read(values: Path) -> None:
    snapshot = files.read(str(values))
    values.write_bytes(b"by: somebody else\n")
    with pytest.raises(WriteError, match=r"values\.yaml: has changed since it was read"):
        writing.write([writing.Replacement(snapshot, AFTER)])
    assert values.read_bytes() == b"by: somebody else\n"
    assert names(values.parent) == ["values.yaml"]


def test_refuses_a_file_that_is_gone_or_whose_link_changed(values: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(values)
    snapshot = files.read(str(link))
    link.unlink()
    link.symlink_to(tmp_path / "other.yaml")
    with pytest.raises(WriteError, match="changed since"):
        writing.write([writing.Replacement(snapshot, AFTER)])
    snapshot = files.read(str(values))
    values.unlink()
    with pytest.raises(WriteError, match="changed since"):
        writing.write([writing.Replacement(snapshot, AFTER)])
    assert names(tmp_path) == ["link.yaml"]


def test_refuses_a_file_that_became_a_folder(values: Path) -> None:
    snapshot = files.read(str(values))
    values.unlink()
    values.mkdir()
    with pytest.raises(WriteError, match=r"values\.yaml: could not be written: it is a directory, not a file\."):
        writing.write([writing.Replacement(snapshot, AFTER)])
    assert names(values.parent) == ["values.yaml"]


def test_refuses_a_mode_that_changed_between_staging_and_renaming(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = files.read(str(values))
    from migrator.files import transaction

    stage = transaction._stage

    def stage_and_meddle(*arguments: object) -> None:
        stage(*arguments)  # type: ignore[arg-type]
        values.chmod(0o640)

    monkeypatch.setattr(transaction, "_stage", stage_and_meddle)
    with pytest.raises(WriteError, match="changed since"):
        writing.write([writing.Replacement(snapshot, AFTER)])
    assert values.read_bytes() == BEFORE
    assert stat.S_IMODE(values.stat().st_mode) == 0o640
    assert names(values.parent) == ["values.yaml"]


def test_refuses_contents_that_changed_between_staging_and_renaming(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from migrator.files import transaction

    stage = transaction._stage

    def stage_and_meddle(*arguments: object) -> None:
        stage(*arguments)  # type: ignore[arg-type]
        values.write_bytes(b"by: somebody else\n")

    monkeypatch.setattr(transaction, "_stage", stage_and_meddle)
    with pytest.raises(WriteError, match="changed since"):
        change(values)
    assert values.read_bytes() == b"by: somebody else\n"
    assert names(values.parent) == ["values.yaml"]


def test_an_existing_file_is_never_used_as_a_temporary_file(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    precious = values.with_name("precious")
    precious.write_bytes(b"keep")
    monkeypatch.setattr("migrator.files.writing._token", lambda: "0123456789abcdef")
    os.link(precious, values.with_name(".values.yaml.infrahub-migrator-0123456789abcdef-new"))
    with pytest.raises(WriteError, match="File exists"):
        change(values)
    assert precious.read_bytes() == b"keep"
    assert values.read_bytes() == BEFORE


def test_refuses_a_backup_whose_name_was_taken_meanwhile(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = values.with_name("values.yaml.20200101T000000Z.0123456789ab-0123456789ab.bak")
    other.write_bytes(b"keep")
    monkeypatch.setattr("migrator.files.backups.new_backup", lambda *_: str(other))
    with pytest.raises(WriteError, match="exists already"):
        change(values)
    assert other.read_bytes() == b"keep"
    assert values.read_bytes() == BEFORE
    assert len(names(values.parent)) == 2


def test_several_files_are_written_together_or_not_at_all(values: Path, tmp_path: Path) -> None:
    layers = [values, tmp_path / "a" / "values.yaml", tmp_path / "b" / "values.yaml"]
    for layer in layers[1:]:
        layer.parent.mkdir()
        layer.write_bytes(BEFORE)
    snapshots = [files.read(str(layer)) for layer in layers]
    layers[2].write_bytes(b"changed: meanwhile\n")
    with pytest.raises(WriteError, match=r"b/values\.yaml: has changed"):
        writing.write([writing.Replacement(snapshot, AFTER) for snapshot in snapshots])
    assert [layer.read_bytes() for layer in layers] == [BEFORE, BEFORE, b"changed: meanwhile\n"]
    assert [names(layer.parent) for layer in layers] == [["a", "b", "values.yaml"], ["values.yaml"], ["values.yaml"]]

    snapshots[2] = files.read(str(layers[2]))
    written = writing.write([writing.Replacement(snapshot, AFTER) for snapshot in snapshots])
    assert [one.path for one in written] == [str(layer) for layer in layers]
    assert [layer.read_bytes() for layer in layers] == [AFTER] * 3


def test_an_unchanged_file_must_still_be_what_was_read(values: Path, tmp_path: Path) -> None:
    """What is written to the other layers of the release depends on it."""
    other = tmp_path / "base.yaml"
    other.write_bytes(BEFORE)
    snapshots = [files.read(str(path)) for path in (other, values)]
    replacements = [writing.Replacement(snapshots[0], BEFORE), writing.Replacement(snapshots[1], AFTER)]
    other.write_bytes(b"changed: meanwhile\n")
    with pytest.raises(WriteError, match=r"base\.yaml: has changed since it was read"):
        writing.write(replacements)
    other.unlink()
    with pytest.raises(WriteError, match=r"base\.yaml: has changed since it was read"):
        writing.write(replacements)
    assert values.read_bytes() == BEFORE

    other.write_bytes(BEFORE)
    assert [one.path for one in writing.write(replacements)] == [str(values)]


def test_refuses_a_file_that_is_named_twice(values: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(values)
    snapshots = [files.read(str(path)) for path in (values, link)]
    for one, other in ((AFTER, AFTER), (AFTER, BEFORE), (BEFORE, AFTER)):
        with pytest.raises(WriteError, match="named twice"):
            writing.write([writing.Replacement(snapshots[0], one), writing.Replacement(snapshots[1], other)])
    assert values.read_bytes() == BEFORE


def test_refuses_a_hard_linked_file(values: Path, tmp_path: Path) -> None:
    os.link(values, tmp_path / "twin.yaml")
    with pytest.raises(WriteError, match="2 names"):
        change(values)
    assert names(tmp_path) == ["twin.yaml", "values.yaml"]
    assert values.stat().st_nlink == 2


def test_a_backup_never_overwrites_another(values: Path) -> None:
    backups = set()
    for _ in range(3):
        (written,) = change(values)
        backups.add(written.backup)
        values.write_bytes(BEFORE)
    assert len(backups) == 3
    assert len(names(values.parent)) == 4


def test_backups_of_the_same_second_are_numbered(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.files.backups.timestamp", lambda: "20260624T101500Z")
    backups = [change(values, AFTER + b"# more\n" * number)[0].backup or "" for number in range(3)]
    assert [Path(each).name.split(".")[2] for each in backups] == [
        "20260624T101500Z",
        "20260624T101500Z-2",
        "20260624T101500Z-3",
    ]


def test_backups_of_different_files_in_one_directory_are_told_apart(values: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    twin = tmp_path / "twin" / "values.yaml"
    twin.parent.mkdir()
    store.mkdir()
    twin.write_bytes(BEFORE)
    paths = [change(path, backup_dir=str(store))[0].backup for path in (values, twin)]
    assert len(set(paths)) == 2
    assert names(values.parent) == ["store", "twin", "values.yaml"]
    assert sorted(map(str, paths)) == [str(store / name) for name in names(store)]
    assert all(not name.endswith((".yaml", ".yml")) for name in names(store))
    assert writing.undo(str(twin), backup_dir=str(store))[:2] == (str(twin), None)
    assert (values.read_bytes(), twin.read_bytes()) == (AFTER, BEFORE)
    assert [str(store / name) for name in names(store)] == [paths[0]]


def test_a_backup_directory_that_does_not_exist_is_refused(values: Path, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="does not exist"):
        change(values, backup_dir=str(tmp_path / "none"))
    assert names(tmp_path) == ["values.yaml"]


def test_a_file_given_as_backup_directory_is_refused(values: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.write_bytes(b"mine")
    with pytest.raises(WriteError, match=r"store: is not a directory, so it cannot hold the backup\."):
        change(values, backup_dir=str(store))
    with pytest.raises(WriteError, match="not a directory"):
        writing.undo(str(values), backup_dir=str(store))
    assert (values.read_bytes(), store.read_bytes()) == (BEFORE, b"mine")


def test_temporary_files_are_private_and_not_named_yaml(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created = []
    modes = []
    real = os.open

    def spy(path: str, flags: int, mode: int = 0o777) -> int:
        descriptor = real(path, flags, mode)
        if flags & os.O_CREAT:
            created.append(os.path.basename(path))
            modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", spy)
    umask = os.umask(0)
    try:
        change(values)
    finally:
        os.umask(umask)
    assert modes == [0o600] * 4
    assert all(name.startswith(".") or BACKUP_NAME.fullmatch(name) for name in created)
    assert not any(name.endswith((".yaml", ".yml")) for name in created)


def test_a_read_only_directory_is_refused(values: Path, as_nobody: Callable[[Callable[[], None]], None]) -> None:
    values.chmod(0o666)
    values.parent.chmod(0o755)
    for parent in values.parents[:4]:
        parent.chmod(0o755)

    def act() -> None:
        with pytest.raises(WriteError, match="directory must be writable"):
            change(values)

    as_nobody(act)
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_a_read_only_file_is_refused(values: Path, as_nobody: Callable[[Callable[[], None]], None]) -> None:
    os.chown(values, 65534, 65534)
    values.chmod(0o400)
    for parent in values.parents[:4]:
        parent.chmod(0o755)
    values.parent.chmod(0o777)

    def act() -> None:
        with pytest.raises(WriteError, match="read-only for you"):
            change(values)

    as_nobody(act)
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_a_file_whose_owner_would_change_is_refused(
    values: Path, as_nobody: Callable[[Callable[[], None]], None]
) -> None:
    values.chmod(0o666)
    for parent in values.parents[:4]:
        parent.chmod(0o755)
    values.parent.chmod(0o777)

    def act() -> None:
        with pytest.raises(WriteError, match=r"belongs to root and group (root|0)"):
            change(values)

    before = metadata(values)
    as_nobody(act)
    assert metadata(values) == before
    assert values.read_bytes() == BEFORE
    assert names(values.parent) == ["values.yaml"]


def test_an_immutable_file_is_refused(values: Path) -> None:
    try:
        subprocess.run(["chattr", "+i", values], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no immutable files here")
    try:
        with pytest.raises(WriteError, match=r"read-only for you|not permitted"):
            change(values)
        assert values.read_bytes() == BEFORE
        assert names(values.parent) == ["values.yaml"]
    finally:
        subprocess.run(["chattr", "-i", values], check=True)


def test_a_name_that_is_too_long_for_a_backup_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ("v" * 240 + ".yaml")
    path.write_bytes(BEFORE)
    with pytest.raises(WriteError, match="shorten the file's name"):
        change(path)
    assert names(tmp_path) == [path.name]


def test_a_file_in_place_of_the_journal_is_left_alone(values: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"")
    journal = tmp_path / ".values.yaml.infrahub-migrator"
    journal.symlink_to(precious)
    with pytest.raises(WriteError):
        change(values)
    journal.unlink()
    os.link(precious, journal)
    with pytest.raises(WriteError, match="its journal cannot be created"):
        change(values)
    assert precious.read_bytes() == b""
    journal.unlink()
    os.mkfifo(journal)
    with pytest.raises(WriteError, match="its journal cannot be created"):
        change(values)
    assert values.read_bytes() == BEFORE
    assert names(tmp_path) == [".values.yaml.infrahub-migrator", "precious", "values.yaml"]


def test_one_of_several_runs_at_once_writes_and_the_others_say_why(values: Path) -> None:
    snapshot = files.read(str(values))
    barrier = threading.Barrier(8)
    results: list[str] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            writing.write([writing.Replacement(snapshot, AFTER + b"# %d\n" % number)])
            results.append("won")
        except WriteError as error:
            results.append(error.message)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("won") == 1
    assert set(results) <= {"won", "has changed since it was read.", "another run is working on this file."}
    assert values.read_bytes().startswith(AFTER)
    assert len(names(values.parent)) == 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: os.mkfifo(path), "FIFO"),
        (lambda path: path.symlink_to("/dev/zero"), "is a device"),
        (lambda path: path.symlink_to("/dev/tty"), "is a device"),
        (lambda path: path.symlink_to("nowhere"), "broken symbolic link"),
        (lambda path: path.symlink_to(path.name), "symbolic link that points to itself"),
        (lambda path: path.write_bytes(b"a" * (files.LARGEST + 1)), "larger than 8 MiB"),
    ],
)
def test_a_path_that_is_not_a_readable_file_is_refused(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "values.yaml"
    make(path)
    with pytest.raises(InputError, match=words) as caught:
        files.read(str(path))
    assert caught.value.path == str(path)


def test_a_file_without_read_permission_is_refused(
    values: Path, as_nobody: Callable[[Callable[[], None]], None]
) -> None:
    for parent in values.parents[:4]:
        parent.chmod(0o755)

    def act() -> None:
        with pytest.raises(InputError, match=r"cannot be read: Permission denied\."):
            files.read(str(values))

    as_nobody(act)


def test_a_file_that_is_being_written_to_is_not_read(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.read

    def read_and_meddle(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        with open(values, "ab") as stream:
            stream.write(b"more: yes\n")
        monkeypatch.setattr(os, "read", read)
        return data

    monkeypatch.setattr(os, "read", read_and_meddle)
    with pytest.raises(InputError, match="being written to"):
        files.read(str(values))


def test_a_file_that_is_replaced_while_it_is_read_is_read_whole(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.read

    def read_and_replace(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        monkeypatch.setattr(os, "read", read)
        values.with_name("new").write_bytes(AFTER)
        values.with_name("new").replace(values)
        return data

    monkeypatch.setattr(os, "read", read_and_replace)
    snapshot = files.read(str(values))
    assert snapshot.data == BEFORE
    with pytest.raises(WriteError, match="changed since it was read"):
        writing.write([writing.Replacement(snapshot, AFTER)])
    assert values.read_bytes() == AFTER


def test_reads_the_largest_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(b"a" * files.LARGEST)
    assert files.read(str(path)).data == b"a" * files.LARGEST


def test_a_snapshot_knows_its_digest_and_target(values: Path) -> None:
    snapshot = files.read(os.path.relpath(values))
    assert snapshot.target == str(values)
    assert snapshot.path == os.path.relpath(values)
    assert snapshot.digest == hashlib.sha256(BEFORE).hexdigest()


def test_reading_imports_nothing_that_only_writing_needs() -> None:
    # An editable installation loads modules of its own before anything else runs.
    code = (
        "import sys; before = set(sys.modules)\n"
        "import migrator.files; migrator.files.read(sys.argv[1]); print(*set(sys.modules) - before)"
    )
    ran = subprocess.run([sys.executable, "-c", code, __file__], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert not loaded & {"hashlib", "json", "tempfile", "shutil", "signal", "fcntl", "pathlib", "dataclasses"}


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="nothing here tells an open file's name")
def test_everything_is_synced_before_the_next_step_relies_on_it(values: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real_fsync, real_rename, real_unlink = os.fsync, os.rename, os.unlink

    def kind(path: str) -> str:
        if os.path.isdir(path):
            return "directory"
        name = os.path.basename(path)
        return "backup" if name.endswith(".bak") else name.split("-")[-1] if "-" in name else name.split(".")[-1]

    def fsync(descriptor: int) -> None:
        done.append(f"sync {kind(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        real_fsync(descriptor)

    def rename(one: str, other: str) -> None:
        done.append(f"rename {kind(one)}")
        real_rename(one, other)

    def unlink(path: str) -> None:
        done.append(f"remove {kind(path)}")
        real_unlink(path)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(os, "unlink", unlink)
    change(values)
    assert [step.replace("infrahub-migrator", "journal").replace("migrator", "journal") for step in done] == [
        "sync journal",
        "sync directory",
        "sync new",
        "sync old",
        "sync backup",
        "sync directory",
        "rename new",
        "sync directory",
        "remove old",
        "sync directory",
        "remove journal",
    ]
