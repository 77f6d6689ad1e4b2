"""The command line: streams, exit codes, and what is on disk afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from migrator.cli import run
from tests import skeleton

Cli = Callable[..., Any]

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "migrator" / "report" / "schemas" / "report.json").read_text()
)

HEAD = "configPreset: medium\n"
REDIS = ('host: "infrahub-cache-master" # ours', "db: 1")
DOCKET = '"redis://infrahub-cache-master:6379/2"'
BEFORE = skeleton.values("ui webserver-only triggers-off register", "triggers-on", REDIS, head=HEAD)

AFTER = skeleton.values("ui webserver-only pin register", "metrics", REDIS, DOCKET, head=HEAD)

UNRELATED = "redis:\n  enabled: true\n"


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE)
    return path


def report(output: bytes) -> dict[str, Any]:
    """A JSON report, checked against the schema that the project ships."""
    data: dict[str, Any] = json.loads(output)
    Draft202012Validator(SCHEMA).validate(data)
    return data


def test_migrate_writes_the_file_and_keeps_a_backup(process: Cli, values: Path) -> None:
    done = process("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")

    assert done.returncode == 0
    assert values.read_text() == AFTER
    backups = [path for path in values.parent.iterdir() if path != values]
    assert [path.read_text() for path in backups] == [BEFORE]
    assert not backups[0].name.endswith((".yaml", ".yml"))
    assert backups[0].name.encode() in done.stdout


def test_a_second_run_leaves_the_file_alone(cli: Cli, values: Path) -> None:
    cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")
    before = values.stat()
    names = sorted(values.parent.iterdir())

    done = cli("migrate", "values.yaml", "--redis-db", "3", "--non-interactive")

    assert done.returncode == 0
    assert (values.stat().st_mtime_ns, values.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert sorted(values.parent.iterdir()) == names
    assert b"nothing asked for redis-db" in done.stderr


def test_undo_puts_the_old_file_back(cli: Cli, values: Path) -> None:
    cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")

    done = cli("undo", "values.yaml")

    assert done.returncode == 0
    assert values.read_text() == BEFORE


def test_a_missing_decision_is_exit_3_and_names_its_flag(cli: Cli, values: Path) -> None:
    for arguments in (["--non-interactive"], []):
        done = cli("migrate", "values.yaml", *arguments)

        assert done.returncode == 3
        assert b"--redis-db" in done.stderr
        assert values.read_text() == BEFORE


def test_all_missing_decisions_are_named_at_once(cli: Cli, values: Path) -> None:
    values.write_text(BEFORE.replace("infrahub-cache-master", "example-infrahub-cache-master"))

    done = cli("migrate", "values.yaml", "--non-interactive")

    assert done.returncode == 3
    assert b"--redis-db" in done.stderr
    assert b"--redis-host" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--redis-db", "1"], b"used by Prefect's messaging"),
        (["--redis-db", "0"], b"used by the Infrahub cache"),
        (["--redis-db", "two"], b"not a database number"),
        (["--redis-db", "2", "--docket-url", "redis://h:6379/3"], b"give only one of them"),
        (["--redis-db", "2", "--no-backup", "--backup-dir", "."], b"give only one of them"),
        (["--docket-url", "redis://h:6379/3?db=1"], b"?db="),
        (["--redis-db", "2", "--answer", "nonsense=1"], b"nonsense"),
        (["--redis-db", "2", "--answer", "nonsense"], b"ID=VALUE"),
        (["--from", "4.14.1", "--to", "4.14.0"], b"only moves forward"),
        (["--from", "next"], b"not a chart version"),
        (["--chart", "prefect-server", "--root", "elsewhere", "--bogus"], b"--bogus"),
    ],
)
def test_a_wrong_answer_is_exit_2_and_writes_nothing(
    cli: Cli, values: Path, arguments: list[str], message: bytes
) -> None:
    done = cli("migrate", "values.yaml", "--non-interactive", *arguments)

    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert b"Traceback" not in done.stderr
    assert values.read_text() == BEFORE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--redis-db", "foo"], "--redis-db: 'foo' is not a database number (0, 1, 2 and so on)."),
        (["--redis-db", "-1"], "--redis-db: '-1' is not a database number"),
        (
            ["--docket-url", "redis://:s3same@host:6379"],
            "--docket-url: 'redis://:***@host:6379' cannot be used: it names",
        ),
        (
            ["--docket-url", ":s3same@host/2"],
            "--docket-url: '***@host/2' cannot be used: it does not begin with redis://",
        ),
        (
            ["--docket-url", "redis://:s3@same@host/2"],
            "--docket-url: 'redis://:***@host/2' cannot be used: it has an unencoded",
        ),
        (["--docket-secret", "Name"], "--docket-secret: 'Name' is not the NAME or NAME:KEY of a Secret."),
        (["--redis-host", "redis://host"], "--redis-host: that is not a host name"),
        (["--release-name", "My Release"], "--release-name: 'My Release' is not a valid Kubernetes name."),
        (["--namespace", "UPPER"], "--namespace: 'UPPER' is not a valid Kubernetes name."),
        (["--answer", "migrate-on-start=yes"], "--answer migrate-on-start: 'yes' is none of remove, keep."),
        (["--answer", "docket-password=x"], "--answer docket-password: *** is none of reference, secret."),
        (["--answer", "separate-services=x"], "--answer separate-services: 'x' is none of separate, single."),
        (["--answer", "unseen-env.server=x"], "--answer unseen-env.server: 'x' is none of leave, create."),
        (["--answer", "flavour=x"], "--answer flavour: 'x' is none of none, small,"),
    ],
)
def test_an_invalid_answer_is_an_error_even_if_nothing_asks(
    cli: Cli, values: Path, arguments: list[str], message: str
) -> None:
    values.write_text(AFTER)
    done = cli("check", "values.yaml", *arguments)

    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"s3same" not in done.stderr and b"same@" not in done.stderr


def test_a_valid_answer_that_nothing_asks_for_is_a_note(cli: Cli, values: Path) -> None:
    values.write_text(AFTER)
    for answer in ("messaging-redis.db=5", "flavour=large", "migrate-on-start=keep", "redis-db=17"):
        done = cli("check", "values.yaml", "--answer", answer)
        assert (done.returncode, done.stderr.decode()) == (
            0,
            f"infrahub-migrator: note: nothing asked for {answer.partition('=')[0]}, so its answer was not used.\n",
        )


def test_check_is_one_line_a_file(cli: Cli, values: Path) -> None:
    (values.parent / "done.yaml").write_text(AFTER)

    waiting = cli("check", "values.yaml", "done.yaml")
    ready = cli("check", "values.yaml", "--redis-db", "2")
    current = cli("check", "done.yaml")

    assert waiting.returncode == 1
    assert [line.split(b": ")[:2] for line in waiting.stdout.splitlines()[:-1]] == [
        [b"values.yaml", b"needs-decision"],
        [b"done.yaml", b"current"],
    ]
    assert (ready.returncode, ready.stdout.split(b": ")[1]) == (1, b"pending")
    assert (current.returncode, current.stdout) == (0, b"done.yaml: current\n")


def test_plan_asks_nothing_and_is_exit_0(cli: Cli, values: Path) -> None:
    done = cli("plan", "values.yaml")

    assert done.returncode == 0
    assert b"values.yaml:10" in done.stdout  # the line of the first toggle
    assert b"--redis-db" in done.stdout
    assert values.read_text() == BEFORE


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "--silent"]], ids=["git", "patch"])
@pytest.mark.parametrize("name", ["values.yaml", "my values.yaml", "sub/ümlaut.yaml"])
@pytest.mark.parametrize("kind", ["lf", "crlf", "bom", "no final newline"])
def test_a_diff_applies_and_gives_what_migrate_writes(
    cli: Cli, tmp_path: Path, tool: list[str], name: str, kind: str
) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    text = {
        "lf": BEFORE.encode(),
        "crlf": BEFORE.replace("\n", "\r\n").encode(),
        "bom": b"\xef\xbb\xbf" + BEFORE.encode(),
        "no final newline": BEFORE.rstrip("\n").encode(),
    }[kind]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    written = cli("migrate", "-", "--redis-db", "2", "--non-interactive", stdin=text).stdout

    patch = cli("diff", name, "--redis-db", "2")
    applied = subprocess.run(tool, input=patch.stdout, cwd=tmp_path, capture_output=True)

    assert patch.returncode == 0
    assert applied.returncode == 0, applied.stderr
    assert path.read_bytes() == written != text


def test_the_exit_code_of_diff_says_whether_there_are_changes(cli: Cli, values: Path) -> None:
    (values.parent / "done.yaml").write_text(AFTER)

    assert cli("diff", "values.yaml", "--redis-db", "2").returncode == 0
    assert cli("diff", "values.yaml", "--redis-db", "2", "--exit-code").returncode == 1
    assert cli("diff", "done.yaml", "--exit-code").returncode == 0
    assert cli("diff", "values.yaml").returncode == 3
    assert cli("diff", "values.yaml").stdout == b""


def test_standard_input_goes_to_standard_output(cli: Cli, tmp_path: Path) -> None:
    done = cli("migrate", "-", "--redis-db", "2", stdin=BEFORE.encode())
    again = cli("migrate", "-", stdin=AFTER.encode())
    undecided = cli("migrate", "-", stdin=BEFORE.encode())

    assert (done.returncode, done.stdout.decode()) == (0, AFTER)
    assert (again.returncode, again.stdout.decode()) == (0, AFTER)
    assert (undecided.returncode, undecided.stdout) == (3, b"")
    assert list(tmp_path.iterdir()) == []


def test_output_leaves_the_file_as_it_is(cli: Cli, values: Path) -> None:
    values.chmod(0o600)

    elsewhere = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--output", "new.yaml")
    on_stdout = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--output", "-")

    assert (elsewhere.returncode, on_stdout.returncode) == (0, 0)
    assert (values.parent / "new.yaml").read_text() == on_stdout.stdout.decode() == AFTER
    assert (values.parent / "new.yaml").stat().st_mode & 0o777 == 0o600
    assert values.read_text() == BEFORE
    assert {path.name for path in values.parent.iterdir()} == {"values.yaml", "new.yaml"}


def test_a_dry_run_shows_and_writes_nothing(cli: Cli, values: Path) -> None:
    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--dry-run")

    assert done.returncode == 0
    assert b'+          url: "redis://infrahub-cache-master:6379/2"' in done.stdout
    assert b"nothing was written" in done.stderr
    assert [path.name for path in values.parent.iterdir()] == ["values.yaml"]


def test_no_backup_leaves_no_backup(cli: Cli, values: Path) -> None:
    cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--no-backup")

    assert values.read_text() == AFTER
    assert list(values.parent.iterdir()) == [values]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", b"values.yaml:1"),
        (b"# only a comment\n", b"values.yaml:1"),
        (b"- a\n- b\n", b"a list at the top"),
        (b"just text\n", b"a single value"),
        (b"a: [1\nb: 2\n", b"values.yaml:1"),
        (b"a: 1\n\tb: 2\n", b"values.yaml:2"),
        (b"a: {{ .Values.x }}\n", b"values.yaml:1"),
        (b"\xff\xfea\x00:\x00", b"UTF-16"),
        (b"a: \xe9\n", b"not UTF-8"),
        (b"a: \x00\n", b"values.yaml:1"),
        (b"a: *nowhere\n", b"values.yaml:1"),
        (UNRELATED.encode(), b"has nothing to do with these charts"),
        (b"prefect-server: text\n", b"prefect-server"),
        (BEFORE.replace("      env:\n", "      env: text\n      other:\n", 1).encode(), b"is not a list"),
        (BEFORE.encode() + b"infrahub: {}\n", b"infrahub is on lines"),
        (b"sops:\n  mac: x\n" + BEFORE.encode(), b"SOPS"),
        (b"apiVersion: v1\nkind: ConfigMap\n", b"ConfigMap"),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "check", "diff", "plan"])
def test_bad_input_is_refused_with_an_explanation(
    cli: Cli, values: Path, command: str, content: bytes, message: bytes
) -> None:
    values.write_bytes(content)
    arguments = ["--non-interactive"] if command == "migrate" else []

    done = cli(command, "values.yaml", "--redis-db", "2", *arguments)

    assert done.returncode == 2, (done.stdout, done.stderr)
    assert b"values.yaml" in done.stderr
    assert message in done.stderr
    assert b"Traceback" not in done.stderr
    assert values.read_bytes() == content


def test_a_missing_file_and_an_empty_directory_are_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "redis.yaml").write_text(UNRELATED)

    for name in ("nowhere.yaml", "empty", "other"):
        done = cli("migrate", name, "--non-interactive")
        assert done.returncode == 2
        assert name.encode() in done.stderr


def test_a_directory_is_migrated_and_its_broken_files_are_named(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "deploy"
    folder.mkdir()
    (folder / "values.yaml").write_text(BEFORE)
    (folder / "redis.yml").write_text(UNRELATED)
    (folder / "broken.yaml").write_text("infrahub: [\n")
    (folder / "notes.yaml").write_text("a: [\n")

    one = cli("migrate", "deploy", "--redis-db", "2", "--non-interactive")
    (folder / "values-prod.yaml").write_text(BEFORE)
    two = cli("migrate", "deploy", "--redis-db", "2", "--non-interactive")

    assert one.returncode == 2  # broken.yaml may be a values file
    assert (folder / "values.yaml").read_text() == AFTER
    assert b"broken.yaml" in one.stderr and b"notes.yaml" not in one.stderr
    assert two.returncode == 2
    assert b"values-prod.yaml" in two.stderr
    assert (folder / "values-prod.yaml").read_text() == BEFORE


def test_one_bad_file_does_not_stop_the_others(cli: Cli, values: Path) -> None:
    (values.parent / "bad.yaml").write_text("a: [\n")

    done = cli("migrate", "bad.yaml", "values.yaml", "--redis-db", "2", "--non-interactive")

    assert done.returncode == 2
    assert b"bad.yaml" in done.stderr
    assert values.read_text() == AFTER


def test_docket_url_is_refused_for_several_releases(cli: Cli, values: Path) -> None:
    (values.parent / "two.yaml").write_text(BEFORE)

    done = cli("migrate", "values.yaml", "two.yaml", "--docket-url", "redis://h:6379/3", "--non-interactive")

    assert done.returncode == 2
    assert b"--docket-url" in done.stderr
    assert values.read_text() == BEFORE


@pytest.mark.parametrize("command", ["plan", "diff", "check", "migrate"])
def test_the_json_of_every_command_matches_the_schema(cli: Cli, values: Path, command: str) -> None:
    (values.parent / "bad.yaml").write_text("infrahub: [\n")
    (values.parent / "other.yaml").write_text(UNRELATED)
    (values.parent / "done.yaml").write_text(AFTER.replace("infrahub-cache-master", "redis.other"))
    names = ["bad.yaml", "other.yaml", "done.yaml", "values.yaml"]

    undecided = report(cli(command, *names, "--format", "json").stdout)
    decided = report(cli(command, *names, "--format", "json", "--redis-db", "2").stdout)

    pending = "migrated" if command == "migrate" else "pending"
    assert [file["status"] for file in undecided["files"]] == ["refused", "unrelated", "current", "needs-decision"]
    assert [file["status"] for file in decided["files"]] == ["refused", "unrelated", "current", pending]
    change = decided["files"][3]["changes"][0]
    assert (change["kind"], change["line"], change["before"], change["after"]) == ("remove", 10, "false", None)
    ids = [each["id"] for each in undecided["files"][3]["migrations"]]
    assert ids == ["v4_14_0_prefect_docket", "v4_14_1_prometheus_multiproc"]
    question = next(each for each in undecided["files"][3]["questions"] if each["id"] == "redis-db")
    assert (question["flag"], question["answer"]) == ("--redis-db", None)


@pytest.mark.parametrize(
    ("arguments", "command", "message"),
    [
        (["plan", "--format", "json"], "plan", "no file is named."),
        (["plan", "values.yaml", "--format=json", "--frmo", "4.13.0"], "plan", "unrecognized arguments: --frmo 4.13.0"),
        (["migrate", "values.yaml", "--format", "json", "--output", "-"], "migrate", "both write to standard output"),
        (["check", "values.yaml", "--redis-db", "two", "--format", "json"], "check", "--redis-db: 'two' is not"),
        (["check", "values.yaml", "--answers", "nowhere.yaml", "--format", "json"], "check", "nowhere.yaml"),
        (["plan", "values.yaml", "--docket-url", "http://:s3same@h/2", "--format", "json"], "plan", "http://:***@h/2"),
        (["chekc", "values.yaml", "--format", "json"], "", "there is no command 'chekc' (did you mean check?)"),
    ],
)
def test_errors_before_any_file_is_read_are_json_too(
    cli: Cli, values: Path, arguments: list[str], command: str, message: str
) -> None:
    """A program that parses the output finds the error and the exit code in it."""
    done = cli(*arguments)
    data = report(done.stdout)

    assert (done.returncode, data["exit_code"], data["status"], data["files"]) == (2, 2, "refused", [])
    assert data["command"] == command
    assert message in data["error"]
    assert done.stderr.decode() == f"infrahub-migrator: {data['error']}\n"
    assert b"s3same" not in done.stdout + done.stderr
    assert values.read_text() == BEFORE


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [(KeyboardInterrupt(), 130, "interrupted; nothing was written."), (ZeroDivisionError("x"), 4, "this is a bug")],
)
def test_interrupts_and_crashes_are_json_too(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, message: str
) -> None:
    def fail(chosen: object) -> int:
        raise raised

    monkeypatch.setattr(run, "run", fail)
    done = cli("check", "values.yaml", "--format", "json")
    data = report(done.stdout)

    assert (done.returncode, data["exit_code"], data["status"]) == (code, code, "failed")
    assert message in data["error"]


def test_without_format_json_an_error_is_on_standard_error_only(cli: Cli) -> None:
    for arguments in (["plan"], ["plan", "--format", "text"], ["plan", "json", "--format"]):
        assert cli(*arguments).stdout == b""


@pytest.mark.parametrize("form", ["unified", "structural", "markdown", "json"])
def test_a_password_is_masked_in_diffs_without_show_secrets(cli: Cli, values: Path, form: str) -> None:
    values.write_text(BEFORE.replace("          db: 1\n", "          db: 1\n          password: s3cr#t\n"))

    masked = cli("diff", "values.yaml", "--redis-db", "2", "--format", form)
    shown = cli("diff", "values.yaml", "--redis-db", "2", "--format", form, "--show-secrets")

    assert masked.returncode == shown.returncode == 0
    assert b"s3cr" not in masked.stdout + masked.stderr
    assert b"s3cr%23t" in shown.stdout


@pytest.mark.parametrize("version", ["4.14.0", "4.14.0-medium", "4.28.0", "2026.4.21154022"])
def test_explain_accepts_the_version_of_a_migration(cli: Cli, version: str) -> None:
    assert cli("explain", version).stdout == cli("explain", "v4_14_0_prefect_docket").stdout
    assert cli("explain", "4.14.1").stdout == cli("explain", "v4_14_1_prometheus_multiproc").stdout
    assert cli("explain", "4.12.0").returncode == 2


def test_list_explain_and_example_need_no_file(cli: Cli) -> None:
    listed = cli("list")
    explained = cli("explain", "v4_14_0_prefect_docket")
    unknown = cli("explain", "v9")
    example = cli("example", "large")

    assert b"v4_14_1_prometheus_multiproc" in listed.stdout
    assert b"2026.4.21154022" in listed.stdout
    assert b"https://" in explained.stdout
    assert (unknown.returncode, unknown.stdout) == (2, b"")
    assert cli("migrate", "-", "--redis-db", "2", stdin=example.stdout).returncode == 0
    assert cli("example", "huge").returncode == 2


def test_a_full_output_gives_no_traceback(cli: Cli, values: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "migrator", "plan", str(values)], stdout=full, stderr=subprocess.PIPE
        )

    assert done.returncode == 5
    assert b"Traceback" not in done.stderr


def test_an_interrupt_during_start_up_gives_no_traceback() -> None:
    program = """
