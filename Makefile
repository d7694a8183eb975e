# Everything a newcomer needs, by name; `make` alone lists it. What a target needs it makes itself, under .venv/ and build/.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The first interpreter that is new enough; PYTHON=… overrides.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PINS := $(shell cksum < pyproject.toml | cut -d' ' -f1)
STAMP := .venv/.pins-$(PINS)
BIN := .venv/bin
MLCLICK := $(BIN)/mlclick

# Compiled tools and built simulators, reused by the next run and by other checkouts.
MLCLICK_CACHE ?= $(shell d="$${HOME:-/dev/null}/.cache/mlclick"; \
	mkdir -p "$$d" 2>/dev/null && test -w "$$d" && echo "$$d" || echo "$(CURDIR)/build/cache")
YOWASP_CACHE_DIR ?= $(MLCLICK_CACHE)/yowasp
export MLCLICK_CACHE YOWASP_CACHE_DIR
export AMARANTH_USE_YOSYS := builtin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

HARDWARE ?= none
TENANTS_DIR ?= tenants
GOAL := $(firstword $(filter check merge plan run verify coverage bitstream,$(MAKECMDGOALS)))
$(if $(GOAL),$(if $(TENANTS),,$(error TENANTS is not set: say which tenants, as in `make $(GOAL) TENANTS=a,b`)))

.PHONY: help preflight setup test unit heavy lint types contract format check merge plan run verify coverage bitstream isolation conformance mutants fuzz malformed memory proofs clicktests compare bench bench-software bench-tenants bench-sharing hosts clean distclean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

preflight:
	@missing=""; \
	[ -n "$(PYTHON)" ] || missing="$$missing python3>=3.11"; \
	for tool in git g++; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	[ -z "$$missing" ] || { echo "missing:$$missing; install it with your system's packages (or name an interpreter: make PYTHON=/path/to/python3.11)" >&2; exit 2; }

setup: $(STAMP) ## the virtual environment .venv from the pinned wheels

# A Python without ensurepip (Debian's, without python3-venv) still serves when it has pip.
$(STAMP): | preflight
	@echo "setting up .venv from the pins in pyproject.toml"
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		[ -x $(BIN)/pip ] || $(PYTHON) -m venv .venv; \
		$(BIN)/python -m pip install -qq -e '.[dev]'; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		[ -x $(BIN)/python ] || $(PYTHON) -m venv --without-pip .venv; \
		$(PYTHON) -m pip --python $(BIN)/python install -qq -e '.[dev]'; \
	else \
		echo "missing: pip; install your system's python3-venv package, or name an interpreter that has it: make PYTHON=/path/to/python3.11" >&2; exit 2; \
	fi
	@rm -f .venv/.pins-* && touch $@

test: lint types contract unit ## lint, types, import contract and the test suite; results in build/junit.xml

unit: $(STAMP) ## the test suite alone; T="-k name" chooses
	@mkdir -p build
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q --junitxml=build/junit.xml $(T) < /dev/null

heavy: $(STAMP) ## the tests of which the suite has a short form alone
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q -m heavy $(T) < /dev/null

lint: $(STAMP) ## ruff: rules and format
	@$(BIN)/ruff check -q --output-format concise . && $(BIN)/ruff format -q --check .

types: $(STAMP) ## mypy, strict
	@$(BIN)/mypy --no-error-summary

contract: $(STAMP) ## who may import whom
	@mkdir -p build
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache > build/contract.txt 2>&1 || { cat build/contract.txt; exit 1; }

format: $(STAMP) ## rewrite the sources as ruff wants them
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

check: $(STAMP) ## is the configuration of TENANTS=a,b sound
	@$(MLCLICK) check $(TENANTS) --tenants $(TENANTS_DIR)

merge: $(STAMP) ## the master graph of TENANTS=a,b, as Click text
	@$(MLCLICK) merge $(TENANTS) --tenants $(TENANTS_DIR)

plan: $(STAMP) ## which element of TENANTS=a,b runs where, and why
	@$(MLCLICK) plan $(TENANTS) --tenants $(TENANTS_DIR)

run: $(STAMP) ## packets through TENANTS=a,b: IN="0=x.pcap 1=y.pcap" OUT=dir HARDWARE=none|sim
	@$(MLCLICK) run $(TENANTS) --tenants $(TENANTS_DIR) $(foreach i,$(IN),--in $(i)) $(if $(OUT),--out $(OUT)) --hardware $(HARDWARE)

verify: $(STAMP) ## evidence that TENANTS=a,b do not disturb each other: BOARD=… MODE=… COVERAGE=yes ONLY=…
	@$(MLCLICK) verify $(TENANTS) --tenants $(TENANTS_DIR) $(if $(BOARD),--board $(BOARD)) $(if $(COVERAGE),--coverage) $(if $(ONLY),--only $(ONLY))$(if $(MODE), --mode $(MODE))

