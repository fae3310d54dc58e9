#!/usr/bin/env bash
# The tests of the binding in headless Chrome. One of them compares runs under faults, seed by seed, with the native engine's:
# those come first, from the same source, and are compiled into the test.
set -euo pipefail
cd "$(dirname "$0")/.."
SPLITBRAIN_FINGERPRINTS=$(cargo sweep --fingerprints --from 1 --count 100 --seconds 10)
export SPLITBRAIN_FINGERPRINTS
exec tools/wasm-pack.sh test --headless --chrome --release --mode no-install web --test browser