import builtins, sys
load = builtins.__import__
def leave(name, *others):
    if name == "migrator.cli.arguments":
        raise KeyboardInterrupt
    return load(name, *others)
builtins.__import__ = leave
from migrator.__main__ import main
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (done.returncode, done.stderr) == (130, b"")


def test_migrate_works_in_a_bare_environment(process: Cli, values: Path) -> None:
    done = process("migrate", "values.yaml", "--non-interactive", "--redis-db", "2", LC_ALL="C", PYTHONUTF8="0")

    assert done.returncode == 0, done.stderr
    assert values.read_text() == AFTER


@pytest.mark.parametrize("root", ["infrahub.prefect_server", "infrahub", ".", "prefect-server", "nope.prefect-server"])
def test_a_root_without_values_is_refused(cli: Cli, values: Path, root: str) -> None:
    for command in ("check", "verify", "migrate"):
        done = cli(command, "values.yaml", "--root", root, "--redis-db", "2")
        assert done.returncode == 2
        assert b"infrahub.prefect-server" in done.stderr
    assert cli("check", "values.yaml", "--root", "infrahub.prefect-server", "--redis-db", "2").returncode == 1


def test_a_file_with_only_its_preset_needs_a_decision(cli: Cli, values: Path) -> None:
    values.write_text("configPreset: medium\n")

    assert cli("plan", "values.yaml").returncode == 0
    assert cli("check", "values.yaml").stdout.startswith(b"values.yaml: needs-decision")
    assert cli("migrate", "values.yaml", "--non-interactive").returncode == 3


