# Two commands matter: `make demo` and `make test`. Both set up what they need, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKFLOWS := config-examples/starter/github-workflow.yml
READY := $(VENV)/.ready

.PHONY: demo test check format schemas campaign bench bench-quick profile clean

demo: $(READY)
	$(BIN)/reconciler demo

test: $(READY)
	$(BIN)/pytest -q -n 2 -m "not campaign"

campaign: $(READY)
	$(BIN)/pytest -q -n 2 tests/campaigns
	$(BIN)/pytest -q -n 2 -m campaign --ignore=tests/campaigns

bench: $(READY)
	$(BIN)/python -m benchmarks.run --json docs/performance.json
	$(BIN)/python -m benchmarks.publish

bench-quick: $(READY)
	$(BIN)/python -m benchmarks.run --quick

profile: $(READY)
	$(BIN)/python -m benchmarks.profile

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
	# ajv, as editors and CI use it, and the official schema of SARIF; tests say that they were skipped where there is no npm.
	-npm install --silent --no-fund --no-audit --ignore-scripts --prefix $(VENV)/node ajv@8 @microsoft/jest-sarif@1.0.0-beta.0
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
