#!/bin/sh
# Helm runs this when the plugin is installed or updated. The program goes into its own environment inside the plugin's
# folder, with the dependencies of the lock. A plugin with infrahub-migrator.pyz in it needs neither that nor a network.
set -eu
here=$(dirname "$0")
plugin=$(cd "$here/../.." && pwd)
. "$here/python.sh"
[ ! -f "$plugin/infrahub-migrator.pyz" ] || exit 0

environment=$plugin/.helm
rm -rf "$environment"
if ! "$python" -m venv "$environment" >&2; then
    rm -rf "$environment"
    echo "infrahub-migrate: $python cannot create a virtual environment. Install what it asks for, then the plugin again." >&2
    exit 1
fi
pip() { "$environment/bin/python" -m pip --disable-pip-version-check -q "$@" >&2; }
if ! { pip install --require-hashes -r "$here/../runtime.lock" && pip install --no-deps "$plugin"; }; then
    rm -rf "$environment"
    echo "infrahub-migrate: pip could not install the dependencies (see above). Remove the plugin (helm plugin remove" >&2
    echo "infrahub-migrate) and install it again with access to the package index, or use the plugin that needs no" >&2
    echo "network (docs/installing.md)." >&2
    exit 1
fi
