"""Shapes of YAML found in many repositories, each edited in every way at random and judged byte by byte."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from migrator.errors import RefusedError
from migrator.values.edits import AddKey, Edit, SetValue
from migrator.yamltext import apply, parse
from tests.yamltext.judge import verdict
from tests.yamltext.random_edits import draw
from tests.yamltext.variants import variants

SHAPES = {
    "helm chart": (
        "# Default values for x.\n"
        "# This is a YAML-formatted file.\n"
        "# -- A very long comment that goes on and on and on and on and on and on\n"
        "\n"
        "## @section Global\n"
        "##\n"
        "global:\n"
        "  # -- (string) registry\n"
        "  ##  e.g:\n"
        "  ## imagePullSecrets:\n"
        "  ##   - myRegistryKeySecretName\n"
        "  imagePullSecrets: []\n"
        "  # @default -- `{}`\n"
        "  labels: {}   # trailing\n"
        "\n"
        "replicaCount: 1\n"
        "\n"
        "image:\n"
        "  repository: nginx   # repo\n"
        "  # Overrides the tag\n"
        '  tag: ""\n'
        "  # pullSecrets:\n"
        "  #   - x\n"
        "\n"
        "nodeSelector: {}\n"
        "  # disktype: ssd\n"
        "\n"
        "tolerations: []\n"
        "#  - key: x\n"
        "\n"
        "resources:\n"
        "  # limits:\n"
        "  #   cpu: 100m\n"
        "  requests:\n"
        "    cpu: 100m\n"
        "    # memory: 1Gi\n"
        "\n"
        "ingress:\n"
        "  hosts:\n"
        "    - host: a.local\n"
        "      paths:\n"
        "        - path: /\n"
        "          # inner\n"
        "          type: Prefix\n"
        "    # - host: b\n"
        "  tls: []\n"
        "  #  - secretName: s\n"
    ),
    "kustomize": (
        "apiVersion: kustomize.config.k8s.io/v1beta1\n"
        "kind: Kustomization\n"
        "resources:\n"
        "- a.yaml\n"
        "-   b.yaml\n"
        "patches:\n"
        "- target: {kind: Deployment}\n"
        "  patch: |-\n"
        "    - op: replace\n"
        "      path: /x\n"
        "      value: 1\n"
        "- patch: >\n"
        "    apiVersion: v1\n"
        "    kind: X\n"
        "\n"
        "      deeper\n"
        "    end\n"
        "  target:\n"
        "    kind: Y\n"
        "configMapGenerator:\n"
        "- name: a\n"
        '  literals: [a=1, "b=2"]\n'
        "  files:\n"
        "  - x\n"
        "  -   y  # c\n"
    ),
    "folded": (
        "a: >-\n"
        "  one\n"
        "  two\n"
        "\n"
        "  three\n"
        "   more\n"
        "b: >+\n"
        "  tail\n"
        "\n"
        "\n"
        "c: |2\n"
        "    deep\n"
        "   less\n"
        "d: |\n"
        "  last\n"
        "   \n"
        "e: x\n"
        "f: |+\n"
        "\n"
        "g: |\n"
        "\n"
        "h: >2-\n"
        "   x\n"
        "i: | # yes\n"
        "  text\n"
    ),
    "multi": (
        "# first\n"
        "---\n"
        "a: 1\n"
        "---\n"
        "# only a comment\n"
        "---\n"
        "b: {x: 1}\n"
        "c:\n"
        "  - 1\n"
        "...\n"
        "# between\n"
        "---\n"
        "d: |\n"
        "  x\n"
        "...\n"
        "---\n"
        "e\n"
        "...\n"
    ),
    "anchors": (
        "x-common: &common\n"
        "  image: a\n"
        "  env: &env\n"
        "    - name: A\n"
        '      value: "1"\n'
        "    - &b\n"
        "      name: B\n"
        '      value: &val "2"\n'
        "svc:\n"
        "  <<: *common\n"
        "  other: *val\n"
        "svc2:\n"
        "  <<: [*common, {z: 1}]\n"
        "  env: *env\n"
        "svc3:\n"
        "  env:\n"
        "  - *b\n"
        "  - name: C\n"
        "list: [*val, &q r, *q]\n"
    ),
    "explicit": ('? a\n: 1\n? b\n? "c d"\n: - 1\n  - 2\n? |\n  block key\n: - one\ne: {? f : g, ? h}\n'),
    "flow": (
        "a: {\n"
        "  b: 1, # one\n"
        "  # two\n"
        "  c: [1, 2,\n"
        "    3, # three\n"
        "  ],\n"
        '  "d": {e: f},\n'
        "}\n"
        "l: [\n"
        '  {name: A, value: "1"},\n'
        "  {name: B, value: '2'} # last\n"
        "]\n"
        "m: [a,\n"
        "    b\n"
        "   ,c]\n"
        "n: {a: 1\n"
        "  , b: 2}\n"
        "o: [ ]\n"
        "p: { }\n"
        "q: [a: 1, b]\n"
        "r: [\"x\", 'y', z,]\n"
        "s: {a: {b: {c: [{d: 1}]}}}\n"
        "t:\n"
        "  [1,\n"
        "   2]\n"
        "u:\n"
        "    {x: 1}\n"
    ),
    "tabs": ('a:\t1\nb: \t# c\n  c: x\t\n  d:\t[1,\t2]\t# t\ne:\n- x\t# c\n- y\t\nf: "a\tb"\n'),
    "odd indents": (
        "a:\n"
        "     b:\n"
        "      c: 1\n"
        "      d:\n"
        "             - x\n"
        "             -    y: 1\n"
        "                  z: 2\n"
        "e:\n"
        " - 1\n"
        " -\n"
        "   k: v\n"
        " -   - n\n"
        "     -  m\n"
        "f:\n"
        "- g: 1\n"
        "  h:\n"
        "  - i\n"
        "  - j:\n"
        "    - k\n"
        "-\n"
        "  -\n"
        "    - l\n"
    ),
    "zero": (
        "env:\n"
        "- name: A\n"
        '  value: "1"\n'
        "# about B\n"
        "- name: B\n"
        '  value: "2"\n'
        "\n"
        "- name: C\n"
        "  sub:\n"
        "    - x\n"
        "    # tail of sub\n"
        "  # tail of C\n"
        "# tail of env\n"
        "other:\n"
        "  args:\n"
        "  - a\n"
        "  - b\n"
        "  cmd:\n"
        "    - c\n"
    ),
    "between": (
        "a:\n"
        "  # between key and value\n"
        "  b: 1\n"
        "c:\n"
        "\n"
        "  # blank above\n"
        "  - 1\n"
        "\n"
        "  # above 2\n"
        "  - 2\n"
        "d: # on the key\n"
        "  x: 1\n"
        "e: # on the key of a scalar\n"
        "  scalar\n"
        "f:\n"
        '  "quoted below"\n'
        "g: &a # anchor then comment\n"
        "  x: 1\n"
        "h: !!map # tag\n"
        "  y: 2\n"
        "i:\n"
        "- # dash comment\n"
        "  k: 1\n"
        "- # dash scalar\n"
        "  v\n"
        "j: 'multi\n"
        "  line'   # after\n"
        "k: plain\n"
        "  multi\n"
        "  line # after\n"
    ),
    "directive": (
        "%YAML 1.1\n"
        "%TAG !e! tag:example.com,2000:\n"
        "---\n"
        "a: !e!foo bar\n"
        "b: !local {x: 1}\n"
        "c: !!str 123\n"
        "e: ! x\n"
        "...\n"
        "# after\n"
    ),
    "unicode": (
        "🚀: rocket\n"
        'emoji: "😀 \\U0001F600 text"   # 🎉 comment\n'
        "键: 值\n"
        "list:\n"
        "- 🍎\n"
        '- "🍌": 1 # 🍌\n'
        "- {ключ: значение, é: ü}\n"
        "\u00a0nbsp: x\n"
        "z: \u202ertl\n"
    ),
    "quoted keys": (
        '"a": 1\n'
        "'b': \"x\"\n"
        '"c.d/e": {"f": 1}\n'
        "c d: 2\n"
        '"true": 3\n'
        "on: 4\n"
        '"": empty\n'
        "'it''s': 5\n"
        '"x: y": 6\n'
        '"é\\n": 7\n'
        '"#h": 8\n'
        "123: n\n"
        "1.5: f\n"
        "null_: q\n"
        '"null": r\n'
        "a.b[0]: s\n"
        '"*x": 9\n'
    ),
    "templates": (
        'a: "{{ .Values.x }}"\n'
        "b: '{{- if .x }}y{{ end }}'\n"
        "c: |\n"
        "  {{- range .Values.l }}\n"
        "  - {{ . }}\n"
        "  {{- end }}\n"
        "d: $(VAR)\n"
        "e: ${VAR:-x}\n"
        "f: ref+vault://x#/y\n"
        "g: <nil>\n"
        "h: a:b:c\n"
        "i: http://x/y#z\n"
        "j: -x\n"
        "k: --flag=1\n"
        'l: "@x"\n'
    ),
    "deep lists": ("- - - a\n    - b\n  - c\n-\n- ~\n- {}\n- []\n- - x: 1\n    y: 2\n  - z\n- a:\n  - b\n  c: d\n"),
    "scalar doc": ("just text\n"),
    "list doc": ("# head\n- a # x\n\n# b\n- b\n"),
    "flow doc": ("{a: 1, b: [1, 2], c: {}}\n"),
    "json": (
        '{\n  "a": 1,\n  "b": {\n    "c": [\n      1,\n      {"d": null}\n    ],\n    "e": {}\n  },\n  "f": []\n}\n'
    ),
    "json tabs": ('{\n\t"a": 1,\n\t"b": {\n\t\t"c": [1]\n\t}\n}\n'),
    "comment end": ("a: 1\nb:\n  c: 2\n  # end of b\n# end\n\n\n"),
    "no break, literal": ("a: 1\nb: |\n  x\n  y"),
    "no break, keep": ("b:\n  c: |+\n    x\n\n"),
    "blank lines": ("\n\n\na: 1\n\n\nb:\n\n  c: 1\n\n\n  d: 2\n\ne:\n\n- 1\n\n\n- 2\n\n"),
    "dash keys": (
        "- name: a # one\n  # two\n  value: b\n  # three\n-   # four\n  name: c\n\n-  name: d\n\n   value: e\n"
    ),
    "empty values": ("a:\nb: # c\nc:\n\n# x\nd: ''\ne: ~\nf:\n  g:\n  h:\ni:\n-\n- \n-  # c\n- j:\n"),
    "doc start inline": ("--- # c\na: 1\n"),
    "doc start map": ("--- {a: 1}\n"),
    "doc start text": ("--- |\n  text\n"),
    "anchored root": ("--- &r\na: 1\nb: &x {c: 1}\nd: *x\n"),
    "doc end only": ("a: 1\n...\n"),
    "alias keys": ("a: &k name\n? *k\n: 1\nb: {*k : 2}\n"),
    "crlf mix": ("a: 1\r\nb:\n  c: 2\r\n  d: |\r\n    x\r\n    y\r\ne: 3\n"),
    "cr only": ("a: 1\rb:\r  c: 2\r"),
    "nel": ("a: 1\x85b: 2\u2028c:\u2029  d: 3\n"),
    "long lines": (
        f'a: {"word " * 3000}end\nb: "{"x" * 20000}"\nc: [{", ".join(map(str, range(999)))}]\n# {"c" * 5000}\n'
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_edit_of_every_shape(shape: str) -> None:
    refused = edited = 0
    for variant, data in variants(SHAPES[shape].encode()):
        stream = parse(data, shape)
        rng = random.Random(f"{shape} {variant}")
        for document in stream.documents:
            for kind, edit in draw(rng, document.data, 1):
                try:
                    done = apply(stream, [edit], document.index)
                except RefusedError:
                    refused += 1
                    continue
                found = verdict(stream, document, edit, done.stream.data, copied=bool(done.copies))
                assert found in ("ok", "alias copied"), (variant, kind, edit)
                edited += 1
    assert edited + refused == 0 or edited > refused * 4  # most edits do not fit a document of one scalar


@pytest.mark.parametrize("damage", ["# one\n", "z: 3\n", "# two\n"])
def test_the_judge_notices_text_lost_next_to_a_copy(damage: str) -> None:
    data = b"a: &x\n  k: 1\n# one\nb: *x\n# two\nz: 3\n"
    stream = parse(data)
    edit = SetValue(("b", "k"), 2)
    done = apply(stream, [edit])
    assert done.copies
    after = done.stream.data
    assert verdict(stream, stream.documents[0], edit, after, copied=True) == "alias copied"
    lost = after.replace(damage.encode(), b"")
    assert lost != after
    assert verdict(stream, stream.documents[0], edit, lost, copied=True) in ("collateral", "wrong value")


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        # No parser takes a tab right after a dash.
        ("e:\n- x\t# c\n", SetValue(("e", 0), {"a": 1}), "e:\n- # c\n  a: 1\n"),
        ("e:\n  x:\t1\t# c\n", SetValue(("e", "x"), {"a": 1}), "e:\n  x:\t# c\n    a: 1\n"),
        # The blank line would be the first line of the text.
        ("c:\n\n  # above\n  - 1\nd: 2\n", SetValue(("c",), "two\nlines"), 'c: "two\\nlines"\n\nd: 2\n'),
        ("c:\n  # above\n  - 1\nd: 2\n", SetValue(("c",), "two\nlines"), "c: |-\n  two\n  lines\nd: 2\n"),
        # The value has line feeds, and LS in a block scalar stays LS.
        ("a: 1\u2028b: 2\u2028", SetValue(("a",), "two\nlines"), 'a: "two\\nlines"\u2028b: 2\u2028'),
        ("a: 1\x85b: 2\x85", AddKey(("c",), "two\nlines"), "a: 1\x85b: 2\x85c: |-\x85  two\x85  lines\x85"),
    ],
)
def test_edits_that_these_shapes_once_got_wrong(
    edited: Callable[..., str], before: str, edit: Edit, after: str
) -> None:
    assert edited(before, edit) == after
