#!/usr/bin/env bash
# Runs check with TO, FILES and OPTIONS: annotations go to standard output, the comment to a file and the job's summary.
set -euo pipefail
program=$RUNNER_TEMP/infrahub-migrator/bin/infrahub-migrator
comment=$RUNNER_TEMP/infrahub-migrator.md

if [ -z "$TO" ]; then
    echo "::error title=infrahub-migrator::Say which chart version to check for, with: {to: VERSION}."
    exit 2
fi
arguments=(--to "$TO" --skip-unrelated)
while IFS= read -r word; do
    [ -z "$word" ] || arguments+=("$word")
done <<<"$OPTIONS"
files=()
while IFS= read -r word; do
    [ -z "$word" ] || files+=("$word")
done <<<"$FILES"
[ ${#files[@]} -gt 0 ] || [ -f infrahub-migrator.yaml ] || files=(.)

code=0
arguments+=(-- ${files[@]+"${files[@]}"}) # bash 3.2 treats an empty list as unset
"$program" check --format github "${arguments[@]}" || code=$?
"$program" check --format markdown "${arguments[@]}" >"$comment" || true
cat "$comment" >>"$GITHUB_STEP_SUMMARY"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
