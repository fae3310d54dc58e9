#!/usr/bin/env bash
# Builds the npm package `splitbrain` into web/pkg: the binding as WebAssembly, its JavaScript and its TypeScript types. Beside it
# come what the page loads only when somebody asks for it: the same binding with MapReduce jobs; the labs, which are the course's
# tests and the stories; and the interpreter of user code.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/versions.sh
. tools/clang.sh
built=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown
bound=target/make/pkg

# Panic messages name source files; where this machine keeps its crates is nobody's business, and must not change the bytes.
# compile PROFILE CRATE NAME [FLAG...]: makes NAME.wasm.
compile() {
    local profile=$1 crate=$2 name=$3
    shift 3
    cargo build --locked --package "$crate" --lib --target wasm32-unknown-unknown --profile "$profile" "$@" \
        --config "target.wasm32-unknown-unknown.rustflags=['--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo']"
    cp "$built/$profile/${crate//-/_}.wasm" "$bound/$name.wasm"
}
rm -rf "$bound" && mkdir -p "$bound"
compile wasm splitbrain-web jobs
compile wasm splitbrain-web splitbrain --no-default-features
compile wasm-labs splitbrain-labs labs
compile wasm-script splitbrain-script script

# bind NAME: makes NAME.js, NAME.d.ts and NAME_bg.wasm of NAME.wasm, for the size.
# Without inlining: rustc has inlined what is worth it, and more of it makes the file a tenth larger and no faster. What takes out a
# repetition that compresses well anyhow is skipped. Functions that look alike then come to stand side by side.
bind() {
    local wasm="$bound/$1_bg.wasm" skipped=(local-cse memory-packing merge-similar-functions)
    bindgen "$1"
    node_modules/.bin/wasm-opt -Oz -ocimfs 0 -fimfs 0 -aimfs 0 "${skipped[@]/#/--skip-pass=}" \
        --reorder-functions-by-name --strip-debug --strip-producers "$wasm" -o "$wasm"
    node tools/alike.mjs "$wasm"
    node_modules/.bin/wasm-opt --reorder-functions-by-name --strip-debug "$wasm" -o "$wasm"
    size "$1"
}
# The same as the compiler made it, which was for speed. What wasm-opt would do on top at its -O3 gives the interpreter's one large
# function so many variables that a browser's stack holds a third of the calls: a program that recurses would end the module.
bind_fast() {
    local wasm="$bound/$1_bg.wasm"
    bindgen "$1"
    node_modules/.bin/wasm-opt --strip-debug --strip-producers "$wasm" -o "$wasm"
    size "$1"
}
bindgen() { "$WASM_BINDGEN_HOME/bin/wasm-bindgen" --target web --out-name "$1" --out-dir "$bound" "$bound/$1.wasm"; }
size() {
    local wasm="$bound/$1_bg.wasm"
    printf '  web/pkg/%s_bg.wasm: %d bytes, %d compressed\n' "$1" "$(wc -c <"$wasm")" "$(gzip -9c "$wasm" | wc -c)"
}
bind jobs
bind labs
bind splitbrain
bind_fast script
rm "$bound"/{jobs,labs,splitbrain,script}.wasm

# The WebAssembly file goes last: it is the mark by which make knows that the package is whole.
cp "$bound"/{jobs,labs,script}* "$bound/splitbrain.js" "$bound/splitbrain.d.ts" "$bound/splitbrain_bg.wasm.d.ts" web/pkg/
if [ -d "$bound/snippets" ]; then rm -rf web/pkg/snippets && cp -R "$bound/snippets" web/pkg/; fi
cp "$bound/splitbrain_bg.wasm" web/pkg/
