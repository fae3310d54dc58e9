# Finds a C compiler and an archiver that know WebAssembly, for the interpreter of user code, which is C. Sourced, never run.
#
# Sets CC_wasm32_unknown_unknown and AR_wasm32_unknown_unknown, which cargo's builds of C code read, unless somebody has. Apple's
# clang knows only Apple's targets; so each is asked.

knows_wasm() { printf 'int f(void) { return 1; }' | "$1" --target=wasm32-unknown-unknown -c -x c -o /dev/null - 2>/dev/null; }

# first TEST NAME...: the first of the programs that is there and passes.
first() {
    local test=$1 name
    shift
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1 && "$test" "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
}

new_enough() {
    local version
    version=$(printf '__clang_major__' | "$1" -E -P -x c - 2>/dev/null) || return
    [ "$version" -ge "$CLANG_OLDEST" ] 2>/dev/null && knows_wasm "$1"
}

clangs() { printf 'clang\n'; for version in $(seq 25 -1 "$CLANG_OLDEST"); do printf 'clang-%s\n' "$version"; done; }
brewed() { printf '%s\n' /opt/homebrew/opt/llvm/bin/"$1" /usr/local/opt/llvm/bin/"$1"; }

# Word splitting is meant: one name a word.
: "${CC_wasm32_unknown_unknown:=$(first new_enough $(clangs) $(brewed clang))}"
: "${AR_wasm32_unknown_unknown:=$(first true "${CC_wasm32_unknown_unknown/clang/llvm-ar}" llvm-ar $(clangs | sed 's/clang/llvm-ar/') $(brewed llvm-ar))}"
export CC_wasm32_unknown_unknown AR_wasm32_unknown_unknown
