#!/usr/bin/env bash
# Builds the wheel, which must hold every file of the package; installs it with the report's extras in an empty
# environment outside the clone, runs a scenario from there and writes its report.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/.venv/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$work" "$root"
wheel=$(echo "$work"/talent_circulation-*.whl)
git -C "$root" -c safe.directory="$root" ls-files sim configs | sed 's|^configs/|sim/configs/|' | sort >"$work/tracked"
python3 -m zipfile -l "$wheel" | sed -n 's|^\(sim/[^ ]*\) .*|\1|p' | sort >"$work/packed"
diff "$work/tracked" "$work/packed"
"$root/.venv/bin/python" -m venv "$work/venv"
sed '/--hash=/d; s| \\$||' "$root/requirements.lock" >"$work/constraints.txt" # the wheel built here has no hash to be held to
"$work/venv/bin/python" -m pip install --quiet -c "$work/constraints.txt" "$wheel[slide,table]"
cd "$work"
"$work/venv/bin/talent-circulation" list scenarios
"$work/venv/bin/talent-circulation" +scenario=restrictive scale=2000 replicates=2 end=2022 figures=false
test -f outputs/restrictive/*/place_year.parquet
"$work/venv/bin/talent-circulation" report outputs/restrictive/* --slide --table
test -s outputs/restrictive/*/report.html
test -s outputs/restrictive/*/report.pptx
test -s outputs/restrictive/*/report.xlsx
echo "wheel: runs outside the clone"
