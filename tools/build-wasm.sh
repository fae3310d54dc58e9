#!/usr/bin/env bash
# Builds the npm package `splitbrain` into web/pkg: the binding as WebAssembly, its JavaScript and its TypeScript types; and beside
# it the labs, a second module that the page loads only when somebody asks for the course's tests or a story.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/versions.sh
. tools/clang.sh
built=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown
bound=target/make/pkg

# Panic messages name source files; where this machine keeps its crates is nobody's business, and must not change the bytes.
compile() {
    cargo build --locked --package "$1" --lib --target wasm32-unknown-unknown --profile "$2" \
        --config "target.wasm32-unknown-unknown.rustflags=['--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo']"
}
compile splitbrain-web wasm
compile splitbrain-labs wasm-labs
compile splitbrain-script wasm-script

rm -rf "$bound"
# bind PROFILE CRATE NAME: makes NAME.js, NAME.d.ts and NAME_bg.wasm of a crate, for the size.
# Without inlining: rustc has inlined what is worth it, and more of it makes the file a tenth larger and no faster. What takes out a
# repetition that compresses well anyhow is skipped. Functions that look alike then come to stand side by side.
bind() {
    local wasm="$bound/$3_bg.wasm" skipped=(local-cse memory-packing merge-similar-functions)
    bindgen "$@"
    node_modules/.bin/wasm-opt -Oz -ocimfs 0 -fimfs 0 -aimfs 0 "${skipped[@]/#/--skip-pass=}" \
        --reorder-functions-by-name --strip-debug --strip-producers "$wasm" -o "$wasm"
    node tools/alike.mjs "$wasm"
    node_modules/.bin/wasm-opt --reorder-functions-by-name --strip-debug "$wasm" -o "$wasm"
    size "$3"
}
# The same as the compiler made it, which was for speed. What wasm-opt would do on top at its -O3 gives the interpreter's one large
# function so many variables that a browser's stack holds a third of the calls: a program that recurses would end the module.
bind_fast() {
    local wasm="$bound/$3_bg.wasm"
    bindgen "$@"
    node_modules/.bin/wasm-opt --strip-debug --strip-producers "$wasm" -o "$wasm"
    size "$3"
}
bindgen() { "$WASM_BINDGEN_HOME/bin/wasm-bindgen" --target web --out-name "$3" --out-dir "$bound" "$built/$1/$2.wasm"; }
size() {
    local wasm="$bound/$1_bg.wasm"
    printf '  web/pkg/%s_bg.wasm: %d bytes, %d compressed\n' "$1" "$(wc -c <"$wasm")" "$(gzip -9c "$wasm" | wc -c)"
}
bind wasm-labs splitbrain_labs labs
bind wasm splitbrain_web splitbrain
bind_fast wasm-script splitbrain_script script

# The WebAssembly file goes last: it is the mark by which make knows that the package is whole.
cp "$bound"/labs* "$bound"/script* "$bound/splitbrain.js" "$bound/splitbrain.d.ts" "$bound/splitbrain_bg.wasm.d.ts" web/pkg/
if [ -d "$bound/snippets" ]; then rm -rf web/pkg/snippets && cp -R "$bound/snippets" web/pkg/; fi
cp "$bound/splitbrain_bg.wasm" web/pkg/
