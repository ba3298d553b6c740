# make demo and make test work alone on a fresh clone: they create .venv with uv when it is there, else venv and pip.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= 2

.PHONY: help demo test lint type docs golden bench format clean
help:            ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

$(READY): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	    uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	    uv pip install --quiet --python $(BIN)/python --editable '.[dev]'; \
	else \
	    $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --editable '.[dev]'; \
	fi
	@touch $@

demo: $(READY)   ## audit a local stack, insecure and hardened; reports in demo-report/
	$(BIN)/audit demo

test: $(READY)   ## every test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

lint: $(READY)   ## ruff, and that what is generated is fresh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: $(READY)   ## mypy, strict
	$(BIN)/mypy

docs: $(READY)   ## pages of the checks, schemas, and the generated parts of the README
	$(BIN)/python -m tools.docs

golden: $(READY) ## rewrite the expected reports of tests/report/golden
	$(BIN)/python -m tools.golden

bench: $(READY)  ## start-up, speed and memory, with medians
	$(BIN)/python -m bench

format: $(READY) ## ruff format and safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:           ## remove what the other verbs made
	rm -rf $(VENV) demo-report .pytest_cache .mypy_cache .ruff_cache
