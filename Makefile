# The commands of this project; each is a script in scripts/, so this file only names them.
# `make test` prints its own summary as the last line, hence no "Entering directory" chatter.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test journeys soak bench fmt generate clean

help: ## List these commands
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: ## Build what changed, fill the demo, serve it on http://127.0.0.1:8080
	@bash scripts/run.sh

test: ## Everything that has to hold before a change lands
	@bash scripts/test.sh

journeys: ## More browser journeys (ONLY=text picks by title)
	@bash scripts/test.sh journeys

soak: ## Long assurance runs, in tests/soak (ONLY=text picks by name)
	@bash scripts/test.sh soak

bench: ## Measure; writes target/bench/summary.json (ONLY=booking|video|web picks a group)
	@bash scripts/bench.sh

fmt: ## Format the Rust sources
	@cargo fmt --all

generate: ## Write openapi.json and the TypeScript client anew from the code
	@bash scripts/generate.sh

clean: ## Remove everything that was built or installed here (not data/)
	@rm -rf target .cache web/dist web/node_modules scripts/mailbox/node_modules
