#!/bin/sh
# Breaks the floors below the claims in every way that cargo-mutants knows, each mutant against its own crate's tests (.cargo/mutants.toml).
#
#   FLOORS="verify"      which of crates/; without it verify, scalar and linalg
#   SHARD=0/8            a part of the mutants: without it a part that takes some minutes; SHARD=0/1 is all of them
#   ARGS="--file bounds.rs"
#
# What survives is in target/mutants/mutants.out/missed.txt; docs/mutation.md says of each that is known why. The status is cargo-mutants' own: 2 if
# a mutant survives.
set -eu

command -v cargo-mutants >/dev/null 2>&1 || { echo "cargo-mutants is needed: cargo install cargo-mutants --locked" >&2; exit 1; }

packages=
for floor in ${FLOORS:-verify scalar linalg}; do packages="$packages --package equipartition-$floor"; done
mkdir -p target/mutants
# shellcheck disable=SC2086
exec cargo mutants $packages --output target/mutants --shard "${SHARD:-0/8}" --no-shuffle ${ARGS:-}
