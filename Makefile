# Two commands matter: `make report` builds the site, `make test` proves it.
# Paths are relative on purpose: the folder's own path may contain a space.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: report test quick coverage setup hooks serve lint types bench clean help
.DEFAULT_GOAL := help

help:            ## Show what can be made
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 12

report: $(READY) ## Build the report into _build/html
	$(BIN)/rotation build

test: $(READY)   ## Run every check: style, types, layers, tests, notebooks, browser
	$(BIN)/python tools/browser.py
	$(BIN)/python tools/check.py

quick: $(READY)  ## Run the checks that take seconds
	$(BIN)/python tools/check.py --quick

coverage: $(READY) ## The same checks as `make test`, and which lines and branches the tests reach
	$(BIN)/python tools/browser.py
	$(BIN)/python tools/check.py --coverage

setup: $(READY)  ## Make the environment only

hooks: $(READY)  ## Set up git here: notebook diffs by nbdime, quick checks before each commit
	git config diff.jupyternotebook.command "$(BIN)/python tools/notebook_diff.py"
	git config merge.jupyternotebook.driver "$(BIN)/git-nbmergedriver merge %O %A %B %L %P"
	git config merge.jupyternotebook.name "jupyter notebook merge driver"
	$(BIN)/pre-commit install

serve: $(READY)  ## Show the built site at http://127.0.0.1:8000
	$(BIN)/rotation serve

bench: $(READY)  ## Measure weight and speed; the results go to benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

clean:           ## Remove the environment and everything built
	rm -rf $(VENV) _build

# The stamp comes last, so that an interrupted set-up starts over.
$(READY): requirements.txt pyproject.toml tools/setup.sh
	sh tools/setup.sh $(VENV)
	touch $(READY)
