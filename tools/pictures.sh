#!/bin/sh
# Draws all pictures of docs/ anew, by the commands that the pages show. `make pictures` builds the program first.
set -eu
cd "$(dirname "$0")/.."
program=$(realpath "${EQUIPARTITION:-target/release/equipartition}")
tables=$(mktemp -d)
trap 'rm -rf "$tables"' EXIT

"$program" observe --csv "$tables/observe.csv" --svg docs/observation.svg >/dev/null
"$program" observe flow --csv "$tables/flow.csv" --svg docs/flow.svg >/dev/null
"$program" observe platonic --csv "$tables/platonic.csv" --svg docs/platonic.svg --matrix docs/platonic-matrix.svg >/dev/null
for kind in noise-equilibrium mirror ideal-gas cosmology starvation; do
    "$program" observe "$kind" --csv "$tables/$kind.csv" --svg "docs/theories/$kind.svg" >/dev/null
done
"$program" list --graph svg --output docs/claims.svg
(
    cd examples/pytorch/checkpoints
    "$program" inspect decoder.safetensors --laws decoder --optimizer decoder.adamw.safetensors \
        --learning-rate 0.001 --weight-decay 0.05 --beta2 0.99 --svg "$OLDPWD/docs/inspection.svg" >/dev/null
)
