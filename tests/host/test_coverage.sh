#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which lines of verifier/ the host tests reach, by gcov: the sum must be 90 % or
# more. V=1 lists the lines that none reaches; COVERAGE_MIN=N asks for another sum.

set -u
top=${EBPFDRV_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
out=${EBPFDRV_BUILD:-$top/build}/tests/coverage
min=${COVERAGE_MIN:-90}
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

flags=(-std=gnu99 -g -O1 -w -I "$top/uapi" -I "$top/include" -I "$top" -I "$top/tests/lib"
	-I "$top/tests/host")
rm -rf "$out"
mkdir -p "$out/bin" "$out/run" || exit 1

# compile FLAG... FILE...: objects of many sources, two at a time
compile()
{
	local more=()
	while [ "${1#-}" != "$1" ]; do more+=("$1"); shift; done
	printf '%s\n' "$@" | (cd "$out" && xargs -P 2 -n 4 gcc "${flags[@]}" ${more[@]+"${more[@]}"} -c)
}

build()
{
	local t support=() own
	for t in "$top"/tests/host/*.c; do
		case $t in */test_*) ;; *) support+=("$t") ;; esac
	done
	compile --coverage "$top"/verifier/{,btf/}*.c &&
		compile "$top"/helpers/{protos,kfuncs,iter_num,iter_bits,string}.c "$top"/tests/fuzz/{gen,claims,iter_gen,world,small*}.c \
			"${support[@]}" &&
		compile -DSUSPECTS_KNOWN="\"$top/tests/fuzz/suspects.known\"" "$top/tests/fuzz/suspects.c" &&
		(out=$out/jit && mkdir -p "$out" && compile "$top"/jit/*.c) &&
		(out=$out/small && mkdir -p "$out" && compile "$top/tests/fuzz/iter_world.c") &&
		ar rcs "$out/lib.a" "$out"/*.o && ar rcs "$out/jit.a" "$out"/jit/*.o || return 1
	for t in "$top"/tests/host/test_{verifier,btf,core_relo,format,scalar}*.c; do
		# Those are of tools' files.
		case ${t##*/} in test_btf_edit.c | test_btf_pack_fuzz.c) continue ;; esac
		# Its iterators are in place of the module's.
		own=
		case ${t##*/} in test_verifier_small.c) own=$out/small/iter_world.o ;; esac
		gcc "${flags[@]}" -o "$out/bin/$(basename "$t" .c)" "$t" ${own:+"$own"} "$out/fake_helpers.o" "$out/lib.a" "$out/jit.a" -lgcov -lpthread ||
			return 1
	done
}

# The lines of verifier/ only: uncovered ones as FILE:LINE:TEXT, then both counts.
count()
{
	(cd "$out" && gcov -t -o "$out" "$top"/verifier/{,btf/}*.c 2>/dev/null) | awk -F: '
		$2 == 0 && $3 == "Source" { name = $4; mine = name ~ /\/verifier\/(btf\/)?[a-z_]*\.c$/
			sub(/.*\//, "", name); next }
		!mine || $1 ~ /-$/ { next }
		{ line = name ":" $2 + 0; if (line in seen) next; seen[line] = 1 }
		$1 ~ /#####/ { missed++; print line ":" $3 }
		{ lines++ }
		END { print lines - missed, lines + 0 }'
}

if ! build >"$out/log" 2>&1; then
	sed 's/^/# /' "$out/log"
	tap_result 1 "the tests build with --coverage"
	tap_end
fi
for t in "$out"/bin/*; do
	# How they end is told elsewhere.
	VERIFIER_FUZZ_PROGRAMS=1500 timeout 120 "$t" >"$out/run/$(basename "$t").log" 2>&1 </dev/null
done
count >"$out/lines"
read -r hit all < <(tail -n 1 "$out/lines")
[ "${all:-0}" -gt 0 ] || all=1 hit=0
tenths=$((hit * 1000 / all))
echo "# verifier/: $((tenths / 10)).$((tenths % 10)) % of $all lines reached by the host tests"
[ -z "${V:-}" ] || sed '$d; s/^/# not reached: /' "$out/lines"
tap_ok "the host tests reach $min % of the verifier's lines" test $tenths -ge $((min * 10))
tap_end
