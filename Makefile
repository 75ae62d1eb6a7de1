# Every target sets up what it needs: a virtual environment from the hash-pinned lock, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Caches of libraries (fonts and the like) stay inside the checkout.
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/cache/matplotlib
export XDG_CACHE_HOME := $(CURDIR)/$(VENV)/cache
export PYTHONDONTWRITEBYTECODE :=
# pip asks rustc for its version, and a rustup that is new to a home folder begins one there.
ifeq ($(wildcard $(HOME)/.rustup),)
export RUSTUP_HOME ?= $(CURDIR)/$(VENV)/cache/rustup
endif

.PHONY: demo test bench bench-table faults lock format check

demo: $(READY)
	@$(BIN)/askwhy demo

test: $(READY)
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q -n auto

bench: $(READY)
	$(BIN)/python -m benchmarks $(ARGS)

bench-table: $(READY)
	$(BIN)/python -m benchmarks.table $(ARGS)

faults: $(READY)
	$(BIN)/pytest -q tests/faults --full-size $(ARGS)

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# Everything at one version each; what an installation needs is the part of it without the tools.
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header \
  --python-version 3.11

lock: $(READY)
	$(COMPILE) --group dev --output-file requirements.lock $(ARGS)
	$(COMPILE) --group build --constraint requirements.lock --output-file deploy/requirements.lock

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (once; a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@XDG_CACHE_HOME= $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@XDG_CACHE_HOME= $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
