# Two commands matter: `make demo` and `make test`. Both set up what they need, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKFLOWS := config-examples/starter/github-workflow.yml
READY := $(VENV)/.ready

.PHONY: demo test check format schemas campaign bench bench-quick clean

demo: $(READY)
	$(BIN)/reconciler demo

test: $(READY)
	$(BIN)/pytest -q -n 2 -m "not campaign"

campaign: $(READY)
	$(BIN)/pytest -q -n 2 tests/campaigns

bench: $(READY)
	$(BIN)/python -m benchmarks.run --json benchmarks/result.json

bench-quick: $(READY)
	$(BIN)/python -m benchmarks.run --quick

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/reconciler schema build --check
	$(BIN)/actionlint $(WORKFLOWS)
	$(BIN)/zizmor --quiet --offline action.yml $(WORKFLOWS)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(READY)
	$(BIN)/reconciler schema build --out schemas

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[sandbox,dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
