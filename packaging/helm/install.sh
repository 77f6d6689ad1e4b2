#!/bin/sh
# What Helm runs when the plugin is installed or updated. The program goes into an environment of its own inside the
# plugin's folder, on the dependencies of the lock; a plugin that brings infrahub-migrator.pyz needs none, and no network.
set -eu
here=$(dirname "$0")
plugin=$(cd "$here/../.." && pwd)
. "$here/python.sh"
[ ! -f "$plugin/infrahub-migrator.pyz" ] || exit 0

environment=$plugin/.helm
rm -rf "$environment"
if ! "$python" -m venv "$environment" >&2; then
    rm -rf "$environment"
    echo "infrahub-migrate: $python makes no virtual environment; install what it asks for, and the plugin again." >&2
    exit 1
fi
pip() { "$environment/bin/python" -m pip --disable-pip-version-check -q "$@" >&2; }
if ! { pip install --require-hashes -r "$here/../runtime.lock" && pip install --no-deps "$plugin"; }; then
    rm -rf "$environment"
    echo "infrahub-migrate: pip could not install what it needs (above). Remove it (helm plugin remove infrahub-migrate)," >&2
    echo "and install it again where the package index can be reached; or take the plugin that brings everything along" >&2
    echo "(docs/installing.md)." >&2
    exit 1
fi
