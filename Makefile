# Two commands are enough on a fresh machine with Python >= 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --no-sync --quiet
export UV_PYTHON_DOWNLOADS = never
export UV_PYTHON = $(PYTHON)

.DEFAULT_GOAL := help
.PHONY: help setup demo up secrets test test-containers faults letters bench lint format schemas manifests clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Cohort needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12 demo"; exit 2; }
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet 'uv>=0.13,<0.14'

setup: $(filter .uv/bin/uv,$(UV)) ## Make .venv from uv.lock
	@$(UV) sync --frozen --all-packages --quiet

demo: setup ## Run a whole hiring drive through real Kafka, Postgres and SMTP (SIZE=20000, INPUT=FILE.ndjson)
	@$(RUN) cohort demo $(if $(SIZE),--size $(SIZE)) $(if $(INPUT),--input $(INPUT))

up: setup ## Keep the whole pipeline running until Ctrl-C
	@$(RUN) cohort up

secrets: ## Draw the passwords that docker-compose.yml asks for into ./secrets; those that are there stay
	@$(PYTHON) deploy/draw_secrets.py

test: setup ## Every test that needs no Docker
	$(RUN) pytest

faults: setup ## Kill, stop and cut off everything at random under load (FAULTS=200, SEED=drawn, RATE=200 a second)
	@COHORT_FAULTS=$(or $(FAULTS),200) COHORT_SEED=$(SEED) COHORT_RATE=$(RATE) $(RUN) pytest tests/faults -s

letters: setup ## Kill two replicas of notify at random while they send (LETTERS=100000)
	@COHORT_LETTERS=$(or $(LETTERS),100000) $(RUN) pytest tests/pipeline/test_notify_killed.py

test-containers: setup ## The tests that need a Docker engine
	$(RUN) pytest -m containers

bench: setup ## Measure screening beside the alternatives, latency, intake and notify (SIZE=200000, ROUNDS=3)
	@UV="$(abspath $(UV))" $(RUN) python -m bench $(if $(SIZE),--size $(SIZE)) $(if $(ROUNDS),--rounds $(ROUNDS))

lint: setup ## ruff, mypy, import-linter
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports

format: setup ## Let ruff mend what it can
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

schemas: setup ## Write the JSON Schemas of the events and the AsyncAPI document anew
	$(RUN) python -m hiring.events.schemas shared/schemas

manifests: setup ## Write the Kubernetes topics, users and rights anew
	$(RUN) python deploy/kubernetes/generate.py

clean: ## Remove what was made here: the environment and the pipeline's data
	rm -rf .venv .uv .cohort
