#!/bin/sh
# Builds the Python package, installs it in a fresh environment, and runs its tests there: `make python`.
#
# PYTHON is the interpreter (3.11 or later, with venv). If it has PyTorch, the environment sees its packages, so that the adapter is tested; JAX and
# Optax are installed with WITH_JAX=1. PROFILE is a profile of python/Cargo.toml; `dev` is built in a fraction of the time of `release`.
# Exit status 77: there is no such interpreter, or no package index can be reached, and nothing was tested.
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
    echo "SKIPPED: the Python package was NOT built or tested: it needs Python 3.11 or later with venv (python3-venv)" >&2
    exit 77
fi

place=${CARGO_TARGET_DIR:-$PWD/target/python}
export CARGO_TARGET_DIR="$place"
environment="$place/python-environment"
wheels="$place/python-wheels"
rm -rf "$environment" "$wheels"

mkdir -p "$place"
constraints="$place/python-constraints"
: >"$constraints"
system=""
if "$python" -c "import torch" 2>/dev/null; then
    system="--system-site-packages"
    # PyTorch reads arrays of the NumPy that it was built for.
    "$python" -c "import numpy; print('numpy==' + numpy.__version__)" >"$constraints"
fi
"$python" -m venv $system "$environment"
pip() { "$environment/bin/python" -m pip --disable-pip-version-check "$@"; }

if ! pip install --quiet "maturin>=1.9,<2"; then
    echo "SKIPPED: the Python package was NOT built or tested: maturin could not be installed" >&2
    exit 77
fi
"$environment/bin/maturin" build --manifest-path python/Cargo.toml --locked --profile "${PROFILE:-release}" --out "$wheels"

extras=test
if [ -n "${WITH_JAX:-}" ]; then
    extras=test,jax
fi
wheel=$(ls "$wheels"/*.whl)
pip install --quiet --constraint "$constraints" "${wheel}[$extras]"

# Not `python -m pytest`: the tests are to see the package as it was installed, not the sources beside them.
cd python
"$environment/bin/pytest" -p no:cacheprovider --pyargs equipartition tests "$@"
