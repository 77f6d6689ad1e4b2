#!/bin/sh
# `helm infrahub-migrate ...`: the program, with Helm's own settings. Helm takes --namespace, --kube-context and the like
# out of the arguments; they arrive as HELM_* and are passed on as they are, to the program and to the helm that it runs.
set -eu
here=$(dirname "$0")
plugin=$(cd "$here/../.." && pwd)
[ -z "${HELM_BIN:-}" ] || PATH=$(dirname "$HELM_BIN"):$PATH
export PATH

if [ -f "$plugin/infrahub-migrator.pyz" ]; then
    . "$here/python.sh"
    exec "$python" "$plugin/infrahub-migrator.pyz" "$@"
fi
if [ ! -x "$plugin/.helm/bin/python" ]; then
    echo "infrahub-migrate: is not set up; run $here/install.sh, or remove the plugin and install it again." >&2
    exit 2
fi
exec "$plugin/.helm/bin/python" -I -m migrator "$@"