def test_output_backs_up_the_file_it_replaces(cli: Cli, values: Path) -> None:
    other = values.parent / "other.yaml"
    other.write_text("kept: true\n")

    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--output", "other.yaml")

    assert done.returncode == 0
    assert other.read_text() == AFTER
    kept = [path for path in values.parent.iterdir() if path.name.startswith("other.yaml.")]
    assert [path.read_text() for path in kept] == ["kept: true\n"]


def test_a_second_document_is_left_and_reported(cli: Cli, values: Path) -> None:
    values.write_text(BEFORE + "---\n" + BEFORE)

    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")

    assert values.read_text() == AFTER + "---\n" + BEFORE
    assert b"several documents" in done.stdout


def test_json_and_a_result_on_standard_output_are_not_mixed(cli: Cli, tmp_path: Path) -> None:
    asked = ["migrate", "-", "--redis-db", "2", "--non-interactive", "--format", "json"]
    refused = cli(*asked, stdin=BEFORE.encode())
    assert refused.returncode == 2
    assert b"both go to standard output" in refused.stderr
    assert json.loads(refused.stdout)["status"] == "refused"
    done = cli(*asked, "--output", "out.yaml", stdin=BEFORE.encode())
    assert json.loads(done.stdout)["status"] == "migrated"
    assert (tmp_path / "out.yaml").read_text("utf-8") == AFTER


