# The versions of all that the build calls and the lock files do not bring. Sourced from the repository's root, never run.

RUST_VERSION=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
# The library and the command line tool must be of the same version, to the digit.
WASM_BINDGEN_VERSION=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"/\1/p;}' Cargo.lock)
WASM_PACK_VERSION=0.15.1
NODE_VERSION=20.19
# Any clang from the oldest on will do; where there is none, this one is installed.
CLANG_OLDEST=15
CLANG_VERSION=19

TOOLS=${XDG_CACHE_HOME:-$HOME/.cache}/splitbrain
WASM_BINDGEN_HOME=$TOOLS/wasm-bindgen-cli-$WASM_BINDGEN_VERSION
WASM_PACK_HOME=$TOOLS/wasm-pack-$WASM_PACK_VERSION
