#!/bin/sh
# The test of tools/proofs.sh, on copies: green as it is, and red for whatever it must not overlook.
#
#   make proofs && sh tools/proofs_test.sh
set -eu
cd "$(dirname "$0")/.."

[ -s target/proofs/judged.txt ] || {
    echo "proofs_test: run make proofs first" >&2
    exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# case_of NAME EXPECTED FILE SCRIPT REASON: runs the checker on a copy in which sed's SCRIPT has changed FILE.
case_of() {
    rm -rf "$work/sources" "$work/out"
    cp -a proofs/coq "$work/sources"
    cp -a target/proofs "$work/out"
    # One family is enough, and quicker.
    awk 'BEGIN { RS = ""; ORS = "\n\n" } /id = "entropic-loss\// || !/\[\[claim\]\]/' proofs/coq/claims.toml >"$work/sources/claims.toml"
    if [ -n "$3" ]; then
        sed "$4" "$work/sources/$3" >"$work/changed"
        if cmp -s "$work/changed" "$work/sources/$3"; then
            echo "proofs_test: $1: the copy was not changed" >&2
            failed=1
            return
        fi
        cp "$work/changed" "$work/sources/$3"
    fi
    if SOURCES="$work/sources" OUT="$work/out" sh tools/proofs.sh >"$work/log" 2>&1; then found=green; else found=red; fi
    # The reason counts too: a copy that fails for another one shows nothing.
    if [ "$found" = "$2" ] && grep -q "$5" "$work/log"; then
        echo "ok: $1 is $found"
    else
        echo "proofs_test: $1 is $found, expected $2 with: $5" >&2
        cat "$work/log" >&2
        failed=1
    fi
}

theorem=theorems/entropic_loss.v
case_of "the tree as it is" green "" "" "prove what is stated"
case_of "an admitted theorem" red $theorem '/^Theorem entropic_loss_epoch_mean_order/,/Qed\.$/s/Qed\./Admitted./' "unproved"
case_of "an axiom by its name" red $theorem 's/^Theorem entropic_loss_minibatch/Axiom cheat : False.\n&/' "unproved"
case_of "an axiom by another name" red $theorem \
    's/^Theorem entropic_loss_epoch_mean_order/Hypothesis cheat : False.\n&/; s/^Proof\. by move=> V n M.*$/Proof. by case: cheat. Qed./' "is assumed"
case_of "a renamed theorem" red $theorem 's/^Theorem entropic_loss_minibatch/Theorem entropic_loss_minibatches/' "is missing"
case_of "a dropped theorem" red $theorem '/^Theorem entropic_loss_minibatch/,/Qed\.$/d' "is missing"
case_of "a statement that was changed" red statements/entropic_loss.v 's/(1 < n)%N -> (0 < B)%N/(0 < n)%N -> (0 < B)%N/' "does not compile"
case_of "a theorem of another statement" red $theorem \
    's/^Theorem entropic_loss_epoch_mean_order .*/Theorem entropic_loss_epoch_mean_order : True./; s/^Proof\. by move=> V n M.*$/Proof. by []. Qed./' "is missing, or does not prove"
case_of "a full proof under another name" red claims.toml 's/\["entropic_loss_minibatch"\]/["entropic_loss_epoch_mean_order"]/' "a full proof is called"
case_of "an unknown value of checked" red claims.toml '0,/"full"$/s/^checked = "full"/checked = "wholly"/' "bad value"

# Without Coq, and without apt-get: it says what to install.
mkdir "$work/bin"
for tool in sh dirname id; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
if PATH="$work/bin" sh tools/proofs.sh >"$work/log" 2>&1 || ! grep -q "opam install coq" "$work/log"; then
    echo "proofs_test: without Coq it should say what to install" >&2
    cat "$work/log" >&2
    failed=1
else
    echo "ok: without Coq it says what to install"
fi
exit $failed
