"""No format shows a secret, whether its key, its shape or its text gives it away."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.report import json_format, markdown, structural, text_check, unified
from migrator.report.cluster_records import ClusterChange, ClusterReport, Explanation
from migrator.report.mask import Mask, visible
from migrator.report.mask_names import is_harmless, is_weak
from migrator.report.page import Page
from migrator.report.records import ChangeReport, FileReport, Finding, NoticeReport, QuestionReport, Report
from migrator.report.result_records import DocumentReport, LayerReport, NextStep, StepReport
from migrator.report.text import outcome, plan
from migrator.values.edits import Value
from tests.examples import examples


def _masked(text: str) -> str:
    return "\n".join(Mask().lines(text))


YAML = {
    "plain": ("password: hunter2\n", "password: ***1\n"),
    "with a comment": ("password: hunter2 # rotate\n", "password: ***1 # rotate\n"),
    "double quoted": ('password: "hunter2"\n', 'password: "***1"\n'),
    "single quoted": ("password: 'hunter2'\n", "password: '***1'\n"),
    "quoted with escapes": ('password: "a\\"b: c # d"\n', 'password: "***1"\n'),
    "quoted key": ('"password": hunter2\n', '"password": ***1\n'),
    "windows": ("password: hunter2\r\nb: 1\r\n", "password: ***1\r\nb: 1\r\n"),
    "YAML in a block, windows": (
        "a: |\r\n  password: hunter2\r\n\r\n  b: 1\r\nc: 2\r\n",
        "a: |\r\n  password: ***1\r\n\r\n  b: 1\r\nc: 2\r\n",
    ),
    "comments, windows": (
        "# a: 1\r\n# password: hunter2\r\n# b: 1\r\nc: 2\r\n",
        "# a: 1\r\n# password: ***1\r\n# b: 1\r\nc: 2\r\n",
    ),
    "YAML in quotes, with an escaped line break": (
        'a: "b: 1\\rpassword: hunter2"\nc: 2\n',
        'a: "b: 1\\rpassword: ***1"\nc: 2\n',
    ),
    "comments in other languages": (
        "# altes Passwort: Kohl-77\n# Kennwort=Kohl-78\n# mot de passe : chou-79\na: 1 # wachtwoord: kool-80\n",
        "# altes Passwort: ***1\n# Kennwort=***2\n# mot de passe : ***3\na: 1 # wachtwoord: ***4\n",
    ),
    "comments that only mention passwords": (
        "# Passwort siehe Wiki\n# Passwortrichtlinie: https://wiki.example/x\n# le mot de passe est ailleurs\na: 1\n",
        "# Passwort siehe Wiki\n# Passwortrichtlinie: https://wiki.example/x\n# le mot de passe est ailleurs\na: 1\n",
    ),
    "anchor and tag": ("password: &pw !!str hunter2\n", "password: &pw !!str ***1\n"),
    "alias": ("a: &pw hunter2\npassword: *pw\n", "a: &pw ***1\npassword: *pw\n"),
    "alias of nothing": ("password: *hunter2\n", "password: ***1\n"),
    "number": ("password: 12345\n", "password: ***1\n"),
    "empty": ('password: ""\nb: 1\n', 'password: ""\nb: 1\n'),
    "nothing": ("password:\nb: 1\n", "password:\nb: 1\n"),
    "boolean": ("auth: true\n", "auth: true\n"),
    "on the next line": ("password:\n  hunter2\nb: 1\n", "password:\n  ***1\nb: 1\n"),
    "below a comment": ("password:\n# why\n  hunter2\n", "password:\n# why\n  ***1\n"),
    "block scalar": ("token: |\n  one\n  two: 2\n\n  three\nb: 1\n", "token: |\n  ***1\n  ***1\n\n  ***1\nb: 1\n"),
    "block scalar of nothing": ("token: |-\nb: 1\n", "token: |-\nb: 1\n"),
    "block scalar of a reference": ("token: |\n  ${X}\nb: 1\n", "token: |\n  ${X}\nb: 1\n"),
    "invalid YAML": ("password:\n  hunter2\n}\npassword: a b\n", "password:\n  ***2\n}\npassword: ***3\n"),
    "folded, stripped": ("token: >-\n  one\n  two\nb: 1\n", "token: >-\n  ***1\n  ***1\nb: 1\n"),
    "plain over lines": ("token: one\n  two\nb: 1\n", "token: ***1\n  ***1\nb: 1\n"),
    "quoted over lines": ('token: "one\n  two\n  three" # x\nb: 1\n', 'token: "***1\n  ***1\n  ***1" # x\nb: 1\n'),
    "list": ("passwords:\n- one\n- 'two'\nb: 1\n", "passwords:\n- ***1\n- '***2'\nb: 1\n"),
    "flow list": ("passwords: [one, two]\n", "passwords: [***1, ***2]\n"),
    "flow list over lines": ("passwords: [one,\n  two]\nb: 1\n", "passwords: [***1,\n  ***2]\nb: 1\n"),
    "flow mapping": ('a: {password: hunter2, b: 1, token: "x y"}\n', 'a: {password: ***1, b: 1, token: "***2"}\n'),
    "json": ('{"a": {"password":"hunter2"}}\n', '{"a": {"password":"***1"}}\n'),
    "container": (
        "secrets:\n  A: one\n  ref:\n    name: shown\n  B: |\n    two\nc: 1\n",
        "secrets:\n  A: ***1\n  ref:\n    name: shown\n  B: |\n    ***2\nc: 1\n",
    ),
    "container in flow": ("secrets: {A: one, name: shown}\n", "secrets: {A: ***1, name: shown}\n"),
    "env": ("- name: REDIS_PASSWORD\n  value: hunter2\n", "- name: REDIS_PASSWORD\n  value: ***1\n"),
    "env, value first": ("- value: hunter2\n  name: X_TOKEN\n", "- value: ***1\n  name: X_TOKEN\n"),
    "env with a comment": (
        "- name: 'X_TOKEN' # why\n# and why\n\n  value: hunter2\n",
        "- name: 'X_TOKEN' # why\n# and why\n\n  value: ***1\n",
    ),
    "env, block": ("- name: X_TOKEN\n  value: |-\n    one\n- a\n", "- name: X_TOKEN\n  value: |-\n    ***1\n- a\n"),
    "env in flow": ('[{name: X_TOKEN, value: "one"}]\n', '[{name: X_TOKEN, value: "***1"}]\n'),
    "env in flow over lines": (
        "- {\n    name: X_TOKEN,\n    value: one,\n  }\n",
        "- {\n    name: X_TOKEN,\n    value: ***1,\n  }\n",
    ),
    "env of another name": (
        "- name: X_TOKEN\n- name: SHOWN\n  value: shown\n",
        "- name: X_TOKEN\n- name: SHOWN\n  value: shown\n",
    ),
    "env from a Secret": (
        "- name: X_TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: shown\n      key: password\n",
        "- name: X_TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: shown\n      key: password\n",
    ),
    "env in a comment": ("# - name: X_TOKEN\n#   value: one\n", "# - name: X_TOKEN\n#   value: ***1\n"),
    "in a comment": ("#password: one\na: 1 # token: two\n", "#password: ***1\na: 1 # token: ***2\n"),
    "url": ("url: redis://user:hunter2@cache:6379/2\n", "url: redis://user:***1@cache:6379/2\n"),
    "url with a raw password": ("url: redis://:a/b#c@d@cache:6379/2\n", "url: redis://:***1@cache:6379/2\n"),
    "url with a quote in it": ("url: 'redis://:a\"b@cache/2'\n", "url: 'redis://:***1@cache/2'\n"),
    "url with a token": ("url: https://hunter2@github.com/x\n", "url: https://***1@github.com/x\n"),
    "url with a token for a user": ("a: https://one:@h/x https://two:x-oauth-basic@h\n", "a: https://***1:@h/x https://***2:x-oauth-basic@h\n"),
    "value of another item": (
        "- name: X_TOKEN\n  other: 1\n- other: 1\n  value: shown\n",
        "- name: X_TOKEN\n  other: 1\n- other: 1\n  value: shown\n",
    ),
    "name below another item's value": (
        "- a:\n    value: shown\n    deeper:\n      name: X_TOKEN\n- name: X_TOKEN\n",
        "- a:\n    value: shown\n    deeper:\n      name: X_TOKEN\n- name: X_TOKEN\n",
    ),
    "list without indent between name and value": (
        "- name: X_TOKEN\n  a:\n  - d\n  - e: 1\n  value: one\n",
        "- name: X_TOKEN\n  a:\n  - d\n  - e: 1\n  value: ***1\n",
    ),
    "value far below its name": (
        "- name: X_TOKEN\n  a:\n    b: 1\n    c:\n    - d\n  value: one\n",
        "- name: X_TOKEN\n  a:\n    b: 1\n    c:\n    - d\n  value: ***1\n",
    ),
    "url without credentials": ("url: redis://cache:6379/2?x=y@z\n", "url: redis://cache:6379/2?x=y@z\n"),
    "url with a reference": ("url: redis://:$(X_PASSWORD)@cache/2\n", "url: redis://:$(X_PASSWORD)@cache/2\n"),
    "two urls": ("a: redis://:one@h1/1,redis://:two@h2/2\n", "a: redis://:***1@h2/2\n"),
    "url's query": ("url: https://h/?a=1&api_key=one&b=2\n", "url: https://h/?a=1&api_key=***1&b=2\n"),
    "assignment": ("conninfo: host=h password=one user=u\n", "conninfo: host=h password=***1 user=u\n"),
    "shell": ("- X_TOKEN=one cmd --password two --x y\n", "- X_TOKEN=***1 cmd --password ***2 --x y\n"),
    "flag in a flow list": ('args: ["--requirepass", "one", "two"]\n', 'args: ["--requirepass", "***1", "two"]\n'),
    "flag in a list": ("args:\n- --requirepass\n- one\n- two\n", "args:\n- --requirepass\n- ***1\n- two\n"),
    "embedded": ("values: |\n  redis:\n    password: one\n", "values: |\n  redis:\n    password: ***1\n"),
    "private key": (
        "key: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIabc\n  -----END RSA PRIVATE KEY-----\nb: 1\n",
        "key: |\n  ***1\n  ***1\n  ***1\nb: 1\n",
    ),
    "tokens by shape": (f"a: ghp_{'a1' * 18}\nb: AKIA{'A1' * 8}\n", "a: ***1\nb: ***2\n"),
    "a private key that never ends": (
        "# -----BEGIN RSA PRIVATE KEY-----\n# MIIabc\n# why\na: 1 2\n",
        "# ***1\n# ***1\n# why\na: 1 2\n",
    ),
    "comments below a container": (
        "secrets:\n  ## ref: https://docs.example/x\n  # OLD: one\n  A: two\n",
        "secrets:\n  ## ref: https://docs.example/x\n  # OLD: ***1\n  A: ***2\n",
    ),
    "comment below a value": (
        "password: one\n  # shown\ntoken: |\n  # not shown\n",
        "password: ***1\n  # shown\ntoken: |\n  ***2\n",
    ),
    "variable of a shell": ("cmd: x --requirepass $PASS X_TOKEN=${Y}\n", "cmd: x --requirepass $PASS X_TOKEN=${Y}\n"),
    "byte order mark": ("\ufeffpassword: one\n", "\ufeffpassword: ***1\n"),
    "template": ("password: {{ .Values.x }}\n", "password: {{ .Values.x }}\n"),
    "names of Secrets": ("existingSecret: shown\npasswordKey: shown\n", "existingSecret: shown\npasswordKey: shown\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", YAML)
def test_lines_of_yaml(case: str) -> None:
    text, masked = YAML[case]
    assert _masked(text) == masked


@pytest.mark.parametrize("case", YAML)
def test_with_show_secrets_nothing_is_masked(case: str) -> None:
    text, _ = YAML[case]
    assert "\n".join(Mask(show_secrets=True).lines(text)) == text


VALUES: list[tuple[Value, Value]] = [
    ({"password": "one", "username": "u"}, {"password": "***1", "username": "u"}),
    ({"password": 12345, "auth": True, "token": None}, {"password": "***1", "auth": True, "token": None}),
    ({"auth": {"password": "one", "existingSecret": "s"}}, {"auth": {"password": "***1", "existingSecret": "s"}}),
    ({"passwords": ["one", "two", "one"]}, {"passwords": ["***1", "***2", "***1"]}),
    ([{"name": "X_TOKEN", "value": "one"}], [{"name": "X_TOKEN", "value": "***1"}]),
    ([{"name": "auth.password", "value": "one"}], [{"name": "auth.password", "value": "***1"}]),
    (
        [{"name": "X_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}}],
        [{"name": "X_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}}],
    ),
    ({"kind": "Secret", "data": {"a": "b25l"}}, {"kind": "Secret", "data": {"a": "***1"}}),
    ({"kind": "ConfigMap", "data": {"a": "shown"}}, {"kind": "ConfigMap", "data": {"a": "shown"}}),
    ({"secrets": {"A": "one", "name": "shown"}}, {"secrets": {"A": "***1", "name": "shown"}}),
    (["--requirepass", "one", "two"], ["--requirepass", "***1", "two"]),
    ("redis://u:a b@c@host:6379/2", "redis://u:***1@host:6379/2"),
    ("redis://:p%40ss@host/2", "redis://:***1@host/2"),
    ("redis://host:6379/2", "redis://host:6379/2"),
    ("# x\nredis:\n  password: one\n", "# x\nredis:\n  password: ***1\n"),
    ({"password": "$(X)"}, {"password": "$(X)"}),
]


@pytest.mark.parametrize(("value", "masked"), VALUES)
def test_values(value: Value, masked: Value) -> None:
    assert Mask().value(value) == masked
    assert Mask(show_secrets=True).value(value) is value


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("messaging.redis.password", "***1"),
        ("server.env.PREFECT_REDIS_MESSAGING_PASSWORD", "***1"),
        ("server.env.PREFECT_UI_SERVE_BASE", "one"),
        ("messaging.docket.existingSecret", "one"),
        ("passwords.mine", "one"),
    ],
)
def test_a_value_is_masked_by_its_path(path: str, masked: str) -> None:
    assert Mask().value("one", path) == masked


SENTENCES = [
    ("docket.url is 'redis://:one@h/2', which is not sound", "docket.url is 'redis://:***1@h/2', which is not sound"),
    ('server.env.X_PASSWORD is "one two"; remove it?', 'server.env.X_PASSWORD is "***1"; remove it?'),
    ("API_TOKEN=one is not used", "API_TOKEN=***1 is not used"),
    # Words of the program's messages are not secrets.
    ("redis[s]://[USER:PASSWORD@]HOST:PORT/DATABASE", "redis[s]://[USER:PASSWORD@]HOST:PORT/DATABASE"),
    ("redis://USER:PASSWORD@HOST:6379/2", "redis://USER:PASSWORD@HOST:6379/2"),
    ("--docket-secret NAME[:KEY] or --docket-url", "--docket-secret NAME[:KEY] or --docket-url"),
    ("--answer docket-password=reference", "--answer docket-password=reference"),
    ("X_PASSWORD is set by valueFrom", "X_PASSWORD is set by valueFrom"),
    ("X_PASSWORD is missing", "X_PASSWORD is missing"),
    ("the URL holds $(PREFECT_REDIS_MESSAGING_PASSWORD)", "the URL holds $(PREFECT_REDIS_MESSAGING_PASSWORD)"),
    ("me:one@h/2 is no URL, nor is image:tag@sha256:0", "me:***1@h/2 is no URL, nor is image:tag@sha256:0"),
    (
        "an unencoded @, / or #: percent-encode the password (%40)",
        "an unencoded @, / or #: percent-encode the password (%40)",
    ),
]


@pytest.mark.parametrize(("text", "masked"), SENTENCES)
def test_sentences(text: str, masked: str) -> None:
    assert Mask().text(text) == masked


def test_a_secret_has_the_same_mask_everywhere() -> None:
    mask = Mask()
    assert mask.value({"password": "p@ss-1", "token": "other-2"}) == {"password": "***1", "token": "***2"}
    assert mask.lines("password: p@ss-1") == ["password: ***1"]
    assert mask.lines("url: redis://:p%40ss-1@h/2") == ["url: redis://:***1@h/2"]
    assert mask.text("found p@ss-1 and p%40ss-1 and other-2") == "found ***1 and ***1 and ***2"


def test_a_password_that_is_also_an_ordinary_value_stays_readable() -> None:
    values: Value = {"password": "canary", "image": "canary", "other": {"token": "hunter"}, "strong": "hunter2-canary"}
    report = Report("plan", (FileReport("v", "pending", values_before=values),))
    mask = Mask()
    mask.learn(report)
    assert mask.text("the canary image, hunter, hunters") == "the canary image, ***2, hunters"


def test_words_of_the_programs_messages_stay_readable() -> None:
    mask = Mask()
    mask.value([{"name": "X_PASSWORD", "value": "password"}])
    assert mask.text("the password of the messaging Redis") == "the password of the messaging Redis"


def test_a_strong_secret_is_masked_under_any_name() -> None:
    report = Report("plan", (FileReport("v", "pending", values_before={"password": "S3cr3t!x", "note": "S3cr3t!x"}),))
    mask = Mask()
    mask.learn(report)
    assert mask.value({"note": "see S3cr3t!x"}) == {"note": "see ***1"}


@pytest.mark.parametrize(
    ("question", "answer", "masked"),
    [
        ("docket-url", "redis://:one@h/2", "redis://:***1@h/2"),
        ("redis-password", "one", "***1"),
        ("docket-secret", "my-secret", "my-secret"),
        ("redis-db", "2", "2"),
        ("redis-db", None, None),
    ],
)
def test_answers(question: str, answer: str | None, masked: str | None) -> None:
    assert Mask().answer(question, answer) == masked


def test_an_answer_from_a_list_of_choices_is_not_masked() -> None:
    assert Mask().answer("docket-password", "reference", (("reference", ""),)) == "reference"


def test_conceal_masks_every_text_field_of_a_report() -> None:
    path, text = "https:/user:CANARY1@host/a.yaml", "postgres://u:CANARY2@h/d"
    entry: Value = {"name": "DB_PASSWORD", "value": "CANARY3"}
    layer, change = (
        LayerReport(path, b"", b""),
        ChangeReport("1", "m", "s", "add", "a", path, 1, None, text, text, "none"),
    )
    cause = Explanation("chart", text=text)
    question = QuestionReport(
        "docket-url",
        text,
        (("a", text),),
        text,
        text,
        "--docket-url",
        text,
        True,
        places=((path, 1),),
        where=f"{path}:2",
    )
    report = FileReport(
        path,
        "migrated",
        layers=(layer,),
        evidence=(text,),
        changes=(change,),
        questions=(question,),
        notices=(NoticeReport("info", text, path, 1),),
        findings=(Finding("r", "error", path, 1, text, text, commands=(text,)),),
        documents=(DocumentReport(path, 0, None, None),),
        steps=(StepReport("m", "s", "t", (layer,)),),
        next_steps=(NextStep(text),),
        backups=(path,),
        output=path,
        cluster=ClusterReport("old", "new", "r", "n", (ClusterChange("Pod a", "env", "add", None, entry, cause),)),
        error=text,
    )
    assert "CANARY" not in repr(Mask().conceal(Report("migrate", (report,), error=text)))


@pytest.mark.parametrize(("other", "shown"), [("other", "***2:6379"), ("cache.ours", "cache.ours:6379")])
def test_the_host_of_a_hidden_answer_is_masked_unless_the_values_have_it(other: str, shown: str) -> None:
    question = QuestionReport("docket-url", "", (), None, None, "", "redis://cache.ours:6379/7", True, hidden=True)
    notice = NoticeReport("warning", "cache.ours:6379", "", 0)
    file = FileReport("a", "pending", questions=(question,), notices=(notice,), values_before={"host": other})
    (concealed,) = Mask().conceal(Report("plan", (file,))).files
    assert (concealed.questions[0].answer, concealed.notices[0].text) == ("***1", shown)


def test_a_secret_that_a_later_notice_reveals_is_masked_in_earlier_ones() -> None:
    notices = (NoticeReport("info", "the log says Zx81-qL9", "", 0), NoticeReport("info", "redis://:Zx81-qL9@h", "", 0))
    concealed = Mask().conceal(Report("plan", (FileReport("a", "current", notices=notices),)))
    assert "Zx81" not in repr(concealed)


def test_visible() -> None:
    assert visible("a\x1b[2J\r\n\t\x9b\u202e\u2028\ufeff\udcff\U000e0001é→") == (
        "a\\x1b[2J\\r\\n\\t\\x9b\\u202e\\u2028\\ufeff\\udcff\\U000e0001é→"
    )
    assert visible("…/N – “é”", ascii_only=True) == '.../N - "\\xe9"'


CANARY = "c4n4ry-S3cret"
BEFORE = f"""\
postgresql:
  auth:
    password: {CANARY}-1
    connectionString: "host=db user=u {CANARY}-2"
