"""Hostile input for whole runs: damaged real files, values of the wrong type, text that only looks like YAML, and bytes
that are not text.

Everything is drawn from one random generator, so that an input can be generated again from its number.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from migrator import yamltext
from migrator.charts.example import EXAMPLE_FLAVOURS, values
from migrator.values.edits import Value
from tests.fuzz.hostile_objects import in_object
from tests.fuzz.hostile_values import mutated, slim, text_of

LARGEST_SEED = 4_000
"""Bytes: larger files of the corpus take long to run and have nothing that the smaller ones lack."""

METACHARACTERS = (
    b"*", b"&a ", b"&x", b"!!python/object/apply:os.system ", b"!!set ", b"!", b"|", b">", b"|-\n",
    b"%YAML 1.1\n---\n", b"---\n", b"...\n", b"\n---\n", b"? ", b"- ", b": ", b":", b"#", b" #", b"{", b"}", b"[",
    b"]", b",", b"'", b'"', b"<<: *a\n", b"<<: ", b"@", b"`", b"\t", b"\r", b"\r\n", b"\x00", b"\x1b[2J",
    b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff\xfe", b"\xed\xa0\x80", b"{{ .Values.x }}", b"${VAR}",
    b"$(X)", b"=", b"~", b"\\", b"%", b"\xe2\x80\xae", b"\xf0\x9f\x92\xa9", b"\n", b"\n\n", b"  ", b" ",
)  # fmt: skip
NASTY = (
    b"", b"null", b"~", b"[]", b"{}", b"true", b"'true'", b"on", b"0", b"-1", b"1e999", b".inf", b".nan", b"0x7F",
    b"010", b"1_000", b"2001-12-14", b"12:30:45", b"99999999999999999999999", b"=", b"<<", b"*missing", b"&a",
    b"!x y", b"|", b">-", b'"', b"'", b'"\\x1b[31m"', b'"\\u202e"', b'"\\ud800"', b'"a\\nb"', b"[null]", b"[[]]",
    b"[{}]", b"{a: }", b"{? a}", b"- x", b"a: b", b"redis://u:p@h:6379/2", b"redis://h:x/2", b"redis://[::1/2",
    b"redis://h/\xd9\xa2", b"rediss://h", b"REDIS://h:6379/2?db=5", b"redis://%zz:@h/2", b"memory://",
    b"{{ include \"x\" . }}", b"${X:-y}", b"<host>", b"ref+vault://x#y",
    b"ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]", b"example-infrahub-cache-master", b"\xc3\xa9", b"\xff",
    b"x" * 3000, b"\xd9\xa2", b"6379.0", b"'6379'", b" 2 ", b"'  '", b"4.13.0-medium", b"medium", b"v0.0.0",
    b"1.2.3-1", b"[a, b",
)  # fmt: skip
SCRAPS = (
    "infrahub:", "prefect-server:", "server:", "backgroundServices:", "env:", "- name:", "value:", "valueFrom:",
    "messaging:", "redis:", "host:", "docket:", "url:", "global:", "prefect:", "configPreset:", "args:", "enabled:",
    "existingSecret:", "PREFECT__SERVER_WEBSERVER_ONLY", "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
    "PREFECT_REDIS_MESSAGING_URL", "&a", "*a", "runAsSeparateDeployment:", "secretKeyRef:", "apiVersion:", "kind:",
    "HelmRelease", "spec:", "values:", "|", ">-", "true", "false", "'", '"', "{", "}", "[", "]", ",", "#", "- ",
    "? ", ": ", "<<:", "---", "...", "%", "!!int", "!", "\t", "\u00e9", "null", "~", "0", "redis://h:6379/2", "\\",
    "\u0085", "\u2028", "\ufeff", "\x07", "1:30", "medium", "image:", "repository:",
)  # fmt: skip


class Input(NamedTuple):
    """Files by name, the kind of input, and whether the files are layers of one release."""

    files: dict[str, bytes]
    how: str
    layered: bool = False


class Seeds(NamedTuple):
    """What is damaged: texts with Prefect values, their data, and texts of other projects to take lines from."""

    texts: tuple[bytes, ...]
    data: tuple[Value, ...]
    foreign: tuple[bytes, ...]


BARE = """\
server:
  env: &shared
    - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
      value: "true"
    - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis}
    - name: PREFECT_SERVER_DOCKET_URL
      valueFrom: {secretKeyRef: {name: docket, key: url}}
backgroundServices:
  runAsSeparateDeployment: true
  env: *shared
  messaging:
    redis: {host: redis, password: c4n4ry-S3cret}
redis:
  enabled: false
