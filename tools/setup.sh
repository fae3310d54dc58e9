#!/usr/bin/env bash
# Installs what one part of the build needs and the machine lacks. Costs nothing on a machine that has it.
#
#   tools/setup.sh rust wasm-target clang wasm-bindgen wasm-pack node browser
#
# Our own tools go to a folder of ours under the user's cache, named by version, so that a second clone finds them and nothing that
# the user has is touched. What only a package manager can bring (a browser) comes from apt where there is one; elsewhere we say
# what is missing and how to get it.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/versions.sh

say() { printf '  %s\n' "$*" >&2; }
give_up() { printf '\n  %s\n\n' "$@" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

rust() {
    has cargo || give_up "Rust is missing. Install it with rustup (https://rustup.rs), then run this again."
    # Outside rustup's reach (a distribution's cargo) the pinned toolchain means nothing; the compiler's own version check speaks then.
    if has rustup && ! rustc --version >/dev/null 2>&1; then
        say "installing Rust $RUST_VERSION, which rust-toolchain.toml names"
        rustup toolchain install "$RUST_VERSION" --profile minimal --component rustfmt --component clippy
    fi
}

wasm_target() {
    rust
    [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ] && return
    has rustup || give_up "Rust's wasm32-unknown-unknown target is missing, and rustup, which would add it, as well." \
        "Install rustup (https://rustup.rs), or your distribution's package of the target."
    say "adding Rust's wasm32-unknown-unknown target"
    rustup target add wasm32-unknown-unknown
}

# cargo_tool FOLDER CRATE VERSION [FLAG...]: builds beside the final place and moves it there whole, so that an interrupted or a
# second set-up never leaves half a tool.
cargo_tool() {
    local home=$1 crate=$2 version=$3
    shift 3
    [ -d "$home/bin" ] && return
    rust
    say "building $crate $version into $home (a few minutes, once for all clones)"
    mkdir -p "$(dirname "$home")"
    local fresh
    fresh=$(mktemp -d "$home.XXXXXX")
    if ! cargo install "$crate" --version "$version" --root "$fresh" --no-track "$@"; then
        rm -rf "$fresh"
        give_up "$crate $version could not be built; cargo's own words are above."
    fi
    chmod 755 "$fresh"
    # Another clone may have been quicker.
    if [ -d "$home/bin" ]; then rm -rf "$fresh"; else mv "$fresh" "$home"; fi
}

# Without --locked: the lock file in the published crate can name versions that are gone.
wasm_bindgen() { cargo_tool "$WASM_BINDGEN_HOME" wasm-bindgen-cli "$WASM_BINDGEN_VERSION" --no-default-features; }
wasm_pack() { cargo_tool "$WASM_PACK_HOME" wasm-pack "$WASM_PACK_VERSION" --locked; }

node_js() {
    has node && has npm || give_up "Node.js with npm is missing: install Node $NODE_VERSION or newer (https://nodejs.org)."
    node -e 'const [a, b] = process.versions.node.split(".").map(Number), [c, d] = process.argv[1].split(".").map(Number);
             process.exit(a > c || (a === c && b >= d) ? 0 : 1)' "$NODE_VERSION" ||
        give_up "Node.js $(node --version) is too old: $NODE_VERSION or newer is needed (https://nodejs.org)."
}

# apt_install WHAT OPTION-OR-PACKAGE...: with apt, where there is one and nobody has to be asked; nothing elsewhere.
apt_install() {
    local what=$1 apt=(apt-get)
    shift
    if ! has apt-get; then
        apt=()
    elif [ "$(id -u)" -ne 0 ]; then
        # With nobody at the keyboard sudo must not ask.
        if has sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then apt=(sudo apt-get); else apt=(); fi
    fi
    [ ${#apt[@]} -gt 0 ] || return 0
    say "installing with apt $what"
    export DEBIAN_FRONTEND=noninteractive
    "${apt[@]}" update -q && "${apt[@]}" install -y -q "$@" || say "apt could not install them"
}

# Not named as what it brings: a function of that name would be found instead.
c_for_wasm() {
    (. tools/clang.sh && [ -n "$CC_wasm32_unknown_unknown" ] && [ -n "$AR_wasm32_unknown_unknown" ]) && return
    apt_install "clang $CLANG_VERSION, for the interpreter of user code, which is C" --no-install-recommends "clang-$CLANG_VERSION" "llvm-$CLANG_VERSION"
    . tools/clang.sh
    [ -n "$CC_wasm32_unknown_unknown" ] || give_up "A clang that knows WebAssembly is missing, for the interpreter of user code, which is C." \
        "Install LLVM's clang $CLANG_OLDEST or newer (Debian: clang-$CLANG_VERSION and llvm-$CLANG_VERSION; macOS: brew install llvm)," \
        "or name one in CC_wasm32_unknown_unknown."
    [ -n "$AR_wasm32_unknown_unknown" ] || give_up "llvm-ar is missing, which comes with LLVM (Debian: llvm-$CLANG_VERSION; macOS: brew install llvm)," \
        "or name one in AR_wasm32_unknown_unknown."
}

browser() {
    tools/browser.sh >/dev/null 2>&1 && tools/browser.sh --driver >/dev/null 2>&1 && return
    apt_install "chromium and chromium-driver, for the tests that run in a browser" chromium chromium-driver
    # Each says for itself what is missing and how to get it.
    local missing=0
    tools/browser.sh >/dev/null || missing=1
    tools/browser.sh --driver >/dev/null || missing=1
    [ "$missing" -eq 0 ] || give_up "The tests that run in a browser need both."
}

for part in "$@"; do
    case $part in
        rust) rust ;;
        wasm-target) wasm_target ;;
        clang) c_for_wasm ;;
        wasm-bindgen) wasm_bindgen ;;
        wasm-pack) wasm_pack ;;
        node) node_js ;;
        browser) browser ;;
        *) give_up "setup.sh does not know '$part'; it knows rust, wasm-target, clang, wasm-bindgen, wasm-pack, node and browser." ;;
    esac
done
