# The commands of the workshop. PYTHON is the interpreter of the environment to use: make test PYTHON=.venv/bin/python
PYTHON ?= python
PAIRS ?= 200000
MINUTES ?= 10
TENANTS ?= 4

# rustup puts cargo where not every shell looks.
export PATH := $(PATH):$(HOME)/.cargo/bin

# Tests and benchmarks, and what they start, see the installed package and not the folder gwmatch/, where nothing is compiled.
export PYTHONSAFEPATH := 1

pytest := $(PYTHON) -m pytest
cargo := cd src_native && cargo
# Programs among the tests; the folder is looked at last, so that they, too, see the installed package.
program := $(PYTHON) -c 'import runpy, sys; sys.path.append("."); runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)'

.PHONY: help build test bench soak soak-versions twins verify lint types wheels docs clean bench-check bench-peers parallel threads oom freethreaded bombs asan ubsan tsan sanitized fuzz mutants sbom audit

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 13

build: ## both packages into the environment of PYTHON, editable, with all tools of a developer
	$(PYTHON) -m pip install ./src_native -e '.[dev]'

test: ## every test, the examples in docstrings, each benchmark once, and the tests of the Rust part
	$(pytest) tests
	$(pytest) --doctest-modules --pyargs gwmatch
	$(pytest) bench --benchmark-disable
	$(cargo) test --quiet

bench: ## the benchmarks, and a record of their figures in bench/record/
	PYTHONPATH=. $(PYTHON) -m bench.record
	PYTHONPATH=. $(PYTHON) -m bench.report

bench-check: ## the benchmarks once; 1 if a ratio is worse than the newest record's by more than a quarter
	PYTHONPATH=. $(PYTHON) -m bench.check

bench-peers: ## gwmatch beside its peers on W1 to W6, and the pictures of it; needs pip install '.[peers]' ./bench/matchit_peer
	PYTHONPATH=. $(PYTHON) -m bench.peers --workloads W1,W2,W3,W4,W5,W6 --sizes 100,1000,10000,100000 --json build/peers.json
	PYTHONPATH=. $(PYTHON) -m bench.pictures build/peers.json

soak: ## MINUTES (10) of all ways to a decision against each other and the reference, with the counts
	$(program) tests.soak --minutes $(MINUTES)

soak-versions: ## the same tables and requests by PYTHON and by each of PYTHONS, whose answers have to be the same
	$(program) tests.soak.versions $(PYTHONS)

twins: ## the twins on PAIRS (200000) drawn pairs of table and request, with the count
	GWMATCH_PAIRS=$(PAIRS) $(pytest) tests/property --timeout=0 --hypothesis-show-statistics -s

verify: ## gwmatch verify against nginx and HAProxy, and readers of paths, where they are installed (-rs names what is not)
	$(pytest) tests/verification tests/readers tests/cli/test_verify.py -s

parallel: ## tests of the core, of reading and of the corpus, each by four threads at once (gwmatch[parallel])
	$(pytest) tests/core tests/corpus tests/actions tests/graph tests/lowering --parallel-threads=4

threads: ## MINUTES (10) of eight threads that match while Routers are swapped, and as many while single routes change
	$(PYTHON) tests/reliability/programs/threads.py --minutes $(MINUTES)
	$(PYTHON) tests/reliability/programs/threads.py --minutes $(MINUTES) --tenants 100 --storm

oom: ## each allocation of the build of a table for TENANTS (4) fails in turn, then every 50th of a whole compile (glibc)
	mkdir -p build
	$(CC) -O2 -shared -fPIC -o build/failing_malloc.so tests/reliability/programs/failing_malloc.c
	$(PYTHON) tests/reliability/programs/out_of_memory.py --shim $(CURDIR)/build/failing_malloc.so --tenants $(TENANTS) --whole 50

freethreaded: ## with PYTHON a free-threaded one (docs/reliability.md): the GIL stays off, the tests, and a minute of threads
	$(PYTHON) -c 'import sys, gwmatch; assert not sys._is_gil_enabled(), "the GIL is on"'
	PYTHON_GIL=0 $(pytest) tests --ignore=tests/test_stubs.py
	PYTHON_GIL=0 $(PYTHON) tests/reliability/programs/threads.py --minutes 1

# Times and sizes are not what they are elsewhere under a sanitizer; bombs are given their memory to the byte.
untimed := -k "not quick and not cost and not bounded and not grow and not bomb and not processes_share and not instruction_bounds" --timeout=0
instrumented := $(addprefix tests/,core stored updates corpus property security fuzz test_patterns.py) $(untimed)
nightly := RUSTFLAGS="-Zsanitizer=address" CARGO_TARGET_DIR=../build/address/crate cargo +nightly
host := --target x86_64-unknown-linux-gnu

bombs: ## inputs that are made to cost, eight times as large as in the tests, and what they took
	GWMATCH_BOMBS=8 $(pytest) tests/security/test_bombs.py --timeout=0 -s -q

asan: ## the compiled half, and the crate (nightly Rust), under the address sanitizer
	GWMATCH_PAIRS=600 .ci/sanitized $(PYTHON) address $(instrumented)
	cd src_native && $(nightly) test --release $(host)

ubsan: ## the compiled half under the undefined-behaviour sanitizer
	GWMATCH_PAIRS=600 .ci/sanitized $(PYTHON) undefined $(instrumented)

tsan: ## the compiled half under the thread sanitizer, where threads meet
	.ci/sanitized $(PYTHON) thread $(addprefix tests/,core stored updates security/test_operation.py) $(untimed)

sanitized: ## the short form of asan that CI runs
	.ci/sanitized $(PYTHON) address $(addprefix tests/,core stored/test_forged.py security/test_operation.py) $(untimed)

fuzz: ## every fuzz target, for MINUTES (10) together; needs atheris, clang and nightly Rust
	.ci/fuzz $(PYTHON) $(MINUTES)

mutants: ## whether the tests see what is changed in the files that decide; long
	$(PYTHON) tests/mutation/run.py

sbom: ## what gwmatch brings with it, as CycloneDX in build/gwmatch.cdx.json
	mkdir -p build
	$(PYTHON) .ci/sbom > build/gwmatch.cdx.json

audit: ## known vulnerabilities of what gwmatch needs; pip-audit and cargo-audit ask their databases for them
	$(PYTHON) .ci/sbom | sed -n 's|.*"purl": "pkg:pypi/\([^@]*\)@\(.*\)",\{0,1\}$$|\1==\2|p' | grep -v ^gwmatch > build/requirements.txt
	$(PYTHON) -m pip_audit --no-deps --strict --disable-pip -r build/requirements.txt
	$(cargo) audit

lint: ## ruff, cargo fmt and clippy; nothing is changed
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(cargo) fmt --check
	$(cargo) clippy --quiet --all-targets -- -D warnings

types: ## mypy over the package, and the stubs against the compiled modules
	$(PYTHON) -m mypy
	$(pytest) tests/test_stubs.py

wheels: ## wheels of both packages into wheelhouse/, tried in a clean environment on the README's example
	rm -rf wheelhouse
	$(PYTHON) -m pip wheel --no-deps --wheel-dir wheelhouse ./src_native .
	bash .ci/try-wheels $(PYTHON)

docs: ## the links of all *.md, and the commands and programs of the README
	$(pytest) tests/test_docs.py

clean: ## removes what was built
	rm -rf build dist wheelhouse *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	rm -rf gwmatch/_core/*.so bench/matchit_peer/target src_native/target src_native/python/gwmatch_native/_native
