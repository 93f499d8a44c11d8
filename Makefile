# Every target is one script in scripts/, which can be read and run by itself.
.DEFAULT_GOAL := help
.PHONY: help run build dev test lint e2e screenshots conformance fuzz soak bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build for release and serve on http://127.0.0.1:3000 (PARLOR_LISTEN, PARLOR_DATA)
	@scripts/run

build: ## Build the server and the browser's part for release
	@scripts/build

dev: ## Serve, rebuild on every change and reload the browser
	@scripts/dev

test: ## Lint, then all tests: native, integration and in a real browser
	@scripts/test

lint: ## Check format and types; warnings are errors
	@scripts/lint

e2e: ## Build for release and run the browser tests alone
	@scripts/e2e

screenshots: ## Build for release and photograph every screen into end2end/screenshots
	@scripts/screenshots

conformance: ## Put the WebSocket code to the cases of Autobahn
	@scripts/conformance

soak: ## Simulate for hours (PARLOR_SEEDS)
	@scripts/soak

fuzz: ## Feed hostile input to the decoders and to both cores (FUZZ_SECONDS for each)
	@scripts/fuzz

bench: ## Measure Parlor beside other servers and write docs/PERFORMANCE.md (takes more than an hour)
	@scripts/bench
