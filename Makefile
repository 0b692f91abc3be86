# Facilitator – `make run` to try it, `make test` to prove it. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTANCE ?= instance
PORT ?= 8000
FACILITATOR_REAL_DATA ?= ../shared/data
# Two workers, each with its own PostgreSQL; JOBS=0 runs in one process.
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest
export PORT PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH

RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
ACCOUNTS := $(INSTANCE)/demo-accounts.txt

.PHONY: help run test check real bench assurance lock install-dev system format
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(RUNTIME) $(ACCOUNTS) ## Install, prepare the database and the demonstration once, then serve
	@$(BIN)/facilitator upgrade
	@echo; cat $(ACCOUNTS); echo
	@exec $(BIN)/facilitator serve --port $(PORT)

# A virtual environment, even where `ensurepip` was left out of Debian's Python.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Facilitator a besoin de Python 3.11 ou plus récent (make run PYTHON=python3.12)."; exit 1; }
	@echo "Création de l’environnement Python dans $(VENV)…"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Il manque un paquet du système : apt-get install python3-venv"; exit 1; }

$(RUNTIME): $(BIN)/python requirements.txt setup.cfg pyproject.toml
	@echo "Installation des bibliothèques (une à deux minutes la première fois)…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --no-build-isolation --no-deps -e .
	@touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.txt
	@echo "Installation des outils de test…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

$(ACCOUNTS): | $(RUNTIME)
	@mkdir -p $(INSTANCE)
	@$(BIN)/facilitator upgrade
	@echo "Chargement du territoire de démonstration (une fois, moins d’une minute)…"
	@(umask 077; $(BIN)/facilitator demo > $@)

install-dev: $(DEVELOPMENT) ## Install what checks and tests need

system: ## Install PostgreSQL and Chromium through apt, when root and absent
	@.ci/system

test: $(DEVELOPMENT) system ## Every test, on SQLite and PostgreSQL, Chromium included
	@$(PYTEST) -n $(JOBS) --dist loadfile --no-loadscope-reorder --ignore=tests/real -m "not campaign" $(ARGS)

check: $(DEVELOPMENT) ## Lint, format, types, imports, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --check --lint --quiet templates

format: $(DEVELOPMENT) ## Format the code and the templates
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .
	@$(BIN)/djlint --reformat --quiet templates || true

real: $(DEVELOPMENT) system ## The tests on the real files (FACILITATOR_REAL_DATA)
	@test -d "$(FACILITATOR_REAL_DATA)" || { \
		echo "LES DONNÉES RÉELLES SONT ABSENTES : $(FACILITATOR_REAL_DATA) n’existe pas (FACILITATOR_REAL_DATA)."; \
		echo "Aucun test sur données réelles n’a été exécuté."; \
		test -z "$${CI:-}"; exit $$?; }; \
	FACILITATOR_REAL_DATA="$$(realpath "$(FACILITATOR_REAL_DATA)")" $(PYTEST) tests/real $(ARGS)

bench: $(DEVELOPMENT) ## Measures, as ratios taken in one run
	@$(BIN)/python -m bench

assurance: $(DEVELOPMENT) system ## The long campaigns
	@$(PYTEST) -m campaign $(ARGS)

# No index, no machine path in the locked files: they are the same wherever they are compiled.
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links
lock: $(DEVELOPMENT) ## Lock the newest requirements
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements-dev.in -o requirements-dev.txt
