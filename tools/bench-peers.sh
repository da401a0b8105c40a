#!/bin/sh
# Measures this program and its peers in turn, prints the table and writes benches/RESULTS.md: `make bench-peers`.
#
# The peers (JAX, NumPy, mpmath, python-flint) are installed by pip in an environment under the target folder. Needs Python 3.11 or later with venv, and
# idle cores; takes a quarter of an hour. ARGS goes to benches/peers/run.py (--rounds 3 --width 2048 for a glance). Exit status 77: nothing was measured.
set -eu
cd "$(dirname "$0")/.."

fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
python=""
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$fits" 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "SKIPPED: nothing was measured: it needs Python 3.11 or later with venv (python3-venv)" >&2
    exit 77
fi

target=${CARGO_TARGET_DIR:-$PWD/target}
folder="$target/peers"
mkdir -p "$folder"
if ! [ -x "$folder/venv/bin/python" ]; then
    "$python" -m venv "$folder/venv"
fi
if ! "$folder/venv/bin/python" -m pip --disable-pip-version-check install --quiet --requirement benches/peers/requirements.txt; then
    echo "SKIPPED: nothing was measured: the peers could not be installed" >&2
    exit 77
fi

cargo build --release --bin equipartition
cargo bench --no-run --bench peers
bench=$(cargo bench --no-run --bench peers --message-format json 2>/dev/null |
    sed -n 's/.*"name":"peers".*"executable":"\([^"]*\)".*/\1/p')
# A processor-type setting for old builds of OpenBLAS slows a current NumPy.
# shellcheck disable=SC2086
env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE "$folder/venv/bin/python" benches/peers/run.py \
    --binary "$target/release/equipartition" --bench "$bench" --folder "$folder" ${ARGS:-}
