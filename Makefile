# The everyday commands. `make` alone lists them.
.PHONY: help build test race ci lint bench memory oracle fuzz statements crash powercut update generate

help:   ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'
build:  ## the program, as ./flare-pg
	go build -o flare-pg ./cmd/flare-pg
test:   ## every test
	go test ./...
race:   ## every test under the race detector
	go test -race ./...
lint:   ## formatting, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go tool -modfile=tools/go.mod staticcheck ./...
ci:     ## the gate, as it runs before a change lands
	bash .ci/run
bench:  ## the Go benchmarks, and import beside PostgreSQL's COPY
	go test -run '^$$' -bench . -benchtime 1s ./...
	bash bench/import.sh
EVENTS ?= 5M
memory: ## statements over EVENTS events with little work_mem: memory, and the same answers (long)
	go run ./bench memory --events $(EVENTS)
update: ## rewrite golden files, and PostgreSQL's recorded answers (needs its server programs)
	go test ./engine/manifest ./engine/tick ./engine/span ./session ./nql ./pgwire ./plan ./translate ./types/function ./bench ./bench/chart -update

generate: ## write the assembly of nql/sparse anew
	go generate ./nql/sparse

STATEMENTS ?= 20000
SESSIONS ?= 1000
SEED ?= 0
oracle: ## STATEMENTS random statements and SESSIONS random sessions beside PostgreSQL 15, by SEED (0: the day's own) (long)
	go test ./integration -run 'TestRandomStatements|TestRandomSessions' -randomsql $(STATEMENTS) -randomsessions $(SESSIONS) -randomseed $(SEED) -timeout 0 -count=1 -v

FUZZTIME ?= 5m
fuzz:   ## every fuzz target for FUZZTIME each (long)
	@for p in $$(go list ./...); do \
	  for f in $$(go test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "== $$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; done

statements: ## odd statements against a whole session for FUZZTIME, by one worker
	go test -run '^$$' -fuzz '^FuzzStatements$$' -fuzztime $(FUZZTIME) -parallel 1 ./session

SEEDS ?= 20000
crash:  ## power-loss and damage runs of the engine in memory over SEEDS seeds, and every operation failing in turn (long)
	go test ./engine -run 'Crash|Errors|Failing|Recovery|FullDisk' -seeds $(SEEDS) -timeout 0 -v

POWERCUTS ?= 200
powercut: ## POWERCUTS real power cuts on an ext4 image (root, mkfs.ext4 and loop devices; says so and passes without)
	go test ./engine -run RealPowerCuts -powercuts $(POWERCUTS) -timeout 0 -v