redis:
  authString: {CANARY}-3
messaging:
  redis:
    password: '{CANARY}-4'
    host: cache
  docket:
    url: redis://user:{CANARY}-5@cache:6379/2
server:
  env:
    - name: PREFECT_REDIS_MESSAGING_PASSWORD
      value: {CANARY}-6
    - name: PREFECT_API_KEY
      value: "{CANARY}-7"
    - name: MARKER
      value: "1"
    - name: INFRAHUB_INITIAL_ADMIN_TOKEN
      value: |-
        {CANARY}-8
    - {{name: INFRAHUB_SECURITY_SECRET_KEY, value: {CANARY}-9}}
  args: ["--requirepass", "{CANARY}-10"]
  # password: {CANARY}-11
"""
AFTER = BEFORE.replace("-5@", "-12@").replace('value: "1"', 'value: "2"').replace(f"{CANARY}-8", f"{CANARY}-13")


def _values(last: str, marker: str, token: str) -> Value:
    return {
        "postgresql": {"auth": {"password": f"{CANARY}-1", "connectionString": f"host=db user=u {CANARY}-2"}},
        "redis": {"authString": f"{CANARY}-3"},
        "messaging": {
            "redis": {"password": f"{CANARY}-4", "host": "cache"},
            "docket": {"url": f"redis://user:{last}@cache:6379/2"},
        },
        "server": {
            "env": [
                {"name": "PREFECT_REDIS_MESSAGING_PASSWORD", "value": f"{CANARY}-6"},
                {"name": "PREFECT_API_KEY", "value": f"{CANARY}-7"},
                {"name": "MARKER", "value": marker},
                {"name": "INFRAHUB_INITIAL_ADMIN_TOKEN", "value": token},
                {"name": "INFRAHUB_SECURITY_SECRET_KEY", "value": f"{CANARY}-9"},
            ],
            "args": ["--requirepass", f"{CANARY}-10"],
        },
    }


def _change(path: str, before: Value, after: Value) -> ChangeReport:
    why = f"{path} is {json.dumps(before)}"
    return ChangeReport(path, "m", "s", "replace", path, "values.yaml", 3, before, after, why, "required")


def _report_with_secrets() -> Report:
    """Credentials in every position, and in every sentence that could quote one."""
    url = f"redis://user:{CANARY}-12@cache:6379/2"
    sentence = f"messaging.redis.password is {CANARY}-4, {url} and {CANARY}-1"
    return Report(
        "plan",
        (
            FileReport(
                path="values.yaml",
                status="needs-decision",
                layers=(LayerReport("values.yaml", BEFORE.encode(), AFTER.encode()),),
                evidence=(sentence,),
                migrations=(("m", "title"),),
                changes=(
                    _change("messaging.docket.url", f"redis://user:{CANARY}-5@cache:6379/2", url),
                    _change("messaging.redis.password", f"{CANARY}-4", None),
                    _change("messaging.redis", None, {"password": f"{CANARY}-4"}),
                    _change(
                        "server.env.PREFECT_API_KEY", f"{CANARY}-7", {"valueFrom": {"secretKeyRef": {"name": "s"}}}
                    ),
                    _change("server.env", None, [{"name": "PREFECT_API_KEY", "value": f"{CANARY}-7"}]),
                ),
                questions=(
                    QuestionReport("docket-url", sentence, ((url, sentence),), None, url, "--docket-url", None, False),
                    QuestionReport("docket-url", sentence, (), None, url, "--docket-url", None, False),
                    QuestionReport("docket-url", sentence, (), url, None, "--docket-url", url, True),
                ),
                notices=(NoticeReport("warning", sentence, "values.yaml", 3),),
                findings=(Finding("rule", "error", "values.yaml", 3, sentence, sentence),),
                values_before=_values(f"{CANARY}-5", "1", f"{CANARY}-8"),
                values_after=_values(f"{CANARY}-12", "2", f"{CANARY}-13"),
                error=sentence,
            ),
        ),
    )


FORMATS: dict[str, Callable[[Report, Mask], str]] = {
    "plan": lambda report, mask: "".join(plan(report, Page(), mask=mask, verbose=True)),
    "check": lambda report, mask: text_check.check(report, Page(0), mask=mask),
    "outcome": lambda report, mask: outcome(report, Page(), mask=mask),
    "unified": lambda report, mask: unified.diff(report, mask=mask).decode(),
    "structural": lambda report, mask: structural.diff(report, mask=mask, colour=False),
    "json": lambda report, mask: json_format.dumps(report, mask=mask),
    "markdown": lambda report, mask: markdown.diff(report, mask=mask),
}


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_shows_a_secret(name: str) -> None:
    shown = FORMATS[name](_report_with_secrets(), Mask())
    assert CANARY not in shown
    assert "***" in shown


@pytest.mark.parametrize("name", FORMATS)
def test_show_secrets_shows_secrets_in_every_format(name: str) -> None:
    shown = FORMATS[name](_report_with_secrets(), Mask(show_secrets=True))
    assert CANARY in shown
    assert "***" not in shown


@pytest.mark.parametrize("name", ["unified", "structural"])
def test_a_changed_secret_shows_as_changed(name: str) -> None:
    shown = FORMATS[name](_report_with_secrets(), Mask())
    marks = [line.split("user:")[1:] for line in shown.splitlines() if "user:" in line and "host=" not in line]
    seen = [part.split("@")[0] for parts in marks for part in parts]
    assert len(set(seen)) == 2, shown


@examples(150)
@given(secret=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=6, max_size=20))
def test_no_strong_secret_in_values_is_shown(secret: str) -> None:
    """Quoted in JSON, which is YAML: under a credential's key, in an env entry, in a URL."""
    secret = f"9{secret}A"
    assert not is_harmless(secret)
    assert not is_weak(secret)
    values: Value = {
        "a": {"password": secret},
        "env": [{"name": "X_TOKEN", "value": secret}],
        "url": f"redis://:{quote(secret, safe='')}@h/2",
        "note": f"it is {secret}",
    }
    text = json.dumps(values, ensure_ascii=False, indent=1)
    masked = json.dumps(Mask().value(values), ensure_ascii=False)
    report = Report(
        "diff", (FileReport("v", "pending", layers=(LayerReport("v", text.encode(), b""),), values_before=values),)
    )
    for shown in (masked, unified.diff(report, mask=Mask()).decode()):
        assert json.dumps(secret, ensure_ascii=False)[1:-1] not in shown
        assert quote(secret, safe="") not in shown


