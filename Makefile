# Everything sets up what it needs first, and only what is missing: see `make help`.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8000
PYTHON ?= python3
WEIGHTS ?=
IMAGE_BUILD ?= ../shared/tools/image-build
TESTS ?=
VISITS ?= 2000
CHECK_INS ?= 5000
KILLS ?= 100
BENCH ?=

python := .venv/bin/python
# Without its bytecode Python compiles two thousand modules anew in every process, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

set-up = $(PYTHON) setup $(if $(WEIGHTS),--weights '$(WEIGHTS)')

.PHONY: help run test screens setup build bench soak crash-test scale-test lint fuzz release sbom image-test clean distclean python-is-new-enough

help: ## Show this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: python-is-new-enough ## Start the kiosk and the dashboard on PORT (8000): the demo class is in it
	@$(set-up) run
	@FACE_CHECKIN_PORT='$(PORT)' exec $(python) -m server serve

test: python-is-new-enough ## Run every test, with a real browser and a real nginx (TESTS='-k word' for some)
	@$(set-up) test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" NODE_OPTIONS=--test-reporter=spec npm test --silent --prefix web
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(python) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not screens and not long' $(TESTS)

screens: python-is-new-enough ## Take the pictures of every page and state in both languages into docs/screens
	@$(set-up) test
	@$(python) -m pytest -m screens tests/e2e

setup: python-is-new-enough ## Fetch and build everything that running needs, without starting
	@$(set-up) run

build: python-is-new-enough ## Build the pages and their translations
	@$(set-up) web

bench: python-is-new-enough ## Measure speed and accuracy; tables go to docs/ (BENCH=openset for one of them)
	@$(set-up) run
	@$(python) -m benchmarks $(BENCH)

soak: python-is-new-enough ## Send 10,000 frames, make 2,000 visits, tell the longest stories (VISITS=200 for fewer)
	@$(set-up) test
	@$(python) -m benchmarks throughput --frames 10000
	@SOAK_VISITS='$(VISITS)' $(python) -m pytest -s tests/e2e/test_soak.py
	@$(python) -m pytest -m 'long and not screens' tests --deselect tests/e2e/test_soak.py --ignore tests/scale

crash-test: python-is-new-enough ## Kill processes 100 times during 5,000 check-ins, and see that nothing is lost
	@$(set-up) run
	@$(python) -m benchmarks crash --check-ins '$(CHECK_INS)' --kills '$(KILLS)'

scale-test: python-is-new-enough ## Several replicas: balance, events, jobs, a death, an upgrade (5 minutes on 2 cores)
	@$(set-up) test
	@$(python) -m pytest -v --durations=5 tests/scale

lint: python-is-new-enough ## Check style, format, imports, types, dead and double code, scripts, packages (known holes, wheels)
	@$(set-up) lint
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/mypy
	@.venv/bin/vulture
	@.venv/bin/pylint recognition server training benchmarks setup tests
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm run lint --silent --prefix web
	@$(python) -m setup.advisories
	@$(python) -m setup.wheels

sbom: python-is-new-enough ## Write what it is made of (CycloneDX) to build/sbom
	@$(set-up) sbom
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(python) -m setup.sbom --into build/sbom

image-test: python-is-new-enough ## Build the container image and check in at it (IMAGE_BUILD=tool that builds without an engine)
	@$(set-up) test
	@sh setup/image-test '$(IMAGE_BUILD)'

release: python-is-new-enough ## Write source archive, bill of materials and checksums (IMAGE_BUILD=tool: the image too)
	@$(set-up) sbom
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(python) -m setup.release $(if $(filter command environment,$(firstword $(origin IMAGE_BUILD))),--image-build '$(IMAGE_BUILD)')

fuzz: python-is-new-enough ## Send 20,000 bent pictures and requests: no 5xx, no hang, no growth (FUZZ_CASES, FUZZ_SEED)
	@$(set-up) test
	@FUZZ_CASES=$${FUZZ_CASES:-10000} $(python) -m pytest -s tests/server/fuzz

clean: ## Delete what was built; the packages, the weights and data/ stay
	@rm -rf build web/dist .pytest_cache .ruff_cache .import_linter_cache .mypy_cache .hypothesis
	@find server/translations -name '*.mo' -delete 2>/dev/null || true

distclean: clean ## Delete everything that set-up made or fetched; data/ stays
	@rm -rf .venv web/node_modules models/faces models/demo

python-is-new-enough:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. On Debian: apt-get install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Face Check-in needs Python 3.11 or newer, and $(PYTHON) here is %d.%d: put a newer one first in PATH, or name it: make PYTHON=python3.12" % sys.version_info[:2])'
