# Needs only make and Python 3.11 or newer; everything else is installed into .venv, with hashes.

PYTHON ?=
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
WORKERS ?= 2
ARGS ?=
FULL ?=

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
MOVED := $(shell test "$$(cat $(STAMPS)/tejido 2>/dev/null)" = "$$(pwd -P)" || echo moved)

# PIP_USER: a personal "user = true" makes pip refuse to install into a virtual environment.
PIP := PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_USER=0 $(BIN)/python -m pip

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(STAMPS)/run ## Serve Tejido, with its first data set; PORT, HOST, WORKERS and TEJIDO_DATABASE_URL are honoured
	@exec $(BIN)/python -m app.cli serve $(if $(filter command,$(origin HOST)),--host "$(HOST)") $(if $(PORT),--port "$(PORT)") $(if $(filter command,$(origin WORKERS)),--workers "$(WORKERS)") $(ARGS)

.PHONY: test
test: $(STAMPS)/test ## Run the tests; ARGS goes to pytest, WORKERS is the number of processes
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not long" $(ARGS)

.PHONY: test-long
test-long: $(STAMPS)/test ## Run the long tests, which `make test` leaves out; FULL=1 runs them four times as long
	@$(if $(FULL),TEJIDO_TEST_FULL=1) $(BIN)/python -m pytest -n $(WORKERS) -m long $(ARGS)

.PHONY: bench
bench: $(STAMPS)/bench ## Measure beside others and write docs/benchmarks.md; ARGS names rows, see docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: lint
lint: $(STAMPS)/lint ## Check style, types, import rules, the Dockerfile and the locks
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python $(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile
	$(BIN)/python tools/locks.py --check

.PHONY: format
format: $(STAMPS)/lint ## Put the code into its one format
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

.PHONY: lock
lock: $(STAMPS)/lint ## Bring uv.lock and requirements/ up to date; ARGS=--upgrade takes newer releases
	$(BIN)/python tools/locks.py $(ARGS)

.PHONY: openapi
openapi: $(STAMPS)/run ## Write openapi.json
	@$(BIN)/python -m app.cli openapi > openapi.json.part && mv openapi.json.part openapi.json

.PHONY: clients
clients: $(STAMPS)/run ## Make the clients from openapi.json; needs node and npm
	@$(BIN)/python tools/client_types.py
	@$(BIN)/python tools/client_sync.py
	@$(BIN)/python tools/typescript_types.py

.PHONY: migration
migration: $(STAMPS)/lint ## Write a migration for changed tables: make migration m="add topic labels"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="add topic labels"' >&2; exit 2; }
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		export TEJIDO_DATABASE_URL="sqlite:///$$folder/before.db" && \
		$(BIN)/python -m alembic upgrade head && \
		$(BIN)/python -m alembic revision --autogenerate -m "$(m)"
	@$(BIN)/python -m ruff check -q --fix app/migrations && $(BIN)/python -m ruff format -q app/migrations

.PHONY: clean
clean: ## Remove .venv and every cache; data stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
	find app benchmarks tests tools seed -type d -name __pycache__ -exec rm -rf {} + 2>/dev/null || true

$(STAMPS)/%: requirements/%.txt $(BIN)/python | $(STAMPS)/tejido
	@echo "Installing what $* needs (requirements/$*.txt) ..."
	@$(PIP) install -qq --require-hashes -r requirements/$*.txt
	@touch $@

# Tejido itself, editable: NetworkX finds a backend only in an installed package. The stamp holds the folder that the
# install points to, because a copied or moved one would go on importing the code of the old. A folder has no hash.
$(STAMPS)/tejido: pyproject.toml requirements/build.txt $(BIN)/python $(MOVED)
	@echo "Installing Tejido itself ..."
	@$(PIP) install -qq --require-hashes -r requirements/build.txt
	@PIP_REQUIRE_HASHES=0 $(PIP) install -qq --no-index --no-deps --no-build-isolation -e .
	@mkdir -p $(STAMPS) && pwd -P > $@

.PHONY: moved
moved:

$(BIN)/python:
	@chosen= ; bare= ; \
	for python in $(PYTHONS); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then chosen=$$python; break; else bare=$$python; fi; \
	done; \
	if [ -n "$$chosen" ]; then \
		echo "Making $(VENV) with $$chosen ..." && "$$chosen" -m venv --clear $(VENV); \
	elif [ -n "$$bare" ]; then \
		echo "$$bare cannot make virtual environments: its venv and ensurepip modules are missing." >&2; \
		echo "On Debian and Ubuntu they are in the package python3-venv. Or name another: make PYTHON=/path/to/python" >&2; \
		exit 1; \
	else \
		echo "Tejido needs Python 3.11 or newer, and found none as: $(PYTHONS)." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python" >&2; \
		exit 1; \
	fi
