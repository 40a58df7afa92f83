# Thin on purpose: what the targets do stands in deploy/.
PYTHON ?= python3
VENV := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run setup test check browser format pins pictures benchmark tools

help: ## List what make can do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

run: setup ## Start everything for a first look: packages, database, demo business (DEMO=no: none), web and worker
	@$(VENV) -m config.embedded

setup: ## Make .venv with the packages that Openslot needs to run
	@$(call install,base)

test: tools ## Run everything that a change must pass; says at its end what could not be run
	@$(VENV) -m deploy.test

check: tools ## The quick loop: format, lint, types, imports, migrations and the tests on SQLite
	@$(VENV) -m deploy.check

browser: tools ## Run the tests that drive Chromium
	@$(VENV) -m deploy.test browser

format: tools ## Format the code and repair what the linter can repair
	@$(VENV) -m ruff format .
	@$(VENV) -m ruff check --fix .

pins: tools ## Compile requirements/*.in into pinned versions with hashes; make pins UPGRADE=yes renews them
	@$(VENV) -m deploy.pins $(if $(UPGRADE),--upgrade)

pictures: tools ## Take the pictures of the README anew
	@$(VENV) -m deploy.pictures

benchmark: tools ## Measure everything of make run together: memory, and how long eight visitors wait
	@$(VENV) -m benchmarks.embedded

tools:
	@$(call install,development)

install = command -v $(PYTHON) >/dev/null || { echo "Openslot needs Python 3.11, 3.12 or 3.13; there is no $(PYTHON) here."; exit 1; } && $(PYTHON) deploy/setup.py $(1)
