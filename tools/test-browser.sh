#!/usr/bin/env bash
# The tests of the binding in headless Chrome. One of them compares runs under faults, seed by seed, with the native engine's:
# those come first, from the same source, and are compiled into the test.
set -euo pipefail
cd "$(dirname "$0")/.."
SPLITBRAIN_FINGERPRINTS=$(cargo sweep --fingerprints --from 1 --count 100 --seconds 10)
# So does what the course's tests say of the first seed.
SPLITBRAIN_LABS=$(cargo labs --suite 2A,2B,2C,2D,3A,3B --json --threads 1)
export SPLITBRAIN_FINGERPRINTS SPLITBRAIN_LABS
exec tools/wasm-pack.sh test --headless --chrome --release --mode no-install web --test browser
