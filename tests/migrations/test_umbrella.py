"""Values below an umbrella chart's key: configPreset is there too, beside `infrahub`."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id

BEFORE = """\
ih:
  configPreset: medium
  infrahub:
    prefect-server:
      server:
        env:
          - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
          - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
      backgroundServices:
        runAsSeparateDeployment: true
        messaging:
          redis: {host: redis.acme, db: 1}
        env: []
"""


def test_docket_secret_is_written_beside_an_empty_url(migrate: Migrate) -> None:
    """The validation of the flavoured chart below the umbrella refuses the preset's own URL even beside a Secret."""
    done = migrate(BEFORE, {"docket-secret": "docket"})
    assert done.text == (
        BEFORE.replace(
            "          - {name: PREFECT_API_BLOCKS",
            '          - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}\n'
            "          - {name: PREFECT_API_BLOCKS",
        ).replace(
            "        env: []\n",
            '          docket:\n            url: ""\n            existingSecret: docket\n'
            '        env:\n          - name: PROMETHEUS_MULTIPROC_DIR\n            value: ""\n',
        )
    )


def test_config_preset_below_the_key_is_the_flavour(plan: Plans) -> None:
    shortened = BEFORE.replace("        env: []\n", "")
    assert list(by_id(plan(shortened))) == ["redis-db"]
    assert list(by_id(plan(shortened.replace("  configPreset: medium\n", "")))) == ["flavour"]


@pytest.mark.parametrize("key", ["ih", "my-infrahub"])
def test_a_file_with_only_config_preset_has_its_root_below_the_key(plan: Plans, key: str) -> None:
    made = plan(f"{key}:\n  configPreset: small\n")
    assert made.result.root == (key, "infrahub", "prefect-server")
    assert list(by_id(made)) == ["redis-host", "redis-db"]


def test_config_preset_elsewhere_in_the_umbrella_is_ignored(plan: Plans) -> None:
    """The enterprise chart reads the key beside its own `infrahub`, and no other."""
    moved = BEFORE.replace("  configPreset: medium\n", "").replace("        env: []\n", "")
    assert list(by_id(plan(f"configPreset: medium\n{moved}"))) == ["flavour"]
