#!/usr/bin/env bash
# Builds the npm package `splitbrain` into web/pkg: the binding as WebAssembly, its JavaScript and its TypeScript types.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/versions.sh
built=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/wasm/splitbrain_web.wasm
bound=target/make/pkg

# Panic messages name source files; where this machine keeps its crates is nobody's business, and must not change the bytes.
cargo build --locked --package splitbrain-web --lib --target wasm32-unknown-unknown --profile wasm \
    --config "target.wasm32-unknown-unknown.rustflags=['--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo']"

rm -rf "$bound"
"$WASM_BINDGEN_HOME/bin/wasm-bindgen" --target web --out-name splitbrain --out-dir "$bound" "$built"
# Without inlining: rustc has inlined what is worth it, and more of it makes the file a tenth larger and no faster. In the order of
# their names, functions that differ in a type only stand side by side, and compress better.
node_modules/.bin/wasm-opt -Oz -ocimfs 0 -fimfs 0 -aimfs 0 --reorder-functions-by-name --strip-debug --strip-producers \
    "$bound/splitbrain_bg.wasm" -o "$bound/splitbrain_bg.wasm"

# The WebAssembly file goes last: it is the mark by which make knows that the package is whole.
cp "$bound/splitbrain.js" "$bound/splitbrain.d.ts" "$bound/splitbrain_bg.wasm.d.ts" web/pkg/
if [ -d "$bound/snippets" ]; then rm -rf web/pkg/snippets && cp -R "$bound/snippets" web/pkg/; fi
cp "$bound/splitbrain_bg.wasm" web/pkg/
printf '  web/pkg/splitbrain_bg.wasm: %d bytes, %d compressed\n' \
    "$(wc -c <web/pkg/splitbrain_bg.wasm)" "$(gzip -9c web/pkg/splitbrain_bg.wasm | wc -c)"
