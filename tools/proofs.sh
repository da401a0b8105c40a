#!/bin/sh
# Checks the machine-checked theorems: compiles proofs/coq, and judges every row of its claims.toml by Coq itself.
#
#   tools/proofs.sh              installs what is missing, if apt-get is here and needs no password
#   SOURCES=... OUT=... sh tools/proofs.sh
#
# It fails if a file does not compile; if a theorem of the list is missing, or does not prove the statement of that name;
# if one rests on an axiom that is not in axioms.txt, or on a proof that was not finished.
set -eu
cd "$(dirname "$0")/.."

sources=${SOURCES:-proofs/coq}
out=${OUT:-target/proofs}
case $sources in /*) ;; *) sources=$(pwd)/$sources ;; esac
packages="coq libcoq-mathcomp-algebra libcoq-mathcomp-algebra-tactics libcoq-mathcomp-zify make"

have() { command -v "$1" >/dev/null 2>&1; }
fail() {
    echo "proofs: $*" >&2
    exit 1
}

# Coq 8.16 with Mathematical Components 1.15 and its tactics, as Debian 12 has them.
ready() {
    have coqc && have coqdep && have make || return 1
    library=$(coqc -where)/user-contrib
    [ -e "$library/mathcomp/algebra/ssralg.vo" ] && [ -e "$library/mathcomp/algebra_tactics/ring.vo" ] && [ -e "$library/mathcomp/zify/zify.vo" ]
}

if ! ready; then
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        sudo="sudo -n"
    fi
    if have apt-get && { [ -z "$sudo" ] || { have sudo && sudo -n true 2>/dev/null; }; }; then
        echo "installing $packages" >&2
        $sudo apt-get update >&2 || fail "the list of packages could not be fetched"
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install --yes --no-install-recommends $packages >&2 ||
            fail "these could not be installed: $packages"
    elif have apt-get; then
        fail "Coq or Mathematical Components are missing. Type:
    sudo apt-get update && sudo apt-get install $packages"
    else
        fail "Coq 8.16 and Mathematical Components 1.15 are missing. With opam, and its repository coq-released, type:
    opam install coq.8.16.1 coq-mathcomp-algebra.1.15.0 coq-mathcomp-algebra-tactics.1.0.0 coq-mathcomp-zify.1.2.0+1.12+8.13
or run this in a container of debian:12"
    fi
    ready || fail "Coq or Mathematical Components are still not found; this needs the versions of Debian 12"
fi

[ -f "$sources/claims.toml" ] || fail "no $sources/claims.toml"

# Nothing that is taken on trust, wherever it stands: comments are no excuse, so that this stays a search for words.
if grep -nE '\b(Admitted|Axiom|Axioms|Parameter|Parameters|Conjecture|Abort|admit|give_up|bypass_check|Unset Guard|Unset Positivity|Unset Universe|type-in-type)\b' \
    $(find "$sources" -name '*.v'); then
    fail "the lines above leave something unproved"
fi

# Compiled beside the tree, and only what changed.
mkdir -p "$out"
(cd "$sources" && find . -name '*.v' | LC_ALL=C sort) >"$out/sources.txt"
while read -r file; do
    mkdir -p "$out/$(dirname "$file")"
    cmp -s "$sources/$file" "$out/$file" || cp "$sources/$file" "$out/$file"
done <"$out/sources.txt"
(cd "$out" && find library lemmas statements theorems -name '*.v' 2>/dev/null | sed 's|^|./|' | LC_ALL=C sort) >"$out/present.txt"
# What was deleted from the tree must not be found in compiled form.
LC_ALL=C comm -13 "$out/sources.txt" "$out/present.txt" | while read -r file; do
    rm -f "$out/$file" "$out/${file}o" "$out/${file}ok" "$out/${file}os"
done
cd "$out"
coqdep -Q . Equipartition $(cat sources.txt) >dependencies.mk || fail "dependencies"
cat >Makefile <<'EOF'
all: $(shell sed 's/$$/o/' sources.txt)
%.vo: %.v
	@echo coqc $<
	@nice -n 5 coqc -q -Q . Equipartition $<
.PHONY: all
include dependencies.mk
EOF
make -s -j2 all >&2 || fail "a file does not compile"

# The rows of the list: id, checked, theorem. The format is one key a line, lists on one line.
awk -F'"' '
    /^\[\[claim\]\]/ { row++ }
    /^id *=/ { id = $2; checked = "" }
    /^checked *=/ { checked = $2; if (checked != "full" && checked != "part") { print "bad value of checked: " $0 > "/dev/stderr"; exit 1 } }
    /^theorem *=/ { if (NF < 3) { print "no theorem for " id > "/dev/stderr"; exit 1 }
                    for (i = 2; i < NF; i += 2) print id, checked, $i }
' "$sources/claims.toml" >list.txt || fail "claims.toml"
[ -s list.txt ] || fail "claims.toml names no theorem"
rows=$(grep -c '^\[\[claim\]\]' "$sources/claims.toml")
[ "$rows" -eq "$(cut -d' ' -f1 list.txt | LC_ALL=C sort -u | wc -l)" ] || fail "claims.toml has a row without theorem, or an id twice"

# For each theorem: that it proves the statement of its name, and on what it rests.
awk '
    { family = $1; sub(/\/.*/, "", family); gsub(/-/, "_", family); families[family] = 1
      own = $1; sub(/.*\//, "", own); gsub(/-/, "_", own); own = family "_" own
      if ($2 == "full" && !($1 in seen) && $3 != own) { print $1 ": a full proof is called " own ", not " $3 > "/dev/stderr"; bad = 1 }
      seen[$1] = 1
      lines[++n] = "Definition judged_" n " : Equipartition.statements." family "." $3 "_statement := Equipartition.theorems." family "." $3 ".\nPrint Assumptions judged_" n "." }
    END { if (bad) exit 1
          for (f in families) print "Require Equipartition.statements." f " Equipartition.theorems." f "."
          for (i = 1; i <= n; i++) print lines[i] }
' list.txt >judge.v || fail "claims.toml"
if ! coqc -q -Q . Equipartition judge.v >judged.txt 2>judged.err; then
    cat judged.err >&2
    number=$(sed -n 's/.*line \([0-9]*\).*/\1/p' judged.err | head -n 1)
    [ -z "$number" ] || sed -n "${number}p" judge.v >&2
    fail "a theorem of claims.toml is missing, or does not prove its statement"
fi
# An axiom is printed as its name at the beginning of a line.
grep -vE '^(Axioms:|Closed under the global context|[[:space:]].*|)$' judged.txt | sed 's/[ :].*//' | LC_ALL=C sort -u >found.txt || true
sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$sources/axioms.txt" | LC_ALL=C sort -u >allowed.txt
LC_ALL=C comm -23 found.txt allowed.txt >refused.txt
if [ -s refused.txt ]; then
    cat refused.txt >&2
    fail "what stands above is assumed and not on the list of axioms.txt"
fi
theorems=$(wc -l <list.txt)
answered=$(grep -cE '^(Closed under the global context|Axioms:)$' judged.txt)
[ "$answered" -eq "$theorems" ] || fail "$theorems theorems, but $answered answers"

full=$(awk '$2 == "full" { print $1 }' list.txt | LC_ALL=C sort -u | wc -l)
part=$(awk '$2 == "part" { print $1 }' list.txt | LC_ALL=C sort -u | wc -l)
closed=$(grep -c '^Closed under the global context$' judged.txt)
echo "proofs: $theorems theorems prove what is stated, $closed of them without any axiom: $full claims in full, $part in part"
