#!/usr/bin/env bash
# dieharder's whole battery on streams of the model's keyed words, at low priority, about an hour a stream.
#
#   benchmarks/randomness/run.sh [STREAM ...]      (default: people papers; all streams: streams.c)
#
# Environment: PYTHON (python3; must have the model's packages), OUT (folder of the reports, outputs/randomness),
# ROUNDS (rounds of the finaliser a folded part, 1 as in the model), TESTS (dieharder's choice of tests, -a; one
# quick test: "-d 0"). Needs a C compiler and dieharder (Debian: gcc, dieharder). Ends with 1 if a test has FAILED.
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3} OUT=${OUT:-outputs/randomness} ROUNDS=${ROUNDS:-1} TESTS=${TESTS:--a}

need() {
    command -v "$1" > /dev/null && return
    echo "run.sh: $1 is missing; install it first (Debian: apt-get install $2)" >&2
    exit 2
}
need gcc gcc
need dieharder dieharder
need "$PYTHON" python3

streams=("$@")
[ ${#streams[@]} -gt 0 ] || streams=(people papers)
mkdir -p "$OUT"
gcc -O2 -Wall -Wextra -o "$OUT/streams" benchmarks/randomness/streams.c
"$OUT/streams" --check | PYTHONPATH=. "$PYTHON" benchmarks/randomness/check.py
for stream in "${streams[@]}"; do # a name that does not exist is found before an hour is spent on the others
    "$OUT/streams" "$stream" "$ROUNDS" | head -c 8 > /dev/null
done

failed=0
for stream in "${streams[@]}"; do
    report=$OUT/$stream-$ROUNDS.txt
    echo "$stream: dieharder at work, report in $report"
    # -g 200: raw words from standard input; -k 2: exact Kolmogorov-Smirnov; -Y 1: more samples until a weak result
    # is clearly good or bad
    read -ra tests <<< "$TESTS"
    "$OUT/streams" "$stream" "$ROUNDS" | nice -n 19 dieharder "${tests[@]}" -g 200 -k 2 -Y 1 > "$report"
    awk -F '|' -v name="$stream" '$6 ~ /WEAK|FAILED/ {print name ": " $0}
        $6 ~ /PASSED|WEAK|FAILED/ {n++} END {print name ": " n " p-values"}' "$report"
    ! grep -q FAILED "$report" || failed=1
done
exit $failed