FRAGMENTS = (
    "a", "b: ", "- ", "#", "# ", "\n", "\r\n", "\r", "\x85", "\u2028", " ", "    ", "|", "|2", "|+", ">\n", "'", '"',
    "{", "}", "[", "]", ",", "password: ", "token:", "hunter2-long", "\t", "&a ", "*a", "!!str ", "? ", "---\n", "<<: ",
    "\\", "\ufeff", "redis://u:p@h/2", "name: X_TOKEN", "value: ", "-----BEGIN RSA PRIVATE KEY-----", "secrets:\n  ",
)  # fmt: skip


@examples(600)
@given(
    parts=st.lists(st.sampled_from(FRAGMENTS) | st.sampled_from([text for text, _ in YAML.values()]), max_size=20),
    around=st.sampled_from(["{}", "# {}", "x: |\n  {}"]),
)
def test_masking_keeps_the_number_of_lines(parts: list[str], around: str) -> None:
    head, _, _ = around.partition("{")
    text = head + "".join(parts).replace("\n", "\n" + head.rpartition("\n")[2])
    mask = Mask()
    for _ in "12":  # the second time with the secrets found the first time
        assert len(mask.lines(text)) == text.count("\n") + 1
    assert Mask(show_secrets=True).lines(text) == text.split("\n")
