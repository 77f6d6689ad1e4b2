# Sets $python to a Python that is new enough; INFRAHUB_MIGRATE_PYTHON overrides the choice.
for python in ${INFRAHUB_MIGRATE_PYTHON:-python3 python3.13 python3.12 python3.11 python3.10} ''; do
    "${python:-false}" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && break
done
if [ -z "$python" ]; then
    echo "infrahub-migrate: Python 3.10 or newer is needed, on PATH or named by INFRAHUB_MIGRATE_PYTHON." >&2
    exit 1
fi
