#!/usr/bin/env bash
# wasm-pack with our own wasm-bindgen, which also runs the tests, and the installed browser's driver.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/versions.sh
PATH=$WASM_BINDGEN_HOME/bin:$WASM_PACK_HOME/bin:$PATH
CHROMEDRIVER=$(tools/browser.sh --driver)
# Seconds. Many seeds run as one test.
export PATH CHROMEDRIVER WASM_BINDGEN_TEST_TIMEOUT=${WASM_BINDGEN_TEST_TIMEOUT:-600}
exec wasm-pack --log-level warn "$@"
