# `make run` and `make test` set up what they need on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
TASK ?= question-answering
BASE ?= minilm

.PHONY: run test test-ray check lint types programs fetch bench train clean

run: $(VENV)/installed ## serve the page; ARGS="--port 8000" passes options on
	$(BIN)/python app.py $(ARGS)

fetch: $(VENV)/installed ## download the bundled weights now, not when a visitor waits
	$(BIN)/python app.py --fetch

test: $(VENV)/installed-dev programs ## every test, the browser's included
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not ray"

test-ray: $(VENV)/installed-dev ## the tests that need Ray, where it installs, and HAProxy; both stay
	@sh tests/install-programs.sh haproxy
	@if $(BIN)/python -m pip install --quiet -r requirements-ray.txt; then \
		$(BIN)/python -m pytest -n 0 -m ray tests/replicas; \
	else echo "Ray does not install here, so that its tests are left out."; fi

check: lint types test test-ray ## what continuous integration runs

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	@find demos -name '*.pyi' -delete # Gradio's, written at import; mypy would read them in place of the source
	$(BIN)/mypy

programs:
	@sh tests/install-programs.sh

bench: $(VENV)/installed-dev ## measure speed and quality beside the rivals; DATA=folder of the evaluation sets, if any
	$(BIN)/python -m bench $(if $(filter file,$(origin DATA)),,--data $(DATA)) $(ARGS)

# Threads that wait for each other sleep, so that other work beside hours of training costs it only its share.
train: $(VENV)/installed-dev ## remake an adapter; TASK=question-answering or sentiment, DATA=folder, BASE=mpnet, MINUTES=60
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m train $(TASK) --base $(BASE) $(if $(MINUTES),--minutes $(MINUTES)) --data $(DATA) $(ARGS)

clean: ## remove the virtual environment and caches, but not the weights
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Glassbox needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/installed: requirements.txt | $(VENV)/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt | $(VENV)/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@ $(VENV)/installed
