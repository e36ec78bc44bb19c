#!/usr/bin/env bash
# Builds the wheel, installs it in an empty environment outside the clone and runs a scenario from there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/.venv/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$work" "$root"
"$root/.venv/bin/python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet -c "$root/requirements.lock" "$work"/talent_circulation-*.whl
cd "$work"
"$work/venv/bin/talent-circulation" list scenarios
"$work/venv/bin/talent-circulation" +scenario=restrictive scale=2000 replicates=2 end=2022 figures=false
test -f outputs/restrictive/*/place_year.parquet
echo "wheel: runs outside the clone"
