# Everything that people run. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VIEWERS ?= 2000
BUYERS ?= 1000
CLICKS ?= 50000
STOCK ?= 500
KILL ?= 0
BOTS ?= 0
MODE ?= first-come
WAITLIST ?= 0
JOURNAL ?= embedded
NODES ?= 1
ROUNDS ?= 3
CONNECTIONS ?= 10000
PEERS ?=
MINUTES ?= 10
CARGO_DENY_VERSION := 0.20.2
CHECK_JSONSCHEMA_VERSION := 0.39.0
SOCKETIFY_VERSION := 0.0.31
BUN_VERSION := 1.4.4
WS_VERSION := 8.23.0
# Measured once, with PEERS=all.
FAN_ONCE := nchan,nats,mosquitto,ws
CHECK_JSONSCHEMA := target/check-jsonschema-$(CHECK_JSONSCHEMA_VERSION)

WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/client/dist/*' \
	-not -path 'web/test-output/*' 2>/dev/null)

.PHONY: help
help: ## Say what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: web ## Serve the three pages with a show that is selling, at http://127.0.0.1:8080.
	cargo build --release --locked --workspace --bins
	target/release/dropcast demo

.PHONY: test
test: web redis-server ## Run every test: rules, journals, engine, hub, API, pages in a real browser.
	cargo test --workspace --locked
	cd web && npm test
	cargo build --locked --workspace --bins
	cd web && npm run test:browser

.PHONY: check
check: web-packages deny compose promtool ## Check format, lints, types, licences, where dependencies come from, the compose file, alerts.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web && npm run check

.PHONY: bench
bench: ## Measure everything on this machine, the rules and the journal first: ROUNDS=; writes docs/benchmarks.md.
	cargo bench --locked -p dropcast-domain
	cargo bench --locked --bench journal
	$(MAKE) bench-redis bench-rush bench-fan

# What runs undisturbed by sockets; the comparisons below take its figures up.
.PHONY: bench-engine
bench-engine: web redis-server ## Measure the engine and its journals alone, and the memory of a show's state: ROUNDS=.
	cargo build --release --locked --workspace --bins
	ROUNDS=$(ROUNDS) cargo bench --locked --bench engine | tee target/engine.txt
	cargo bench --locked --bench memory | tee target/memory.txt

.PHONY: bench-redis
bench-redis: bench-engine ## Measure two nodes on Redis beside one Lua script per click: ROUNDS=; writes docs/benchmarks.md.
	target/release/loadtest compare --server target/release/dropcast --rounds $(ROUNDS) \
		--engine target/engine.txt --page docs/benchmarks.md

.PHONY: bench-rush
bench-rush: bench-engine ## Measure a rush on one server beside axum and one Lua script per click: ROUNDS=; writes docs/benchmarks.md.
	target/release/loadtest compare-rush --server target/release/dropcast --rounds $(ROUNDS) \
		--engine target/engine.txt --memory target/memory.txt --page docs/benchmarks.md

.PHONY: bench-fan
bench-fan: web target/fan/.installed $(if $(filter all,$(PEERS)),fan-peers) ## Measure what a message to everybody costs, beside others: ROUNDS= CONNECTIONS= PEERS=all; writes docs/benchmarks.md.
	cargo build --release --locked --workspace --bins
	mkdir -p docs/benchmarks
	target/release/loadtest fan --rounds $(ROUNDS) --connections $(CONNECTIONS) \
		$(if $(filter all,$(PEERS)),--once $(FAN_ONCE)) --page docs/benchmarks.md --plot docs/benchmarks/fan.svg

.PHONY: rush
rush: web $(if $(filter redis,$(JOURNAL)),redis-server) ## Rush fresh servers: VIEWERS= BUYERS= CLICKS= STOCK= BOTS= MODE=draw WAITLIST=1 JOURNAL=redis NODES= KILL=1|redis.
	cargo build --release --locked --workspace --bins
	target/release/loadtest rush --server target/release/dropcast --journal $(JOURNAL) --nodes $(NODES) \
		--viewers $(VIEWERS) --buyers $(BUYERS) --clicks $(CLICKS) --stock $(STOCK) --bots $(BOTS) --kill $(KILL) \
		--mode $(MODE) $(if $(filter 1,$(WAITLIST)),--waitlist)

.PHONY: pages-report
pages-report: web ## Weigh the pages, let axe look at them, leave them open through a rush of MINUTES=.
	cargo build --release --locked --bin dropcast
	cd web && DROPCAST_BIN=$(CURDIR)/target/release/dropcast MINUTES=$(MINUTES) npm run --silent report

.PHONY: sim
sim: ## Run the engine through simulated faults: SEEDS= runs, from FIRST_SEED= on; TRACE=1 writes down what happens.
	$(if $(SEEDS),DROPCAST_SIM_SEEDS=$(SEEDS)) $(if $(FIRST_SEED),DROPCAST_SIM_FIRST_SEED=$(FIRST_SEED)) \
		$(if $(TRACE),DROPCAST_SIM_TRACE=$(TRACE)) cargo test --locked --test simulation -- --nocapture every_promise

# Part of `make test`, too.
.PHONY: model
model: ## Run the hub's hand-overs between threads in every order that loom finds.
	cargo test --locked -p dropcast-model

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

# Tests and rushes start Redis servers of their own, on ports of their own: one that runs as a service is left alone.
.PHONY: redis-server
redis-server:
	@command -v redis-server >/dev/null || { \
		if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null; \
		else \
			echo "Redis 7 is needed: install it (Debian: apt-get install redis-server)"; exit 1; \
		fi; \
	}

# uWebSockets as the package `socketify` carries it needs libuv; Bun is built on uWebSockets.
target/fan/.installed: Makefile
	@ldconfig -p | grep -q 'libuv\.so\.1 ' || { \
		if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libuv1 >/dev/null; \
		else \
			echo "libuv is needed for uWebSockets: install it (Debian: apt-get install libuv1)"; exit 1; \
		fi; \
	}
	python3 -m venv target/fan/python
	target/fan/python/bin/pip install --quiet --disable-pip-version-check socketify==$(SOCKETIFY_VERSION)
	npm install --prefix target/fan/node --no-save --no-audit --no-fund bun@$(BUN_VERSION) ws@$(WS_VERSION)
	touch $@

# They are started with configurations of their own; services that Debian's packages would start are left alone.
.PHONY: fan-peers
fan-peers:
	@command -v mosquitto >/dev/null && command -v nats-server >/dev/null && [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ] || { \
		if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq \
				nginx libnginx-mod-nchan nats-server mosquitto >/dev/null; \
		else \
			echo "Nchan, NATS and Mosquitto are needed: install them (Debian: apt-get install libnginx-mod-nchan nats-server mosquitto)"; exit 1; \
		fi; \
	}

# Debian's package would start a server: the service is left alone, and nothing here needs it.
.PHONY: promtool
promtool: ## Check the alert rules: that they can be read, that Prometheus is configured, and when each fires.
	@command -v promtool >/dev/null || { \
		if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq prometheus >/dev/null; \
		else \
			echo "promtool is needed: install it (Debian: apt-get install prometheus)"; exit 1; \
		fi; \
	}
	promtool check rules dashboards/prometheus/rules.yml
	promtool check config dashboards/prometheus/prometheus.yml
	promtool test rules dashboards/prometheus/rules.test.yml

.PHONY: compose
compose: $(CHECK_JSONSCHEMA)/.installed
	$(CHECK_JSONSCHEMA)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

$(CHECK_JSONSCHEMA)/.installed:
	@python3 -m venv $(CHECK_JSONSCHEMA) || { echo "Python 3.10 or newer with venv is needed to check docker-compose.yml: install it (Debian: apt-get install python3-venv)"; exit 1; }
	$(CHECK_JSONSCHEMA)/bin/pip install --quiet --disable-pip-version-check check-jsonschema==$(CHECK_JSONSCHEMA_VERSION)
	touch $@
