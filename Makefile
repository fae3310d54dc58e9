# All that a newcomer needs: make play, make test, make bench. Each installs what it needs and the machine lacks, says what it is
# doing, and does again only what a changed file made stale.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
SHELL := /bin/bash

PORT ?= 8080
export PORT

# Marks of what has been done, and the log of each stage of `make test`.
OUT := target/make

# ---- What is made from what ----------------------------------------------------------------------------------------------------
# Folders are listed beside their files: a file that went away makes stale as well.
files = $(shell find $(wildcard $(1)) \( -name node_modules -o -name target -o -name dist -o -path web/pkg \) -prune -o -print)

RUST_SETUP := Cargo.toml Cargo.lock rust-toolchain.toml
ENGINE := $(RUST_SETUP) $(call files,core/Cargo.toml core/src core/scenarios web/Cargo.toml web/src web/labs web/script/Cargo.toml web/script/src) tools/build-wasm.sh tools/clang.sh tools/alike.mjs tools/versions.sh
RUST := $(RUST_SETUP) rustfmt.toml .cargo/config.toml $(call files,core web tests)
NPM := node_modules/.package-lock.json
BIN := node_modules/.bin
WASM := web/pkg/splitbrain_bg.wasm
PAGE_SETUP := package.json package-lock.json $(NPM)
PAGE_SOURCES := $(call files,www)
DIST := www/dist/index.html
EVERYTHING := $(call files,.cargo .ci core docs tests tools web www) $(wildcard *.md *.json *.toml LICENSE-* Makefile Cargo.lock)

# A build that fails must not leave its target looking fresh.
.DELETE_ON_ERROR:

$(NPM): package.json package-lock.json www/package.json web/pkg/package.json
	@tools/setup.sh node
	@echo "▸ npm packages"
	@npm ci --no-fund --no-audit
	@touch $@

$(WASM): $(ENGINE) | $(NPM)
	@tools/setup.sh rust wasm-target clang wasm-bindgen
	@echo "▸ the engine, as WebAssembly"
	@tools/build-wasm.sh

$(DIST): $(WASM) $(PAGE_SETUP) $(PAGE_SOURCES)
	@echo "▸ the page"
	@$(BIN)/vite build www
	@touch $@

# ---- Commands ------------------------------------------------------------------------------------------------------------------

.PHONY: help play build test bench clean

help: ## this list
	@echo "Splitbrain: a distributed-systems laboratory in a browser tab"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '%-14s %s\n' "$$name" "$$what"; done

play: build ## build what changed, serve the page on 127.0.0.1 (PORT=8080) and print its address
	@node tools/serve.mjs www/dist

build: $(DIST) ## the engine (web/pkg) and the page (www/dist)

clean: ## forget all that was built; tools and npm packages stay
	rm -rf target www/dist
	find web/pkg -type f ! -name package.json -delete

# ---- make test -----------------------------------------------------------------------------------------------------------------
# One stage, one mark. A stage whose files have not changed since it passed is not run again; `make clean` forgets that.

STAGES := fmt clippy clippy-wasm native processes sweep prove browser lint types unit tools script page first-load

test: ## install what is missing (a browser included) and run everything
	@tools/setup.sh rust wasm-target clang wasm-bindgen wasm-pack node browser
	@# vitest keeps its cache there: made now, or its folder would look changed after the first run.
	@mkdir -p $(OUT) tests/page/node_modules && touch $(OUT)/started
	@$(MAKE) --keep-going --no-print-directory $(STAGES:%=$(OUT)/%.ok); status=$$?; \
	tools/summary.sh $(STAGES) && exit $$status

stage = tools/stage.sh $(basename $(notdir $@))
$(STAGES:%=$(OUT)/%.ok): Makefile tools/stage.sh

$(OUT)/fmt.ok: $(RUST)
	@$(stage) "Rust is formatted" cargo fmt --all --check

$(OUT)/clippy.ok: $(RUST)
	@$(stage) "clippy has nothing to say" cargo clippy --workspace --all-targets --locked -- -D warnings

$(OUT)/clippy-wasm.ok: $(RUST) tools/clang.sh tools/versions.sh
	@$(stage) "clippy has nothing to say of the binding as WebAssembly" \
		bash -c '. tools/versions.sh && . tools/clang.sh && "$$@"' - cargo clippy --package splitbrain-web --package splitbrain-labs \
		--package splitbrain-script --all-targets --target wasm32-unknown-unknown --locked -- -D warnings

# Lab 1 reads Moby Dick, which an npm package has.
$(OUT)/native.ok: $(EVERYTHING) $(NPM)
	@$(stage) "native tests" cargo test --workspace --no-fail-fast --locked

$(OUT)/processes.ok: $(RUST)
	@$(stage) "three processes, a real clock, files and sockets, and kill -9" \
		cargo run --locked --quiet --package splitbrain --example three-processes

$(OUT)/sweep.ok: $(RUST)
	@$(stage) "2,000 seeds of 20 simulated seconds under swarm faults, and 15,000 jobs" \
		sh -ec "cargo sweep --from 1 --count 2000 --seconds 20; cargo sweep --profile jobs --from 1 --count 1000 --seconds 20"

$(OUT)/prove.ok: $(RUST)
	@$(stage) "every rule that is switched off is noticed" cargo sweep --prove

$(OUT)/browser.ok: $(RUST) tools/wasm-pack.sh tools/test-browser.sh
	@$(stage) "the binding in headless Chrome" tools/test-browser.sh

$(OUT)/lint.ok: biome.json $(EVERYTHING) $(NPM)
	@$(stage) "TypeScript is formatted and linted" $(BIN)/biome check --error-on-warnings

$(OUT)/types.ok: $(WASM) $(PAGE_SETUP) $(PAGE_SOURCES) $(call files,tests/page)
	@$(stage) "types" sh -ec 'for project in $(wildcard www/tsconfig.json tests/*/tsconfig.json); do $(BIN)/tsc --noEmit -p $$project; done'

$(OUT)/unit.ok: $(WASM) $(PAGE_SETUP) $(PAGE_SOURCES)
	@$(stage) "unit tests of the page" $(BIN)/vitest run --root www

$(OUT)/tools.ok: $(call files,tools)
	@$(stage) "unit tests of the tools" node --test --test-reporter=spec tools

$(OUT)/script.ok: $(WASM) $(call files,web/script)
	@# With less of a stack than a browser has, so that a program that uses up its own does not use up that one.
	@$(stage) "user code as WebAssembly answers as it does natively" node --stack-size=700 --test-reporter=spec web/script/tests/wasm.test.mjs

$(OUT)/page.ok: $(DIST) $(call files,tests/page) tools/serve.mjs
	@$(stage) "the page in a real browser" env CHROME="$$(tools/browser.sh)" $(BIN)/vitest run --root tests/page

$(OUT)/first-load.ok: $(DIST) tools/first-load.mjs tools/serve.mjs
	@$(stage) "the first load is small enough" env CHROME="$$(tools/browser.sh)" node tools/first-load.mjs

# ---- make bench ----------------------------------------------------------------------------------------------------------------

bench: build ## measure, and print one table
	@tools/setup.sh browser
	@env CHROME="$$(tools/browser.sh)" node tools/bench.mjs
