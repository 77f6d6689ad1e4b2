"""The HTML page, read as text: it tells a reviewer what to know, and nothing from a file becomes markup."""

from __future__ import annotations

import base64
import hashlib
import html as escapes
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.report import html
from migrator.report.mask import Mask, visible
from migrator.report.queue_records import Database, QueuesReport
from migrator.report.records import FileReport, NoticeReport, Report
from migrator.report.result_records import LayerReport, NextStep, StepReport
from tests.examples import examples

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}",
    '"><b>',
    "' onclick='x",
    "{{ 7*7 }}{% raw %}",
    "<!-- --><![CDATA[",
    "</details></main>",
    "&lt;b&gt; &amp;",
    "javascript:alert(1)",
    "</title></svg></desc>",
]
QUEUES = QueuesReport(
    2,
    3,
    "cache:6379, database 2",
    Database("cache:6379", "2", "the docket"),
    (Database("cache:6379", "1", "messaging"),),
)


class _Tags(HTMLParser):
    """Collects every tag with its attributes' names and every text, and checks that each element is closed."""

    VOID = ("meta", "input", "rect", "path", "br")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _read(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    tags.close()
    assert not tags.open
    return tags


def _text(page: str) -> str:
    return " ".join(" ".join(_read(page).texts).split())


def _whole(file: FileReport) -> FileReport:
    """The release with its steps, the diagram of the queues, and next steps."""
    (layer,) = file.layers
    middle = layer.before.replace(
        b'        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n          value: "false"\n', b""
    )
    steps = (
        StepReport("v4_14_0_prefect_docket", "toggles", "remove the service toggles", (layer._replace(after=middle),)),
        StepReport(
            "v4_14_0_prefect_docket", "docket", "give both deployments one docket", (layer._replace(before=middle),)
        ),
    )
    following = (NextStep("Write it:"), NextStep("infrahub-migrator migrate values.yaml", True))
    return file._replace(steps=steps, queues=QUEUES, next_steps=following)


def _page(*files: FileReport, mask: Mask | None = None) -> str:
    return html.page(Report("diff", files), mask=mask or Mask())


def test_the_page_answers_what_a_reviewer_asks(file: FileReport) -> None:
    text = _text(_page(_whole(file)))
    for expected in (
        "1 release: 1 pending. 2 changes: 1 is required, 1 leaves behaviour as it is.",
        "infrahub-enterprise 4.13.0-small -> 4.14.1-small",
        "What changes Remove the service toggles: 1 change (leaving behaviour as it is). "
        "Give both deployments one docket: 1 change (required).",
        "What restarts The Prefect API server and the Prefect background services, whose pods",
        "event-logger = remove, by the safe default, without asking.",
        "redis-db = 2, by the flag --redis-db.",
        "What to look at first 2 warnings, under Notices.",
        "warning values.yaml:9 WEB_CONCURRENCY stands once.",
        "What to do next Write it: infrahub-migrator migrate values.yaml",
        "Two replicas, Prefect 3.6.13",
        "3 background replicas and 2 API servers on one docket: cache:6379, database 2.",
    ):
        assert expected in text, expected


def test_line_numbers_are_those_of_the_original_file(file: FileReport) -> None:
    """The record of a migration says "before"; an addition has no line of its own, hence "at line"."""
    lines = r"(?:at )?line \d+ (?:now|before)"
    assert re.findall(lines, _text(_page(_whole(file)))) == ["line 7 now", "at line 12 now"]
    done = _text(html.page(Report("migrate", (_whole(file),)), mask=Mask()))
    assert re.findall(lines, done) == ["line 7 before", "at line 12 before"]


def test_a_finding_has_its_rule_id_and_is_a_sentence(file: FileReport) -> None:
    finding = file.findings[0]._replace(text="it shares a database")
    text = _text(_page(file._replace(findings=(finding,))))
    assert "warning values.yaml:12 docket-url it shares a database. Choose another." in text


def test_a_decision_says_who_made_it(file: FileReport) -> None:
    first, second = file.questions
    questions = (first._replace(by="answers file", where="answers.yaml:4"), second._replace(by="person"))
    text = _text(_page(file._replace(questions=questions)))
    assert "redis-db 2 by the answers file at answers.yaml:4" in text
    assert "event-logger remove by a person at the terminal" in text


@pytest.mark.parametrize(
    ("name", "flags", "named"),
    [
        ("docket-url", "--docket-url or --docket-secret NAME[:KEY]", "--docket-url"),
        ("docket-secret", "--docket-secret NAME[:KEY] or --docket-url", "--docket-secret"),
        (
            "docket-password",
            "--docket-secret NAME[:KEY] or --answer docket-password=reference",
            "--answer docket-password",
        ),
        ("messaging-redis.db", "--answer messaging-redis.db=VALUE", "--answer messaging-redis.db"),
        ("custom-toggles.server.triggers", "--custom-toggles", "--custom-toggles"),
    ],
)
def test_a_decision_names_only_the_flag_that_made_it(file: FileReport, name: str, flags: str, named: str) -> None:
    question = file.questions[0]._replace(id=name, flag=flags)
    assert f"by the flag {named}." in _text(_page(file._replace(questions=(question,))))


def test_an_open_decision_names_its_flag(needs_decision: FileReport) -> None:
    text = _text(_page(needs_decision))
    assert "What is to be decided 1 decision missing: answer with --redis-db." in text
    assert "redis-db to be decided with --redis-db" in text


def test_open_decisions_say_that_more_changes_can_follow(file: FileReport, needs_decision: FileReport) -> None:
    assert "behaviour as it is). More can follow from open decisions." in _text(_page(needs_decision))
    nothing = needs_decision._replace(changes=(), steps=())
    assert "What changes Nothing yet; more can follow from open decisions." in _text(_page(nothing))
    assert "can follow" not in _text(_page(file))


def test_errors_and_warnings_are_counted_separately_and_linked(file: FileReport) -> None:
    notices = (NoticeReport("error", "Wrong.", "values.yaml", 1), *file.notices)
    page = _page(file._replace(notices=notices))
    assert '<dd><a href="#r1-notices">1 error and 2 warnings, under Notices.</a></dd>' in page
    assert '<h3 id="r1-notices">Notices</h3>' in page
    assert "under Notices" not in _page(file._replace(notices=(), findings=()))


def test_a_later_step_says_that_its_diff_starts_from_earlier_steps(file: FileReport) -> None:
    toggles, docket = _page(_whole(file)).split('<div class="step ')[1:]
    assert "from what the steps before leave" in docket and "from what the steps before leave" not in toggles


def test_the_index_says_why_a_release_is_refused(file: FileReport) -> None:
    refused = FileReport("secrets.yaml", "refused", error="secrets.yaml: is encrypted by SOPS.")
    assert "refused</span></td><td></td><td>0</td><td>is encrypted by SOPS.</td>" in _page(file, refused)


def test_the_choices_of_a_password_question_are_not_masked(needs_decision: FileReport) -> None:
    (question,) = (each for each in needs_decision.questions if each.answer is None)
    asked = question._replace(id="messaging-redis.password", choices=(("messaging", "a"), ("env", "b")))
    step = NextStep("add --answer messaging-redis.password=messaging|env to it, and not --password=hunter22")
    text = _text(_page(needs_decision._replace(questions=(asked,), next_steps=(step,))))
    assert "add --answer messaging-redis.password=messaging|env to it" in text and "hunter22" not in text


def test_each_step_shows_its_own_lines(file: FileReport) -> None:
    page = _page(_whole(file))
    toggles, docket = page.split('<div class="step ')[1:]
    assert "<del>        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED</del>" in toggles and "<ins>" not in toggles
    assert "<ins>          url: redis://cache:6379/2</ins>" in docket and "<del>" not in docket


def test_the_content_security_policy_allows_only_the_inline_style(file: FileReport) -> None:
    page = _page(_whole(file))
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert escapes.unescape(policy) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style and "@import" not in style


def test_the_page_has_no_script_and_loads_nothing(file: FileReport) -> None:
    read = _read(_page(_whole(file)))
    assert not {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "object", "base"}
    names = {name for name, _ in read.attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "style", "srcset", "action")}
    links = {value for name, value in read.attributes if name in ("href", "xlink:href")}
    ids = {value for name, value in read.attributes if name == "id"}
    assert links and {link[1:] for link in links} <= ids


