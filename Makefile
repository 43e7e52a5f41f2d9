# Two commands matter: `make report` builds the site, `make test` proves it.
# Paths are relative on purpose: the folder's own path may contain a space.

# STACK=next lays another set of packages over the locks, in an environment of its own: any target
# takes it, such as `make test STACK=next`.
STACK :=
VENV := .venv$(if $(STACK),-$(STACK))
OVER := $(if $(STACK),requirements-$(STACK).txt)
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Ready for tests too: the same environment with the workshop's packages added.
TESTS := $(VENV)/.ready-test

.PHONY: report test quick coverage setup hooks serve lint types bench sbom clean help
.DEFAULT_GOAL := help

help:            ## Show what can be made
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 12

report: $(READY) ## Build the report into _build/html
	$(BIN)/rotation build

test: $(TESTS)   ## Run every check: style, types, layers, tests, notebooks, browser
	$(BIN)/python tools/browser.py
	$(BIN)/python tools/check.py

quick: $(TESTS)  ## Run the checks that take seconds
	$(BIN)/python tools/check.py --quick

coverage: $(TESTS) ## The same checks as `make test`, and which lines and branches the tests reach
	$(BIN)/python tools/browser.py
	$(BIN)/python tools/check.py --coverage

setup: $(READY)  ## Make the environment of the report only; `make test` adds to it

hooks: $(TESTS)  ## Set up git here: notebook diffs by nbdime, quick checks before each commit
	git config diff.jupyternotebook.command "$(BIN)/python tools/notebook_diff.py"
	git config merge.jupyternotebook.driver "$(BIN)/git-nbmergedriver merge %O %A %B %L %P"
	git config merge.jupyternotebook.name "jupyter notebook merge driver"
	$(BIN)/pre-commit install

serve: $(READY)  ## Show the built site at http://127.0.0.1:8000
	$(BIN)/rotation serve

bench: $(TESTS)  ## Measure weight and speed; the results go to benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

# The tools are no part of what they list, so they have an environment of their own.
sbom: $(READY)   ## List what the environment is made of (CycloneDX): _build/sbom.cdx.json
	$(BIN)/python -m venv --clear _build/workflows
	_build/workflows/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement tools/workflows.txt
	_build/workflows/bin/cyclonedx-py environment --pyproject pyproject.toml \
		--output-reproducible --output-file _build/sbom.cdx.json $(VENV)

clean:           ## Remove the environment and everything built
	rm -rf $(VENV) _build

# The stamp comes last, so that an interrupted set-up starts over. Where tests were run before, a
# changed lock renews their packages too.
$(READY): requirements.txt pyproject.toml tools/setup.sh tools/uv.txt $(OVER)
	rm -f $(READY)
	sh tools/setup.sh $(VENV) $(if $(wildcard $(TESTS)),requirements-test.txt,requirements.txt) $(OVER)
	touch $(READY)

$(TESTS): $(READY) requirements-test.txt
	sh tools/setup.sh $(VENV) requirements-test.txt $(OVER)
	touch $(TESTS)