@pytest.mark.parametrize("huge", ["9" * 5000, "\u0661"])
def test_a_database_that_only_looks_like_a_number_is_refused(cli: Cli, tmp_path: Path, huge: str) -> None:
    (tmp_path / "values.yaml").write_text(BEFORE.replace("db: 1", f'db: "{huge}"'), "utf-8")
    for command in ("plan", "check"):
        assert b"bug in" not in cli(command, "values.yaml").stderr
    (tmp_path / "values.yaml").write_text(BEFORE, "utf-8")
    answered = cli("migrate", "values.yaml", "--non-interactive", "--redis-db", huge)
    assert answered.returncode == 2
    assert b"bug in" not in answered.stderr


@pytest.mark.parametrize(
    "command",
    ["plan", "check", "verify", "diff", "diff --format=structural", "diff --format=markdown", "plan --verbose"],
)
def test_a_screen_without_unicode_gets_escapes(process: Cli, tmp_path: Path, command: str) -> None:
    docket = "          db: 1\n        docket:\n          url: redis://caché:6379 # à nous\n"
    (tmp_path / "é.yaml").write_text(BEFORE.replace("          db: 1\n", docket), "utf-8")
    given = () if command == "verify" else ("--docket-url", "redis://infrahub-cache-master:6379/2")
    done = process(*command.split(), "é.yaml", *given, PYTHONIOENCODING="ascii")
    assert done.returncode == {"check": 1, "verify": 4}.get(command, 0), done.stderr
    assert done.stderr == b""
    assert b"\\xe9" in done.stdout or command == "diff"  # a patch is bytes, for git apply


