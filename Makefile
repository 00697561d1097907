# Two commands do everything on a fresh machine: `make release` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# The scripts are bundled where npm and Node 20 are installed.
SITE := output/site

.PHONY: site scripts release test workflows docs benchmarks darktable format clean
.DEFAULT_GOAL := release

release: $(READY) ## lint, build, validate and package; MODELS="a b" for the named ones only
	@$(BIN)/dtmodels release $(MODELS)

# PYTEST="-k name" picks tests; PYTEST="" runs the slow ones too, as CI does.
PYTEST ?= -m "not slow"
test: $(READY) ## all checks: style, types, import directions, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile $(PYTEST)

site: $(READY) ## write the catalogue as a web site; needs Node 20 or newer for its scripts. URL= is where it will be published
	@$(MAKE) --no-print-directory scripts
	@$(BIN)/dtmodels run $(notdir $(wildcard models/proxy-*))
	@$(BIN)/dtmodels site $(SITE) --url "$(URL)"

scripts: ## bundle the site's scripts, from the pinned packages
	cd site && npm ci --silent && npm run --silent build

workflows: $(READY) ## hold the workflows against every checker, and execute them; needs Node 20 or newer
	$(BIN)/pytest tests/workflows

docs: $(READY) ## write what is generated from the cards
	$(BIN)/dtmodels docs

benchmarks: $(READY) ## measure what README and CHANGELOG claim
	$(BIN)/python -m benchmarks

darktable: $(READY) ## install the supported darktable beside this host, in .darktable/ (needs root)
	$(BIN)/dtproxies doctor --install

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what can be made again
	rm -rf output dist

# Torch comes from the CPU index unless this machine's pip finds a CPU wheel of its own.
$(READY): pyproject.toml constraints.txt
	@echo "setting up $(VENV) (a minute or two, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@sh .ci/install-python $(BIN)/python
	@touch $@
