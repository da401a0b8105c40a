# The two commands: `make verify` checks the theory, `make test` checks the checker. Both work on a bare machine that has
# a Rust toolchain, a C compiler and make; m4, which GMP needs while it is built, is installed if it is missing.
#
#   make verify ARGS="balance --precision 1024"

CARGO ?= cargo
ARGS ?=

.PHONY: verify test prerequisites

verify: prerequisites
	$(CARGO) run --release -- verify $(ARGS)

test: prerequisites
	$(CARGO) test --workspace

prerequisites:
	@sh tools/prerequisites.sh