"""


def seeds(corpus: Path | None) -> Seeds:
    """The samples of the program, and the files of the corpus if there is one."""
    own = [values(flavour).encode() for flavour in EXAMPLE_FLAVOURS] + [BARE.encode()]
    real = sorted(path for part in ("presets", "real") for path in (corpus / part).rglob("*.yaml")) if corpus else []
    wild = sorted((corpus / "wild").glob("*.yaml")) if corpus else []
    texts = own + [path.read_bytes() for path in real]
    data = [yamltext.parse(text).documents[0].data for text in texts]
    foreign = [text for path in wild if len(text := path.read_bytes()) <= LARGEST_SEED]
    plain = [each for each in data if not isinstance(each, dict) or "kind" not in each]
    return Seeds(tuple(texts), tuple(plain), tuple(foreign or texts))


def draw(rng: random.Random, seed: Seeds) -> Input:
    """One input: mostly values that a customer might have, with some or much damage."""
    how, make = rng.choices(tuple(KINDS.items()), WEIGHTS)[0]
    made = make(rng, seed)
    if isinstance(made, Input):
        return made._replace(how=how)
    return Input({"values.yaml": made}, how)


def damaged(rng: random.Random, seed: Seeds) -> bytes:
    """A real text with bytes, words or lines of it changed in a few places."""
    return _damage(rng, rng.choice(seed.texts), seed)


def _damage(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        text = rng.choice(DAMAGES)(rng, text, seed)
    return text


def _flip(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    if not text:
        return text
    place = rng.randrange(len(text))
    new = bytes([rng.choice((text[place] ^ 1 << rng.randrange(8), rng.randrange(256)))])
    return text[:place] + new + text[place + 1 :]


def _cut(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    start = rng.randrange(len(text) + 1)
    return text[:start] + text[start + rng.choice((1, 2, 5, 40, len(text))) :]


def _insert(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(METACHARACTERS) + text[place:]


def _lines(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    """Lines swapped, left out, duplicated, moved, indented differently, or taken from another file."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    many = rng.choice((1, 1, 2, 5, 12))
    how = rng.randrange(7)
    if how == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif how == 1:
        del lines[one : one + many]
    elif how == 2:
        lines[other:other] = lines[one : one + many]
    elif how == 3:
        lines[one : one + many] = [b" " * rng.choice((1, 2, 4)) + line for line in lines[one : one + many]]
    elif how == 4:
        lines[one : one + many] = [line[rng.choice((1, 2)) :] for line in lines[one : one + many]]
    else:
        source = rng.choice(seed.foreign if how == 5 else seed.texts).splitlines(keepends=True) or [b""]
        start = rng.randrange(len(source))
        lines[one:one] = source[start : start + many]
    return b"".join(lines)


