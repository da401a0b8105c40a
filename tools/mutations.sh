#!/bin/sh
# Breaks the judge, the intervals and the preconditioner on purpose, in every way that tools/mutations/list names, and asks their own unit tests
# to notice. A copy of the tree is built once with all mutations in it, each behind a switch; then the tests run once with none of them
# turned on, where they have to pass, and once with each, where they have to fail.
#
#   FROM=10 TO=20     only these, by their number in the list
#   LIBRARY=1         also those of the library itself, which takes minutes to build; without it those of crates/ alone
#
# The table is target/mutations/summary.md. The status is 1 if a mutation survives.
set -eu

list=$(pwd)/tools/mutations/list
copy=target/mutations/tree
summary=target/mutations/summary.md
first=${FROM:-1}
last=${TO:-9999}

rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z | xargs -0 tar -cf - | tar -xf - -C "$copy"

# Puts the text of each entry in place of what stands there: where that stands more than once, in the place of the number given, or else in the last.
awk -v copy="$copy" '
    function apply(    path, text, line, at, start, places) {
        if (name == "") return
        number++
        path = copy "/" file
        text = ""
        while ((getline line < path) > 0) text = text line "\n"
        close(path)
        gsub(/MUTATED/, "crate::mutated(" number ")", to)
        start = 0
        places = 0
        while ((place == 0 || places < place) && (at = index(substr(text, start + 1), from)) > 0) { places++; start += at }
        if (places == 0 || places < place) {
            print "nothing to mutate for: " name > "/dev/stderr"
            failed = 1
        } else {
            printf "%s", substr(text, 1, start - 1) to substr(text, start + length(from)) > path
            close(path)
            print file " " name
        }
        name = ""
    }
    /^name / { apply(); name = substr($0, 6); to = ""; place = 0; next }
    /^file / { file = substr($0, 6); next }
    /^place / { place = substr($0, 7) + 0; next }
    /^from / { from = substr($0, 6); next }
    /^to   / { to = to (to == "" ? "" : "\n") substr($0, 6); next }
    END { apply(); exit failed }
' "$list" >target/mutations/names

packages="-p equipartition-verify -p equipartition-scalar"
test -z "${LIBRARY:-}" || packages="$packages -p equipartition"
for library in src crates/scalar/src crates/verify/src; do
    cat >>"$copy/$library/lib.rs" <<'RUST'

/// Whether the mutation of this number is turned on.
pub(crate) fn mutated(number: u32) -> bool {
    static TURNED_ON: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    number == *TURNED_ON.get_or_init(|| std::env::var("MUTATION").ok().and_then(|text| text.parse().ok()).unwrap_or(0))
}
RUST
done

target=${CARGO_TARGET_DIR:-$(pwd)/target}
programs=$(cd "$copy" && CARGO_TARGET_DIR="$target" RUSTFLAGS="${RUSTFLAGS:-}" ${CARGO:-cargo} test $packages --lib --no-run ${CARGO_ARGS:-} --message-format json 2>"$target/mutations.log" |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
test -n "$programs" || { cat "$target/mutations.log" >&2; exit 2; }

# A mutation may make a test run for ever. Of the crate at the top only what is in the list is asked.
attempt() {
    for program in $programs; do
        case $program in */equipartition-*) rooms=entropic:: ;; *) rooms= ;; esac
        MUTATION=$1 timeout 300 "$program" --quiet $rooms >/dev/null 2>&1 || return 1
    done
}

attempt 0 || { echo "the tests fail without any mutation" >&2; exit 2; }
number=0
survivors=0
tried=0
printf '| mutation | |\n|---|---|\n' >"$summary"
while IFS= read -r name; do
    number=$((number + 1))
    case $name in src/*) test -n "${LIBRARY:-}" || continue ;; esac
    name=${name#* }
    test "$number" -ge "$first" && test "$number" -le "$last" || continue
    tried=$((tried + 1))
    if attempt "$number"; then
        survivors=$((survivors + 1))
        result='**survives**'
    else
        result=dies
    fi
    printf '| %s | %s |\n' "$name" "$result" >>"$summary"
done <target/mutations/names
printf '\n%s mutations, %s survive\n' "$tried" "$survivors" | tee -a "$summary"
grep survives "$summary" || true
test "$survivors" = 0
