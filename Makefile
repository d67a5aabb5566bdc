# Everything here needs only git, make and a Python of at least 3.11; the rest is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin

export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

# uv from the PATH if it runs there, else one of our own.
ifeq ($(shell uv --version >/dev/null 2>&1 && echo yes),yes)
UV := uv
else
UV := .venv-tools/bin/uv
OWN_UV := $(UV)
endif

NEEDS_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "$(PYTHON) is missing or older than 3.11; name another: make PYTHON=python3.12"; exit 1; }

# What .venv holds is decided by these two files: when they change, it is brought in line with them.
LOCKED := pyproject.toml uv.lock
SYNCED := .venv/.synced

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# Every command starts with the same modules: compiled once, they are read instead of compiled each time.
.PHONY: compiled
compiled: $(SYNCED)
	@$(BIN)/python -m compileall -q src

.PHONY: demo
demo: compiled ## the tour: check, compile and run an example
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/sales/demo.sh

.PHONY: test test-slow test-all
test: compiled ## the tests, without the slow ones
	@$(BIN)/python -m pytest -n 2

test-slow: compiled ## the slow tests alone
	@$(BIN)/python -m pytest -n 2 -m slow

test-all: compiled ## all tests
	@$(BIN)/python -m pytest -n 2 -m "slow or not slow"

.PHONY: check check-lint check-types check-imports check-docs check-lock
check: check-lint check-types check-imports check-docs check-lock ## lint, types, imports between rooms, generated docs, lock file

check-lint: $(SYNCED)
	@echo "lint: ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

check-types: $(BIN)/pyright
	@echo "types: pyright"
	@$(BIN)/pyright

check-imports: $(SYNCED)
	@echo "imports: import-linter"
	@$(BIN)/lint-imports --no-logo

check-docs: $(SYNCED)
	@echo "docs: the generated pages are those of the code"
	@$(BIN)/python docs/generate.py --check

check-lock: $(OWN_UV)
	@echo "lock: uv.lock fits pyproject.toml"
	@$(UV) lock --quiet --check --python $(PYTHON)

.PHONY: format
format: $(SYNCED) ## mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .

.PHONY: docs
docs: $(SYNCED) ## write the generated pages again
	@$(BIN)/python docs/generate.py

.PHONY: goldens
goldens: $(SYNCED) ## write the golden files again; read the difference before you commit it
	@$(BIN)/python -m pytest tests/golden --write-goldens

.PHONY: bench
bench: $(SYNCED) ## the benchmarks
	@$(BIN)/python benchmarks/run.py

.PHONY: fuzz
fuzz: $(SYNCED) ## ten minutes of plans that nobody wrote, judged by every oracle
	@$(BIN)/interlock fuzz --minutes 10 --seed $${SEED:-1}

.PHONY: lock
lock: $(OWN_UV) ## write uv.lock again after a change of dependencies
	@$(UV) lock --python $(PYTHON)

.PHONY: clean
clean: ## remove caches and build output; .venv stays
	@rm -rf build dist .venv-tools .pytest_cache .ruff_cache .hypothesis .import_linter_cache benchmarks/out examples/*/out
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(SYNCED): $(LOCKED) $(OWN_UV)
	@$(NEEDS_PYTHON)
	@echo "setup: the locked dependencies, into .venv"
	@$(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@

# The type checker is a target of its own: who runs only the demo or the tests does not wait for it.
$(BIN)/pyright: $(SYNCED)
	@echo "setup: the type checker, into .venv"
	@$(UV) sync --quiet --frozen --group types --python $(PYTHON)
	@touch $@

.venv-tools/bin/uv:
	@$(NEEDS_PYTHON)
	@echo "setup: uv, into .venv-tools"
	@$(PYTHON) -m venv .venv-tools || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo '*' > .venv-tools/.gitignore
	@.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check uv
