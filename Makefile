# Two commands do everything on a fresh machine: `make demo` and `make test`. Python 3.11 or newer is all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check bench docs samples clean

demo: $(VENV)/run.stamp
	$(BIN)/pickup demo demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_docs.py --check

bench: $(VENV)/test.stamp
	$(BIN)/python tests/bench/run.py

docs: $(VENV)/test.stamp
	$(BIN)/python docs/make_docs.py

samples: $(VENV)/test.stamp
	$(BIN)/python sample_timelines/make.py

clean:
	rm -rf $(VENV) demo

$(VENV)/pip.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pickup needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test.stamp: requirements-dev.lock pyproject.toml | $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/run.stamp
