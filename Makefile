# Everything that people run. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VIEWERS ?= 2000
BUYERS ?= 1000
CLICKS ?= 50000
STOCK ?= 500
KILL ?= 0
CARGO_DENY_VERSION := 0.20.2

WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/test-output/*' 2>/dev/null)

.PHONY: help
help: ## Say what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: web ## Serve the three pages with a show that is selling, at http://127.0.0.1:8080.
	cargo build --release --locked --workspace --bins
	target/release/dropcast demo

.PHONY: redis
redis:
	@command -v redis-server >/dev/null || { echo "Redis 7 or newer is needed for the tests: install it (Debian: apt-get install redis-server)"; exit 1; }

.PHONY: test
test: web redis ## Run every test: rules, journals, engine, hub, API, pages in a real browser.
	cargo test --workspace --locked
	cd web && npm test
	cargo build --locked --workspace --bins
	cd web && npm run test:browser

.PHONY: check
check: web-packages deny ## Check format, lints, types, licences and where dependencies come from.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web && npm run check

.PHONY: bench
bench: ## Measure the rules and the journal on this machine.
	cargo bench --locked --workspace

.PHONY: rush
rush: web ## Send a burst of clicks at a fresh server: VIEWERS= BUYERS= CLICKS= STOCK= KILL=1.
	cargo build --release --locked --workspace --bins
	target/release/loadtest rush --server target/release/dropcast --viewers $(VIEWERS) --buyers $(BUYERS) \
		--clicks $(CLICKS) --stock $(STOCK) --kill $(KILL)

.PHONY: web
web: web/dist/.built ## Build the pages that the binary carries.

.PHONY: web-packages
web-packages: web/node_modules/.installed

web/dist/.built: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run build
	touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is needed for the pages: install it (Debian: apt-get install nodejs npm)"; exit 1; }
	cd web && npm ci --no-audit --no-fund
	touch $@

.PHONY: deny
deny:
	@cargo deny --version 2>/dev/null | grep -q ' $(CARGO_DENY_VERSION)$$' || cargo install --locked cargo-deny@$(CARGO_DENY_VERSION)
	cargo deny --all-features check bans licenses sources