coverage: $(STAMP) ## what of the Verilog of TENANTS=a,b simulation reaches, and each hole: BOARD=… ONLY=step
	@$(MLCLICK) verify $(TENANTS) --tenants $(TENANTS_DIR) --coverage $(if $(BOARD),--board $(BOARD)) $(if $(ONLY),--only $(ONLY))

bitstream: $(STAMP) ## TENANTS=a,b built for BOARD=netfpga_sume|versa_ecp5, or what can be built here
	@$(MLCLICK) build $(TENANTS) --tenants $(TENANTS_DIR) $(if $(BOARD),--board $(BOARD))

isolation: $(STAMP) ## the catalogue of isolation with more seeds: SEEDS=10
	@mkdir -p build
	@ISOLATION_SEEDS=$(or $(SEEDS),10) $(BIN)/python -m pytest -n 2 --dist worksteal -q -m "" --junitxml=build/isolation.xml tests/sim/isolation tests/sim/test_information_flow.py < /dev/null

conformance: $(STAMP) ## every packet program in four readings, 2,500 packets a seed: SEEDS=4 by default
	@CONFORMANCE_SEEDS=$(or $(SEEDS),4) $(BIN)/python -m pytest -q tests/sim/test_conformance.py tests/swclick/test_conformance.py < /dev/null

mutants: $(STAMP) ## planted defects, each of which a check must catch
	@$(MLCLICK) mutants

fuzz: $(STAMP) ## random machines, split against software: SEED=1 PACKETS=… ROUNDS=40, or CASE=dir again
	@$(MLCLICK) fuzz $(if $(SEED),--seed $(SEED)) $(if $(PACKETS),--packets $(PACKETS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(CASE),--replay $(CASE))

malformed: $(STAMP) ## malformed packets for every element, under sanitizers: PACKETS=1000000 SEED=1 CASE=dir
	@$(MLCLICK) malformed $(if $(SEED),--seed $(SEED)) $(if $(PACKETS),--packets $(PACKETS)) $(if $(CASE),--replay $(CASE))

memory: $(STAMP) ## an hour of malformed packets: no memory may grow: SECONDS=3600 RATE=100
	@$(MLCLICK) memory $(if $(SECONDS),--seconds $(SECONDS)) $(if $(RATE),--rate $(RATE)) $(if $(SEED),--seed $(SEED))

clicktests: $(STAMP) ## Click's own tests with swclick in the place of click: CLICK_TREE=dir ONLY='ip/*'
	$(if $(CLICK_TREE),,$(error CLICK_TREE is not set: say where a built source of Click is, as in `make clicktests CLICK_TREE=../click`))
	@$(MLCLICK) clicktests $(CLICK_TREE) $(if $(ONLY),--only '$(ONLY)')

compare: $(STAMP) ## every element beside a stock Click's: CLICK=path ONLY='IP*' DATA=folder SEED=1
	$(if $(CLICK),,$(error CLICK is not set: say where a stock click is, as in `make compare CLICK=../click/userlevel/click`))
	@$(MLCLICK) compare '$(CLICK)' $(if $(ONLY),--only '$(ONLY)') $(if $(DATA),--data '$(DATA)') $(if $(SEED),--seed $(SEED))

proofs: $(STAMP) ## each tenant proved apart, and how long it takes: TENANTS=a,b WIDTH="64 256" COPIES=2
	@$(MLCLICK) proofs $(TENANTS) --tenants $(TENANTS_DIR) $(foreach w,$(WIDTH),--width $(w)) $(if $(COPIES),--copies $(COPIES))

bench: $(STAMP) ## how fast the compiled machine is, and what one more tenant costs: build/bench/
	@$(MLCLICK) bench

hosts: $(STAMP) ## two hosts talk through tenant a, alone and beside a flood of b (root; 100 MB)
	@PYTHONPATH=. $(BIN)/python tests/swclick/two_hosts.py 100000000

bench-software: $(STAMP) ## ns/packet of swclick, beside CLICK=… FASTCLICK=…: PACKETS=… ROUNDS=5 ONLY='router*'
	@$(if $(CLICK),CLICK='$(CLICK)') $(if $(FASTCLICK),FASTCLICK='$(FASTCLICK)') $(MLCLICK) bench-software $(if $(PACKETS),--packets $(PACKETS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(foreach o,$(ONLY),--only '$(o)') $(if $(ROUTES),--routes $(ROUTES)) $(if $(INSTRUCTIONS),--instructions)

bench-tenants: $(STAMP) ## what 1, 10 and 100 alike tenants cost swclick: compiling, starting, ns/packet
	@$(MLCLICK) bench-tenants $(if $(PACKETS),--packets $(PACKETS)) $(if $(ROUNDS),--rounds $(ROUNDS))

bench-sharing: $(STAMP) ## how exactly ten tenants share the processor, and how long each waits for it: EACH=10
	@$(MLCLICK) bench-sharing $(if $(EACH),--seconds $(EACH))

clean: ## remove what was built; the caches stay
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis

distclean: clean ## remove the virtual environment and the caches too
	rm -rf .venv "$(MLCLICK_CACHE)"
