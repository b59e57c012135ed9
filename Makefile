# What people type here. Everything else is the go command.

GO    ?= go
FLAGS ?=

# The race detector watches everything. checkptr, which comes with it, looks at each use
# of a pointer; SQLite, C made into Go, is made of them. Left out there and only there,
# a test with a database takes half the time of a processor.
RACE = -race -gcflags='modernc.org/...=-d=checkptr=0'

build: ## bin/doorlink and bin/keypad
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/doorlink ./cmd/keypad

demo: build ## the whole story on this machine: make demo FLAGS="--listen 0.0.0.0:8443" for phones
	./bin/doorlink demo $(FLAGS)

dev: build ## the demo with pages and scripts read from disk at every request
	./bin/doorlink demo --dev --data .dev $(FLAGS)

test: need lint ## everything, after installing what is missing
	.ci/with-postgres --no-sync $(GO) test $(RACE) -timeout 15m $$($(GO) list ./... | grep -v /journeys)
	$(GO) test -count=1 $(RACE) -parallel 1 -timeout 15m ./journeys # one house at a time: two keep two processors from typing in time

need: ## install what the tests need, or say what it is
	.ci/need

lint: need ## vet, format, modernisers, staticcheck, the type check of the pages
	$(GO) vet ./...
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) fix -diff ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	web/node_modules/.bin/tsc --noEmit -p web

fuzz: ## each parser for a minute
	.ci/fuzz 60s

bench: ## figures of this machine, none of them asserted
	.ci/with-postgres .ci/bench

shots: build ## pictures of every state, in shots/
	$(GO) test -count=1 ./journeys -run TestShots -shots $(CURDIR)/shots -timeout 15m

picture: build ## the README's picture
	$(GO) test -count=1 ./journeys -run TestPicture -shots $(CURDIR)/docs

vuln: ## known vulnerabilities in what we import; needs the internet
	$(GO) tool -modfile=tools/go.mod govulncheck ./...

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

.PHONY: build demo dev test need lint fuzz bench shots picture vuln help
.DEFAULT_GOAL := help