def _replace_value(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    """The text after a colon or a dash becomes something nasty."""
    lines = text.splitlines(keepends=True)
    holding = [number for number, line in enumerate(lines) if b":" in line or b"- " in line]
    if not holding:
        return text
    number = rng.choice(holding)
    sign = b":" if b":" in lines[number] else b"-"
    head, _, _ = lines[number].partition(sign)
    lines[number] = head + sign + b" " + rng.choice(NASTY) + b"\n"
    return b"".join(lines)


def _rename_key(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    """A word of this file, or a nasty one, in place of another."""
    words = [word for word in text.split() if word.strip(b":-{}[],'\"")]
    if not words:
        return text
    word = rng.choice(words)
    return text.replace(word, rng.choice((rng.choice(words), rng.choice(NASTY), word * 2)), rng.choice((1, 1, -1)))


def _endings(rng: random.Random, text: bytes, seed: Seeds) -> bytes:
    """Other line ends, a byte-order mark, no final line end, another encoding."""
    how = rng.randrange(7)
    if how < 3:
        return text.replace(b"\n", (b"\r\n", b"\r", b"\xe2\x80\xa8")[how])
    if how == 3:
        return b"\xef\xbb\xbf" + text
    if how == 4:
        return text.rstrip()
    return text.decode("latin-1").encode("utf-16" if how == 5 else "utf-8")


DAMAGES: tuple[Callable[[random.Random, bytes, Seeds], bytes], ...] = (
    _flip, _cut, _insert, _insert, _lines, _lines, _lines, _replace_value, _replace_value, _replace_value,
    _rename_key, _rename_key, _endings,
)  # fmt: skip


def wrong_kinds(rng: random.Random, seed: Seeds) -> bytes:
    """Valid YAML with changed data: keys renamed, values of the wrong type, env entries duplicated or emptied."""
    return text_of(rng, mutated(rng, slim(rng, rng.choice(seed.data))))


def objects(rng: random.Random, seed: Seeds) -> bytes:
    """GitOps objects around changed values; half of the objects are damaged, too."""
    text = in_object(rng, text_of(rng, mutated(rng, slim(rng, rng.choice(seed.data)))))
    return _damage(rng, text, seed) if rng.random() < 0.5 else text


def layers(rng: random.Random, seed: Seeds) -> Input:
    """Two or three layers of one release: a whole file, and parts of other files on top."""
    first = slim(rng, rng.choice(seed.data))
    made = {"base.yaml": text_of(rng, first) if rng.random() < 0.5 else rng.choice(seed.texts)}
    for name in ("over.yaml", "top.yaml")[: rng.choice((1, 1, 2))]:
        value = mutated(rng, first if rng.random() < 0.7 else slim(rng, rng.choice(seed.data)))
        text = text_of(rng, _part(rng, value))
        if rng.random() < 0.1:
            text = in_object(rng, text)
        made[name] = _damage(rng, text, seed) if rng.random() < 0.3 else text
    if rng.random() < 0.2:
        made["base.yaml"] = _damage(rng, made["base.yaml"], seed)
    return Input(made, "", layered=True)


def releases(rng: random.Random, seed: Seeds) -> Input:
    """Two or three files that are separate releases, or look like that."""
    makers = (damaged, wrong_kinds, objects, objects)
    names = ("dev.yaml", "prod/values.yaml", "prod/release.yml")[: rng.choice((2, 2, 3))]
    return Input({name: rng.choice(makers)(rng, seed) for name in names}, "")


def scraps(rng: random.Random, seed: Seeds) -> bytes:
    """Text built from tokens of YAML and of these files."""
    text = ""
    for _ in range(rng.choice((2, 6, 20, 60))):
        text += rng.choice(SCRAPS)
        text += rng.choice(
            (" ", " ", "", "\n", "\n  ", "\n    ", "\n      ", ": ", "\n- ", "\n" + " " * rng.randrange(9))
        )
    return text.encode()


def noise(rng: random.Random, seed: Seeds) -> bytes:
    """Bytes."""
    return rng.randbytes(rng.choice((0, 1, 2, 10, 100, 1000)))


def deep(rng: random.Random, seed: Seeds) -> bytes:
    """Nesting, aliases and sizes that a reader without limits cannot handle, alone or inside a file."""
    many = rng.choice((20, 90, 110, 3000))
    wide = rng.choice((3, 9))
    towers = (
        b"[" * many + b"]" * many,
        b"{a: " * many + b"}" * many,
        b"".join(b" " * depth + b"a:\n" for depth in range(min(many, 200))),
        b"\n".join(b"a%d: &a%d [%s]" % (n, n, b",".join([b"*a%d" % (n - 1)] * wide) if n else b"x") for n in range(9)),
        b"- " * many + b"x",
        b"? " * min(many, 110) + b"x",
        b"x: '" + b"x" * (many * 20),
        b"a: &a {<<: *a, b: 1}",
        b"a: &a [*a]",
    )
    tower = rng.choice(towers)
    if rng.random() < 0.5:
        return tower
    lines = rng.choice(seed.texts).splitlines(keepends=True)
    place = rng.randrange(len(lines))
    indent = b" " * (len(lines[place]) - len(lines[place].lstrip()))
    lines[place:place] = [indent + b"deep: " + tower.replace(b"\n", b"\n" + indent + b"  ") + b"\n"]
    return b"".join(lines)


def foreign(rng: random.Random, seed: Seeds) -> bytes:
    """A file of another project, as it is or damaged, with or without Prefect values added below."""
    text = rng.choice(seed.foreign)
    if rng.random() < 0.4:
        value = {"infrahub": rng.choice(seed.data)} if rng.random() < 0.5 else rng.choice(seed.data)
        text = text.rstrip() + b"\n" + text_of(rng, mutated(rng, value))
    return _damage(rng, text, seed) if rng.random() < 0.7 else text


def _part(rng: random.Random, value: Value, depth: int = 0) -> Value:
    """Some of the keys of a mapping, all the way down."""
    if not isinstance(value, dict) or depth > 4:
        return value
    keep = 0.85 if depth < 2 else 0.5
    return {key: _part(rng, child, depth + 1) for key, child in value.items() if rng.random() < keep}


KINDS: dict[str, Callable[[random.Random, Seeds], bytes | Input]] = {
    "damaged": damaged,
    "wrong kinds": wrong_kinds,
    "objects": objects,
    "layers": layers,
    "releases": releases,
    "scraps": scraps,
    "noise": noise,
    "deep": deep,
    "foreign": foreign,
}
WEIGHTS: Sequence[int] = (30, 18, 10, 10, 3, 12, 4, 3, 10)


def described(made: Input) -> str:
    """The input as JSON, to be saved and read; bytes that are not UTF-8 become escapes."""
    return json.dumps({name: data.decode("utf-8", "backslashreplace") for name, data in made.files.items()}, indent=1)
