#!/usr/bin/env bash
# Installs the program from this very commit into its own environment, with the dependencies of the lock.
set -euo pipefail
environment=$RUNNER_TEMP/infrahub-migrator
"${PYTHON:-python3}" -m venv "$environment"
"$environment/bin/python" -m pip install -q --require-hashes -r "$GITHUB_ACTION_PATH/packaging/runtime.lock"
"$environment/bin/python" -m pip install -q --no-deps "$GITHUB_ACTION_PATH"
