#!/usr/bin/env bash
# Runs the README's commands as they stand (all but `make`), in an empty folder, with the clone's environment.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export PATH="$root/.venv/bin:$PATH"
block() { # language, number of the block -> its lines
  awk -v lang="$1" -v want="$2" '
    $0 == "```" lang { n++; if (n == want) { on = 1; next } }
    /^```$/ { on = 0 }
    on' "$root/README.md"
}
ln -s "$root/experiments" experiments
{ block sh 2; block sh 3; } | sed 's/#.*//' | grep -v 'activate' | while IFS= read -r line; do
  [ -n "${line// /}" ] || continue
  echo "\$ $line"
  bash -c "$line" </dev/null
done
block python 1 >example.py
python example.py
echo "readme: all commands run"
