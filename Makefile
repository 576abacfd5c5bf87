# Two commands do everything on a fresh machine: `make demo` and `make test`. Python 3.11 or newer is all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 5
OLDER_OTIO := 0.16.0 0.17.0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests start the program hundreds of times; without its byte code on the disk each start compiles all of it anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check bench soak faults docs samples clean

demo: $(VENV)/run.stamp
	$(BIN)/pickup demo demo

test: $(VENV)/test.stamp $(OLDER_OTIO:%=.venv-otio-%/test.stamp)
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_docs.py --check

bench: $(VENV)/test.stamp
	$(BIN)/python tests/bench/run.py
	$(BIN)/python tests/bench/money.py

soak: $(VENV)/test.stamp
	$(BIN)/python tests/soak/run.py --minutes $(MINUTES)

docs: $(VENV)/test.stamp
	$(BIN)/python docs/make_docs.py
	$(BIN)/python docs/make_lint.py
	$(BIN)/python docs/make_dialects.py
	$(BIN)/python docs/make_relink.py
	$(BIN)/python docs/make_providers.py
	$(BIN)/python docs/make_conform.py

faults: $(VENV)/test.stamp
	$(BIN)/python tests/soak/faults.py

samples: $(VENV)/test.stamp
	$(BIN)/python sample_timelines/make.py

clean:
	rm -rf $(VENV) $(OLDER_OTIO:%=.venv-otio-%) .venv-litellm demo

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

# Older OTIO libraries, as programs bundle them, read what is written. They have no wheels for every Python: where one
# cannot be installed there is no stamp, and its tests say that they are skipped.
.venv-otio-%/test.stamp: tests/dialects/otio-%.lock
	$(PYTHON) -m venv .venv-otio-$*
	if .venv-otio-$*/bin/python -m pip install --quiet --only-binary :all: --require-hashes -r $<; then touch $@; \
	else echo "OpenTimelineIO $* cannot be installed for this Python; its tests will be skipped"; fi

# A proxy of other people's stands between our client and a fake server in one test. It has more than a hundred packages,
# so `make test` runs that test only where this was made before, as it is by .ci/run.
.venv-litellm/test.stamp: tests/providers/litellm.lock
	$(PYTHON) -m venv .venv-litellm
	if .venv-litellm/bin/python -m pip install --quiet --only-binary :all: --require-hashes -r $<; then touch $@; \
	else echo "LiteLLM cannot be installed for this Python; its test will be skipped"; fi
