#!/bin/sh
# `helm infrahub-migrate ...`: runs the program with Helm's own settings. Helm removes --namespace, --kube-context and
# similar options from the arguments and sets HELM_* variables, which the program and the helm that it runs inherit.
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
    echo "infrahub-migrate: the plugin is not set up. Run $here/install.sh, or remove the plugin and install it again." >&2
    exit 2
fi
exec "$plugin/.helm/bin/python" -I -m migrator "$@"
