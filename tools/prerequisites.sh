#!/bin/sh
# Makes sure that GMP and MPFR can be built: cargo, a C compiler and m4.
#
# m4 is often missing. It is installed through the system's package manager if that needs no password; otherwise this
# stops and says what to type.
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

if ! have cargo; then
    echo "cargo is missing: install Rust from https://rustup.rs" >&2
    exit 1
fi
if ! have cc && ! have gcc && ! have clang; then
    echo "a C compiler is missing: install gcc or clang" >&2
    exit 1
fi
if have m4; then
    exit 0
fi

# What installs m4 here, and whether it has to be done as root.
as_root=yes
if have apt-get; then
    install="apt-get install -y m4"
elif have dnf; then
    install="dnf install -y m4"
elif have apk; then
    install="apk add m4"
elif have pacman; then
    install="pacman -S --noconfirm m4"
elif have zypper; then
    install="zypper --non-interactive install m4"
elif have brew; then
    install="brew install m4"
    as_root=no
else
    echo "m4 is missing, and no package manager that this script knows is here: install m4 (GMP needs it)" >&2
    exit 1
fi

sudo=""
if [ "$as_root" = yes ] && [ "$(id -u)" -ne 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        echo "m4 is missing (GMP needs it). Type:" >&2
        echo "    sudo $install" >&2
        exit 1
    fi
fi

echo "installing m4: ${sudo:+sudo }$install" >&2
if ! $sudo $install >&2; then
    # A package list that was never fetched is the usual reason on a bare Debian.
    if have apt-get && $sudo apt-get update >&2 && $sudo $install >&2; then
        :
    else
        echo "m4 could not be installed. Type:" >&2
        echo "    ${sudo:+sudo }$install" >&2
        exit 1
    fi
fi
if ! have m4; then
    echo "m4 is installed but not in PATH. Type:" >&2
    if have brew; then
        echo "    export PATH=\"\$(brew --prefix m4)/bin:\$PATH\"" >&2
    else
        echo "    command -v m4" >&2
    fi
    exit 1
fi
