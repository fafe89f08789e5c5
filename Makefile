# PowerGym: two commands on a fresh machine are `make run` and `make test`; `make help` lists the others.
# Where that one was built without optimisations, as pyenv builds it, the distribution's of the same version: 115 tests
# of rooms take 15.8 seconds of processor with Debian's and 19.2 with pyenv's, and so in proportion does the gym.
DISTRIBUTED = import sys, sysconfig as s; print("" if "--enable-optimizations" in (s.get_config_var("CONFIG_ARGS") \
	or "--enable-optimizations") else "/usr/bin/python%d.%d" % sys.version_info[:2])
PYTHON ?= $(shell other=$$(python3 -c '$(DISTRIBUTED)') && test -n "$$other" && \
	$$other -c "import ensurepip, venv" 2>/dev/null && echo $$other || echo python3)
BIN := .venv/bin
# What runs the gym, and that with the tools: a stamp each, so that going from one to the other installs nothing.
RUNTIME := .venv/.ready-runtime
READY := .venv/.ready-dev
FACES ?=
# More than the cores: half of them begin with what waits for pages, programs and time (tests/support/order.py).
WORKERS ?= 4

# Compiled once and kept, whatever the environment says: every worker and every process that a test starts
# would otherwise compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test fast soak instants check bench messages lock bill clean

help:  ## these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME)  ## install what the gym needs and start all of it
	$(BIN)/python -m bot

test: $(READY)  ## the whole suite, on a real database and in a real browser
	$(BIN)/python -m tests.support.browser
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

fast: $(READY)  ## the quick tests: no browser, no started programs, no models
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m quick

# Each whole, or for about so many seconds.
soak: $(READY)  ## the long runs; SOAK_SECONDS=60 cuts each
	$(if $(SOAK_SECONDS),SOAK_SECONDS=$(SOAK_SECONDS)) $(BIN)/pytest -m "soak and alone"
	$(if $(SOAK_SECONDS),SOAK_SECONDS=$(SOAK_SECONDS)) $(BIN)/pytest -m "soak and not alone" -n $(WORKERS)

# The tests that can tell the hour, at 26 instants (INSTANTS=--few: three; ONLY: those of a file); wants Debian's
# faketime.
instants: $(READY)  ## live tests at 26 hours and nights (long ones at 5); INSTANTS=--few, ONLY=FILE
	$(BIN)/python -m tests.instants $(INSTANTS) -- -n $(WORKERS) --dist worksteal $(ONLY)

check: $(READY)  ## ruff, import-linter, pyright (strict), structure, migrations against models
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/pytest -q tests/names/test_structure.py
	$(BIN)/python -m gym migrate --check

bench: $(READY)  ## photo to verdict, chat, start, reports: bench/results.json; FACES=DIR CLIENTS=10000 YEARS=5
	$(BIN)/python -m tests.bench $(if $(FACES),--faces $(FACES)) $(if $(CLIENTS),--clients $(CLIENTS)) $(if $(YEARS),--years $(YEARS))

# New ones appear in gym/locale/*/LC_MESSAGES/powergym.po.
messages: $(READY)  ## new messages into the catalogues, untranslated
	$(BIN)/python -m tests.messages

# insightface names another OpenCV than the headless one that is pinned: hence --no-deps.
INSTALL = { test -x $(BIN)/python || $(PYTHON) -m venv .venv; } && \
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r

$(RUNTIME): requirements.lock
	$(INSTALL) requirements.lock
	touch $(RUNTIME)

$(READY): requirements.lock requirements-dev.lock
	$(INSTALL) requirements-dev.lock
	touch $(RUNTIME) $(READY)

# The index's address is the machine's own affair.
RESOLVE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-package opencv-python --no-emit-package opencv-contrib-python \
	--custom-compile-command "make lock" \
	$(if $(UPGRADE),$(if $(filter all,$(UPGRADE)),--upgrade,--upgrade-package $(UPGRADE)))

lock: $(READY)  ## resolve both locks; versions stay unless UPGRADE=NAME or UPGRADE=all
	$(RESOLVE) --output-file requirements.lock >/dev/null
	$(RESOLVE) --extra dev --constraint requirements.lock --no-annotate --output-file requirements-dev.lock >/dev/null

bill: $(READY)  ## the bill of materials (CycloneDX): build/powergym.cdx.json
	$(BIN)/python -m tests.bill build/powergym.cdx.json

clean:  ## forget the environment and every cache
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis
