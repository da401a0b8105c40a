#!/bin/sh
# Builds the Python package, installs it in fresh environments, and runs its tests there: `make python`.
#
# What is missing is installed: in the environments from PyPI (maturin, NumPy, pytest, mypy, JAX with Optax), and, as root where there is apt-get,
# Python itself with venv and PyTorch (python3-venv, python3-torch). What cannot be installed is skipped, and said so.
#
#   PYTHON    the interpreter, 3.11 or later, with venv
#   PROFILE   a profile of python/Cargo.toml: release, or dev, which is built in a fraction of the time
#   WITHOUT   what is not to be tested: "jax torch types notebooks", or a part of that
#   TORCH     what pip is to install in place of Debian's PyTorch, such as "torch==2.0.1 numpy<2": gigabytes, most of it CUDA
#   UNTESTED  the exit status if nothing was tested, since there is no such interpreter, or no package index can be reached [77]
#
# Arguments go to pytest. What was skipped is said when it is, and once more in the end.
set -eu
cd "$(dirname "$0")/.."

skips=""
skipped() {
    echo "SKIPPED: $*" >&2
    skips="${skips}SKIPPED: $*
"
}
untested() {
    skipped "the Python package was NOT built or tested: $*"
    exit "${UNTESTED:-77}"
}
trap 'printf %s "$skips" >&2' EXIT
without() { case " ${WITHOUT:-} " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
may_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; }
install() {
    may_install || return 1
    export DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --no-install-recommends "$@" >/dev/null 2>&1 ||
        { apt-get update >/dev/null 2>&1 && apt-get install --yes --no-install-recommends "$@" >/dev/null; }
}

fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$fits" 2>/dev/null; then
            python=$candidate
            return 0
        fi
    done
    return 1
}
if ! find_python && { [ -n "${PYTHON:-}" ] || ! install python3 python3-venv || ! find_python; }; then
    untested "it needs Python 3.11 or later with venv (python3-venv)"
fi

place=${CARGO_TARGET_DIR:-$PWD/target/python}
export CARGO_TARGET_DIR="$place"
export PIP_DISABLE_PIP_VERSION_CHECK=1
fresh="$place/python-environment"
system="$place/python-with-torch"
wheels="$place/python-wheels"
mkdir -p "$place"
rm -rf "$fresh" "$system" "$wheels"

# The wheel.
"$python" -m venv "$fresh"
if ! "$fresh/bin/pip" install --quiet "maturin>=1.9,<2"; then
    untested "maturin could not be installed"
fi
"$fresh/bin/maturin" build --manifest-path python/Cargo.toml --locked --profile "${PROFILE:-release}" --out "$wheels"
wheel=$(ls "$wheels"/*.whl)

# The newest of everything, from PyPI.
"$fresh/bin/pip" install --quiet "${wheel}[test]"
if without jax; then
    skipped "the adapter of Optax was NOT tested, as WITHOUT asks"
elif ! "$fresh/bin/pip" install --quiet "${wheel}[jax]"; then
    skipped "the adapter of Optax was NOT tested: JAX could not be installed"
fi

# PyTorch: Debian's, with the NumPy that it was built for, or what is asked for.
has_torch() { "$1" -c "$fits" 2>/dev/null && "$1" -c "import torch" 2>/dev/null; }
with_torch=""
if without torch; then
    skipped "the adapter of PyTorch was NOT tested, as WITHOUT asks"
elif [ -n "${TORCH:-}" ]; then
    "$python" -m venv "$system"
    # shellcheck disable=SC2086
    if "$system/bin/pip" install --quiet $TORCH "${wheel}[test]" && has_torch "$system/bin/python"; then
        with_torch=$system/bin/python
    else
        skipped "the adapter of PyTorch was NOT tested: $TORCH could not be installed, or not be imported"
    fi
else
    for candidate in "$python" /usr/bin/python3; do
        if has_torch "$candidate"; then with_torch=$candidate; fi
    done
    if [ -z "$with_torch" ] && install python3-venv python3-torch && has_torch /usr/bin/python3; then
        with_torch=/usr/bin/python3
    fi
    if [ -z "$with_torch" ]; then
        skipped "the adapter of PyTorch was NOT tested: no Python 3.11 or later has it, and apt-get cannot install python3-torch here"
    fi
fi
if [ -n "$with_torch" ] && [ -z "${TORCH:-}" ]; then
    "$with_torch" -m venv --system-site-packages "$system"
    "$with_torch" -c "import numpy; print('numpy==' + numpy.__version__)" >"$place/python-constraints"
    "$system/bin/pip" install --quiet --constraint "$place/python-constraints" "${wheel}[test]"
fi

# Not `python -m pytest`: the tests are to see the package as it was installed, not the sources beside them.
cd python
quiet="-p no:cacheprovider"
if without notebooks; then
    quiet="$quiet --ignore=tests/test_notebooks.py"
    skipped "the notebooks did NOT run, as WITHOUT asks"
fi
# What has a run of its own is not to be called skipped.
apart=""
if [ -n "$with_torch" ]; then apart="--ignore=tests/test_torch.py"; fi
# shellcheck disable=SC2086
"$fresh/bin/pytest" $quiet $apart --pyargs equipartition tests "$@"
if [ -n "$with_torch" ]; then
    # shellcheck disable=SC2086
    "$system/bin/python" -P -m pytest $quiet tests/test_torch.py tests/test_monitor.py tests/test_matrices.py tests/test_documents.py
fi

if without types; then
    skipped "the types were NOT checked, as WITHOUT asks"
elif ! "$fresh/bin/pip" install --quiet "mypy>=1.13,<3"; then
    skipped "the types were NOT checked: mypy could not be installed"
else
    # The package as it is installed, its stubs against the compiled part, and a program that uses it.
    "$fresh/bin/mypy" --strict --no-incremental --cache-dir=/dev/null --package equipartition
    "$fresh/bin/stubtest" --ignore-missing-stub equipartition._native
    "$fresh/bin/mypy" --strict --no-incremental --cache-dir=/dev/null typed/program.py
fi
