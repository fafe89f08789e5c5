# PowerGym: two commands on a fresh machine are `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
FACES ?=
# More than the cores: most of the suite waits for PostgreSQL, processes and pages.
WORKERS ?= 3

# Compiled once and kept, whatever the environment says: every worker and every process that a test starts
# would otherwise compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test soak instants check bench messages clean

run: $(READY)
	$(BIN)/python -m bot

test: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# Long runs: whole, or each for about so many seconds (make soak SOAK_SECONDS=60).
soak: $(READY)
	$(if $(SOAK_SECONDS),SOAK_SECONDS=$(SOAK_SECONDS)) $(BIN)/pytest -m "soak and alone"
	$(if $(SOAK_SECONDS),SOAK_SECONDS=$(SOAK_SECONDS)) $(BIN)/pytest -m "soak and not alone" -n $(WORKERS)

# The tests that can tell the hour, at 26 instants (INSTANTS=--few: three; ONLY: those of a file); wants Debian's
# faketime.
instants: $(READY)
	$(BIN)/python -m tests.instants $(INSTANTS) -- -n $(WORKERS) --dist worksteal $(ONLY)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -m gym migrate --check

bench: $(READY)
	$(BIN)/python -m tests.bench $(if $(FACES),--faces $(FACES))

# insightface names another OpenCV than the headless one that is pinned: hence --no-deps.
$(READY): requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	touch $(READY)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis

# Messages for translators: new ones appear untranslated in gym/locale/*/LC_MESSAGES/powergym.po
messages: $(READY)
	$(BIN)/pybabel -q extract -F gym/locale/babel.cfg -k _ -k t -k tr -k N_ -k plural:1,2 --no-location \
		--sort-output -w 100 -o gym/locale/powergym.pot gym bot web
	$(BIN)/pybabel -q update -i gym/locale/powergym.pot -d gym/locale -D powergym --no-fuzzy-matching \
		--ignore-obsolete -w 100 --ignore-pot-creation-date
	rm gym/locale/powergym.pot