def test_element_ids_are_unique(file: FileReport) -> None:
    whole = _whole(file)
    ids = [value for name, value in _read(_page(whole, whole)).attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_the_same_report_gives_the_same_page(file: FileReport) -> None:
    assert _page(_whole(file)) == _page(_whole(file))


def _everywhere(text: str, file: FileReport) -> FileReport:
    line = f"a: {text}\n".encode()
    layers = (LayerReport(text, line + b"b: 1\n", line + b"b: 2\n"),)
    change = file.changes[1]._replace(before=text, after={"key": text}, path=text, why=text, kind="replace", file=text)
    question = file.questions[1]._replace(text=text, answer=text, choices=((text, text),), flag=text)
    database = Database(text, text, text)
    return file._replace(
        path=text, chart=text, version_from=text, flavour=text, evidence=(text,), layers=layers, error=text,
        changes=(change,), questions=(question,), migrations=((file.changes[1].migration, text),),
        notices=(NoticeReport("warning", text, text, 3),), next_steps=(NextStep(text), NextStep(text, True)),
        steps=(StepReport(change.migration, change.step, text, layers),),
        queues=QueuesReport(1, 9, text, database, (database,)),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_a_file_is_markup(text: str, file: FileReport) -> None:
    hostile, harmless = (_read(_page(_everywhere(each, file))) for each in (text, "harmless"))
    assert hostile.tags == harmless.tags
    assert sum(text in each for each in hostile.texts) >= 16


@examples(60)
@given(text=st.text(st.sampled_from("ab1 <>&\"'/\\{}%#;:=-!\x1b\u202e\u200b\n\t"), min_size=1, max_size=12))
def test_arbitrary_text_is_never_markup(text: str) -> None:
    def tags(inserted: str) -> _Tags:
        notices = (NoticeReport("info", f"x{inserted}x", f"x{inserted}", 3),)
        layer = LayerReport("v", f"x: {inserted}".encode(), b"x: 1")
        step = StepReport("m", "s", inserted, (layer,))
        file = FileReport(f"x{inserted}", "pending", notices=notices, layers=(layer,), steps=(step,))
        return _read(_page(file, mask=Mask(show_secrets=True)))  # random text can look like a credential

    read = tags(text)
    assert [tag for tag in read.tags if tag[0] != "div"] == [tag for tag in tags("harmless").tags if tag[0] != "div"]
    assert visible(f"x{text}x") in "".join(read.texts)


def test_invisible_characters_are_shown_as_escapes(file: FileReport) -> None:
    page = _page(_everywhere("\u202egpj.exe\x1b[2J\u200b\x00", file))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", page)
    assert "\\u202egpj.exe\\x1b[2J" in page


def test_credentials_are_masked_and_the_page_says_so(file: FileReport) -> None:
    layer = LayerReport("values.yaml", b"password: hunter22\na: 1\n", b"password: hunter23\na: 1\n")
    secret = _whole(file)._replace(
        layers=(layer,),
        steps=(StepReport("v4_14_0_prefect_docket", "docket", "x", (layer,)),),
        values_before={"password": "hunter22"},
        values_after={"password": "hunter23"},
    )
    page = _page(secret)
    assert "hunter2" not in page and "Credentials are masked" in page
    assert "hunter22" in _page(secret, mask=Mask(show_secrets=True))


def test_a_thousand_releases_stay_below_ten_megabytes(cli: Any, tmp_path: Path) -> None:
    """Each release has a host of its own, so that no two are alike."""
    example = cli("example").stdout
    for number in range(30):
        (tmp_path / f"{number:02}.yaml").write_bytes(example.replace(b"infrahub-cache-master", b"cache-%02d" % number))
    done = cli("diff", ".", "--redis-db", "2", "--format", "html", "--skip-unrelated")
    assert done.returncode == 0, done.stderr
    page = done.stdout.decode()
    one = len(page[page.index('<div id="r11"') : page.index('<div id="r12"')].encode())
    assert 1000 * (one + 600) < 10_000_000  # a row of the table, and what surrounds each release
    assert page.count('<figure class="queues">') == 1
    assert "30 releases" in page and "Give each Prefect installation its own Redis database" in page


def test_a_refused_release_is_on_the_page(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("infrahub: [\n")
    done = cli("diff", "bad.yaml", "--format", "html")
    assert done.returncode == 2
    assert "1 release: 1 refused." in _text(done.stdout.decode())
    assert "What is wrong line 2:" in _text(done.stdout.decode())


def test_the_page_is_utf_8_whatever_the_locale(cli: Any, process: Any, tmp_path: Path) -> None:
    (tmp_path / "größer.yaml").write_bytes(cli("example").stdout)
    command = ("diff", "größer.yaml", "--redis-db", "2", "--format", "html")
    done = process(*command, PYTHONIOENCODING="ascii", LC_ALL="C.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "<h2>größer.yaml</h2>" in done.stdout.decode("utf-8")


def test_a_notice_of_many_releases_is_shown_once_with_its_severity(file: FileReport) -> None:
    page = _page(
        *(file._replace(path=f"{number}.yaml") for number in range(30)), file._replace(notices=(), findings=())
    )
    (many,) = re.findall(r'<h2 id="many">.*?</section>', page, re.DOTALL)
    assert re.findall(r'<li class="(\w+)"><strong>(.*?)</strong> (\w+)', many) == [
        ("warning", "30 releases: warning", "WEB_CONCURRENCY"),
        ("warning", "30 releases: warning", "It"),
        ("info", "30 releases", "Upgrade"),
    ]
    assert page.count("WEB_CONCURRENCY stands once.") == 1
