#!/usr/bin/env bash
# The program of this very commit, in an environment of its own, on the dependencies of the lock.
set -euo pipefail
environment=$RUNNER_TEMP/infrahub-migrator
"${PYTHON:-python3}" -m venv "$environment"
"$environment/bin/python" -m pip install -q --require-hashes -r "$GITHUB_ACTION_PATH/packaging/runtime.lock"
"$environment/bin/python" -m pip install -q --no-deps "$GITHUB_ACTION_PATH"
