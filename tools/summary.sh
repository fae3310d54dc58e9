#!/usr/bin/env bash
# The verdict of `make test`, from what its stages left behind: one line each, then `N passed, N failed`.
set -euo pipefail
out=target/make
all_passed=0 all_failed=0
echo
for name in "$@"; do
    if [ -e "$out/$name.ok" ]; then
        read -r passed failed seconds <"$out/$name.result"
        if [ "$out/$name.ok" -nt "$out/started" ]; then note="$seconds s"; else note="unchanged since it passed"; fi
    elif [ "$out/$name.result" -nt "$out/started" ]; then
        read -r passed failed seconds <"$out/$name.result"
        note="FAILED, see $out/$name.log"
    else
        # Something that it needs could not be built.
        passed=0 failed=1 note="NOT RUN"
    fi
    printf '  %-12s %5d passed %4d failed   %s\n' "$name" "$passed" "$failed" "$note"
    all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed))
done
printf '\n%d passed, %d failed\n' "$all_passed" "$all_failed"
