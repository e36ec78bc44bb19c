# Everything is set up in .venv from a bare python3 (3.11-3.13) and a network.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The whole check, which writes the page; CI asks for a short one that writes nothing.
FIT ?= --out docs/validation.md
BACKTEST ?= --out docs/backtest.md --library

.PHONY: run test browser cluster full lint licences docs validate backtest clean

run: $(STAMP)  ## the main job: restrictive measures against the baseline, table and figures
	$(BIN)/python -m sim +scenario=restrictive

test: $(STAMP) lint  ## all tests of a normal change
	$(BIN)/python -m pytest -m "not full and not cluster" -n 2

browser:  ## what the browser checks of the report need beside chromium and node; they skip without it
	npm install --prefix .browser --no-save --no-audit --no-fund --silent playwright-core@1.65.1 axe-core@4.14.1

cluster: $(STAMP)  ## one short sweep on a Slurm and on a Ray of this machine; skips what cannot be had
	$(BIN)/python -m pytest -m "cluster and not full" tests/cluster

full: $(STAMP)  ## long checks too: whole-world runs, fuzzing, kill tests; an hour on 2 cores
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=40

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

licences: $(STAMP)  ## of everything that the lock installs, as a list; fails at one that is not free to use here
	$(BIN)/pip-licenses

docs: $(STAMP)  ## pages that are generated from code
	$(BIN)/talent-circulation docs

validate: $(STAMP)  ## the in-sample fit, as a table (docs/validation.md)
	$(BIN)/python -m sim.analysis.validate $(FIT)

backtest: $(STAMP)  ## rules after the data: paths.csv and docs/backtest.md
	$(BIN)/python -m sim.analysis.backtest $(BACKTEST)

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "needs Python 3.11 to 3.13, not " + sys.version.split()[0]'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $(STAMP)

clean:
	rm -rf $(VENV) .browser dist build
