"""Every command on random inputs, of which `benchmarks.fuzz` runs very many; here they shrink to what matters."""

from __future__ import annotations

import json
import os
import random
import tempfile
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.fuzz import hostile, hostile_values
from tests.fuzz.command_sequence import CommandSequence

QUICK = examples(60, HealthCheck.too_slow, HealthCheck.data_too_large, is_deterministic=True)
SEEDS = hostile.seeds(None)


def run_commands(made: hostile.Input, seed: int) -> None:
    """Run the commands on one input, in a directory of its own; `seed` chooses the commands."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        try:
            found = CommandSequence(made, random.Random(seed), os.path.realpath(room)).run()
        finally:
            os.chdir(here)
    assert not found, "\n".join(f"{finding.what}: {finding.detail}" for finding in found)


@QUICK
@given(rng=st.randoms(use_true_random=False), seed=st.integers(0, 2**32))
def test_damaged_files_objects_and_layers(rng: random.Random, seed: int) -> None:
    run_commands(hostile.draw(rng, SEEDS), seed)


LINES = st.lists(
    st.text(alphabet=st.sampled_from("ab01:-#?*&!|>'\"%@{}[],<~. \t\u0085\u2028"), max_size=12), max_size=8
)
TEXTS = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    LINES.map(lambda lines: "\n".join(lines).encode()),
    LINES.map(lambda lines: b"prefect-server:\n  server:\n    " + "\n    ".join(lines).encode()),
)


@QUICK
@given(text=TEXTS, seed=st.integers(0, 2**32))
def test_bytes_and_what_looks_like_yaml(text: bytes, seed: int) -> None:
    run_commands(hostile.Input({"values.yaml": text}, "text"), seed)


WRONG_TEXTS = [each for each in hostile_values.WRONG if isinstance(each, str)]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-1, 70000), st.sampled_from(WRONG_TEXTS))
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(hostile_values.KEYS), inner, max_size=4)
    ),
)
ENTRIES = st.lists(
    ANYTHING
    | st.fixed_dictionaries(
        {"name": st.sampled_from(hostile_values.NAMES)}, optional={"value": SCALARS, "valueFrom": ANYTHING}
    ),
    max_size=5,
)


def part(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mapping with any of these keys, each with a fitting value or any other; sometimes not a mapping at all."""
    optional = {key: strategy | ANYTHING for key, strategy in known.items()}
    return st.one_of(*[st.fixed_dictionaries({}, optional=optional)] * 5, ANYTHING)


REDIS = part(host=st.just("redis"), port=st.just(6379), db=st.just(1), password=SCALARS, existingSecret=SCALARS)
MESSAGING = part(redis=REDIS, docket=part(url=SCALARS, existingSecret=SCALARS), broker=SCALARS)
VALUES = st.fixed_dictionaries(
    {"backgroundServices": part(runAsSeparateDeployment=st.just(True), messaging=MESSAGING, env=ENTRIES)},
    optional={
        "server": part(env=ENTRIES, args=ANYTHING, replicaCount=ANYTHING),
        "global": part(prefect=part(env=ENTRIES, image=ANYTHING)),
        "redis": ANYTHING,
        "enabled": ANYTHING,
    },
)


@QUICK
@given(
    values=VALUES, root=st.sampled_from(["", "prefect-server", "infrahub.prefect-server"]), seed=st.integers(0, 2**32)
)
def test_values_of_any_kind_at_every_level(values: dict[str, Any], root: str, seed: int) -> None:
    for key in reversed(root.split(".") if root else []):
        values = {key: values}
    run_commands(hostile.Input({"values.yaml": json.dumps(values, indent=1).encode()}, "values"), seed)
