#!/bin/sh
# Attacks every claim: many seeds, many instances of each. Every claim has to hold on all of them.
#
#   SEEDS="0 12"      other seeds than the twelve below
#   INSTANCES=64      other than 200 of each law
#   SHARD=2/4         the second of four parts: its seeds are dealt like cards
#   ARGS="balance"    further arguments of `verify`
#   EQUIPARTITION=P   another program than the release build
#
# What is finished is kept in target/attack and not examined again, by the same build; the summary is target/attack/summary.md.
set -eu

seeds=${SEEDS:-"0 1 2 12 4294967296 7777777 99999999977 3735928559 271828182845904523 18446744073709551615 31415926535897932 1618033988749894848"}
instances=${INSTANCES:-200}
shard=${SHARD:-1/1}
part=${shard%/*}
parts=${shard#*/}
program=${EQUIPARTITION:-target/release/equipartition}
# Of another program than this checkout's nothing here knows the commit.
commit=unknown
test -n "${EQUIPARTITION:-}" || commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
summary=target/attack/summary.md
# Another build may find something else.
kept=target/attack/$(cksum <"$program" | tr -d ' ')

mkdir -p "$kept"
{
    printf '%s, commit %s: %s instances of each law' "$("$program" --version)" "$commit" "$instances"
    test "$parts" = 1 || printf ', part %s' "$shard"
    printf '\n\n| seed | claims | instances, attacks |\n|--:|---|---|\n'
} >"$summary"

place=0
worst=0
for seed in $seeds; do
    place=$((place + 1))
    test $(((place - 1) % parts + 1)) -eq "$part" || continue
    report=$kept/$seed.txt
    status=0
    # shellcheck disable=SC2086
    COLUMNS=1000 "$program" verify --no-config --color never --seed "$seed" --instances "$instances" --resume "$kept/$seed" \
        --output "$report" ${ARGS:-} || status=$?
    test -s "$report" || exit "$status"
    # `N claims: ..., judged on M instances; ..., ... refuted; T s.`
    last=$(sed -n 's/^\([0-9]* claims\{0,1\}: .*\); [0-9.]* s\.$/\1/p' "$report")
    printf '| %s | %s | %s |\n' "$seed" "${last%%, judged on *}" "${last#*, judged on }" >>"$summary"
    printf 'seed %s: %s\n' "$seed" "${last%%, judged on *}"
    if test "$status" -ne 0; then
        worst=$status
        # From the first claim that does not hold on.
        sed -n '/ is \(refuted\|vacuous\|powerless\|undecided\): /,$p' "$report"
    fi
done
exit "$worst"
