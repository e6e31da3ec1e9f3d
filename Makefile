# Thin by intent: what a target does is one or two lines; scripts/setup says what it installs.
CARGO_TARGET_DIR ?= target
SILLOK := $(CARGO_TARGET_DIR)/release/sillok
ARGS ?=

.PHONY: help setup build run test test-js lint fmt docs bench bench-peers bench-syscalls calibrate clean

help: ## Lists the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/'

setup: ## Installs what building needs and is missing: the wasm target, libclang, a C++ compiler
	@./scripts/setup

# All packages, of which only the node is built: cargo then chooses features as it does for tests, and what one
# of the two has compiled the other need not compile again.
build: setup ## Builds the contracts and the node
	cargo build --release --workspace --bin sillok

run: build ## Starts the development chain; the next run continues it (ARGS="--reset" starts anew)
	$(SILLOK) dev $(ARGS)

# Lints compile the benches too, so they are not linked here: that takes a minute and shows nothing.
test: lint ## Everything: lints, layering, documentation, tests
	@./scripts/setup tests
	cargo nextest run --cargo-profile release --workspace
	cargo test --release --doc --workspace --quiet
	@$(MAKE) --no-print-directory --jobs=2 --output-sync test-js docs

test-js: ## Tests the TypeScript client
	npm test --prefix sdk/js

lint: setup ## Format, clippy and the direction of dependencies
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- --deny warnings
	./scripts/layering

fmt: ## Formats all code
	cargo fmt --all

docs: ## Builds the API documentation, refusing broken links
	RUSTDOCFLAGS="--deny warnings" cargo doc --release --workspace --no-deps

bench: setup ## Runs the benches
	cargo bench --workspace --bench '*' --no-fail-fast

bench-peers: setup ## Runs the same calls on other runtimes, the same changes on another tree, and both on this one
	cd benches/peers && CARGO_TARGET_DIR=$(abspath $(CARGO_TARGET_DIR)) cargo bench

bench-syscalls: setup ## Counts the kernel calls of contract calls, with strace
	cargo build --release --workspace --example steady
	./scripts/syscalls $(CARGO_TARGET_DIR)/release/examples/steady

calibrate: setup ## Measures what gas prices should be, and writes docs/gas.md
	cargo bench --workspace --bench calibrate -- --write

clean: ## Removes what was built and the development chain
	cargo clean
	rm -rf data sdk/js/node_modules sdk/js/dist sdk/js/build
