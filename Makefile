# The two commands: `make verify` checks the theory, `make test` checks the checker. Both work on a bare machine that has
# a Rust toolchain, a C compiler and make; m4, which GMP needs while it is built, is installed if it is missing.
#
#   make verify ARGS="balance --precision 1024"
#   make attack SEEDS="0 12"
#
# `make mutants` breaks the judge on purpose, in a part of the ways that cargo-mutants knows: tools/mutants.sh says how to ask for more; `make mutations` in
# those of tools/mutations/list. `make fuzz` asks every parser 20,000 times.
# `make pictures` draws the pictures of docs/ anew.
# `make python` builds the Python package and tests it; tools/python.sh says what it needs. `make python-check` is the part of it that is quick: not optimised,
# without other libraries' adapters, and beside what `make test` has built. Nothing else needs Python.
# `make bench-peers` measures the program beside JAX, NumPy, mpmath and FLINT and writes benches/RESULTS.md; tools/bench-peers.sh says what it needs.
# `make proofs` checks the theorems in proofs/coq with Coq, which it installs where apt-get can; nothing else needs Coq.

CARGO ?= cargo
ARGS ?=

.PHONY: verify test attack mutants mutations fuzz bench-peers proofs pictures python python-check prerequisites

verify: prerequisites
	$(CARGO) run --release -- verify $(ARGS)

test: prerequisites
	$(CARGO) test --workspace

# Twelve seeds with 200 instances each; tools/attack.sh says how to take fewer, or a part.
attack: prerequisites
	$(CARGO) build --release
	@SEEDS="$(SEEDS)" INSTANCES="$(INSTANCES)" SHARD="$(SHARD)" ARGS="$(ARGS)" sh tools/attack.sh

mutants: prerequisites
	@sh tools/mutants.sh

mutations: prerequisites
	@sh tools/mutations.sh

fuzz: prerequisites
	FUZZ_ROUNDS=$${FUZZ_ROUNDS:-20000} $(CARGO) test --release --test fuzz

# The pictures of docs/, by the commands that the pages show.
pictures: prerequisites
	$(CARGO) build --release
	@sh tools/pictures.sh

bench-peers: prerequisites
	@ARGS="$(ARGS)" sh tools/bench-peers.sh

python: prerequisites
	@sh tools/python.sh

python-check: prerequisites
	@CARGO_TARGET_DIR="$${CARGO_TARGET_DIR:-$(CURDIR)/target}" PROFILE=dev WITHOUT="jax torch notebooks types" sh tools/python.sh

proofs:
	@sh tools/proofs.sh

prerequisites:
	@sh tools/prerequisites.sh
