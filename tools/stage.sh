#!/usr/bin/env bash
# Runs one stage of `make test`: tools/stage.sh NAME SENTENCE COMMAND...
#
# Leaves its words in target/make/NAME.log, `passed failed seconds` in NAME.result, and, when it passed, the mark NAME.ok. The mark
# carries the time of the start, so that a file saved while the stage ran makes it stale.
set -uo pipefail
name=$1 sentence=$2
shift 2
mark=target/make/$name
mkdir -p target/make
rm -f "$mark.ok"
touch "$mark.began"

printf '\n▸ %s\n' "$sentence"
SECONDS=0
"$@" </dev/null 2>&1 | tee "$mark.log"
status=${PIPESTATUS[0]}

# What the runners say of themselves: cargo and wasm-bindgen, Vitest, node:test. A stage that counts nothing is one test.
read -r passed failed < <(sed $'s/\x1b\\[[0-9;]*m//g' "$mark.log" | awk '
    /^test result:/ { passed += $4; failed += $6 }
    /^ *Tests  / { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) passed += $(i - 1); if ($i ~ /^failed/) failed += $(i - 1) } }
    /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
    /^(#|ℹ) fail [0-9]+$/ { failed += $3 }
    END { print passed + 0, failed + 0 }')
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
if [ "$status" -eq 0 ] && [ "$((passed + failed))" -eq 0 ]; then passed=1; fi
echo "$passed $failed $SECONDS" >"$mark.result"

if [ "$status" -eq 0 ]; then mv "$mark.began" "$mark.ok"; else rm -f "$mark.began"; fi
exit "$status"