@pytest.mark.parametrize("command", ["plan", "check", "diff", "migrate --non-interactive", "migrate --dry-run"])
def test_json_has_line_numbers_while_a_decision_is_missing(cli: Cli, tmp_path: Path, command: str) -> None:
    (tmp_path / "values.yaml").write_text(BEFORE, "utf-8")
    found = json.loads(cli(*command.split(), "values.yaml", "--format", "json").stdout)
    assert found["status"] == "needs-decision"
    assert all(change["line"] > 0 for change in found["files"][0]["changes"])
    assert (tmp_path / "values.yaml").read_text("utf-8") == BEFORE


def test_undo_of_a_directory_restores_what_was_migrated(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    (folder / "prod").mkdir(parents=True)
    (folder / "prod" / "values.yaml").write_text(BEFORE, "utf-8")
    (folder / "other.yaml").write_text(UNRELATED, "utf-8")
    assert cli("undo", "releases").returncode == 2
    assert cli("migrate", "releases", "--redis-db", "2", "--non-interactive").returncode == 0
    undone = cli("undo", "releases")
    assert undone.returncode == 0, undone.stderr
    assert undone.stdout == b"releases/prod/values.yaml: as it was before the migration\n"
    assert (folder / "prod" / "values.yaml").read_text("utf-8") == BEFORE
    again = cli("undo", "releases")
    assert again.returncode == 2
    assert b"releases: has no file with a backup." in again.stderr
