#!/usr/bin/env bash
# Runs the README's commands as they stand (all but `make`), in an empty folder, with the clone's environment.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export PATH="$root/.venv/bin:$PATH"
block() { # lines of all blocks in a language
  awk -v lang="$1" '
    $0 == "```" lang { on = 1; next }
    /^```$/ { on = 0 }
    on' "$root/README.md"
}
ln -s "$root/experiments" "$root/examples" .
block sh | grep -v '^make \|activate' | sed 's/#.*//' | while IFS= read -r line; do
  [ -n "${line// /}" ] || continue
  echo "\$ $line"
  bash -c "$line" </dev/null
done
block python >example.py
python example.py
echo "readme: all commands run"
