#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The deepest chain of calls in verifier/ and jit/, by the compiler's own call graph
# and frame sizes: nothing recurses, and a load needs less stack than the limit. What
# services and callers' functions use comes on top; test_stack_usage measures it all.

set -u
# A cache of compilers' output keeps no call graphs.
export CCACHE_DISABLE=1
. "$EBPFDRV_TOP/tests/lib/tap.sh"

limit=1600	# bytes
dir=$EBPFDRV_BUILD/tests/stack-depth
rm -rf "$dir"
mkdir -p "$dir"
for f in "$EBPFDRV_TOP"/verifier/{,btf/}*.c "$EBPFDRV_TOP"/jit/*.c; do
	(cd "$dir" && gcc -std=gnu89 -O2 -fno-stack-protector -fcf-protection=none \
		-I"$EBPFDRV_TOP/uapi" -I"$EBPFDRV_TOP/include" -I"$EBPFDRV_TOP" \
		-fcallgraph-info=su -c -o "$(basename "$(dirname "$f")")_$(basename "$f" .c).o" "$f") ||
		echo "# $f does not compile"
done
files=$(ls "$dir"/*.ci | wc -l)
sources=$(ls "$EBPFDRV_TOP"/verifier/{,btf/}*.c "$EBPFDRV_TOP"/jit/*.c | wc -l)
tap_ok "every file has a call graph" test "$files" -eq "$sources"

# deepest FUNCTION: bytes, then the chain; "recursion" and the circle.
deepest()
{
	cat "$dir"/*.ci | awk -v root="$1" '
	function quoted(s, key) {
		if (!match(s, key ": \"[^\"]*\""))
			return ""
		s = substr(s, RSTART, RLENGTH)
		sub(/^[^"]*"/, "", s)
		sub(/"$/, "", s)
		return s
	}
	/^node:/ {
		name = quoted($0, "title")
		if (match($0, /[0-9]+ bytes/))
			frame[name] = substr($0, RSTART, RLENGTH) + 8
	}
	/^edge:/ {
		from = quoted($0, "sourcename"); to = quoted($0, "targetname")
		if (!((from, to) in known)) {
			known[from, to] = 1
			callees[from] = callees[from] " " to
		}
	}
	function walk(f,    n, list, i, d, most, via) {
		if (f in done)
			return done[f]
		if (f in open) {
			circle = f
			return 0
		}
		open[f] = 1
		n = split(callees[f], list, " ")
		most = 0; via = ""
		for (i = 1; i <= n; i++) {
			d = walk(list[i])
			if (d > most) {
				most = d
				via = chain[list[i]]
			}
		}
		delete open[f]
		chain[f] = f "(" frame[f] + 0 ") " via
		done[f] = most + frame[f]
		return done[f]
	}
	END {
		if (!(root in frame)) {
			print "unknown", root
			exit
		}
		d = walk(root)
		if (circle != "")
			print "recursion", circle
		else
			print d, chain[root]
	}'
}

for root in ebpf_verify ebpf_jit_compile ebpf_jit_emit; do
	result=$(deepest $root)
	bytes=${result%% *}
	tap_diag "$root: $result"
	case $bytes in *[!0-9]* | '') bytes=999999 ;; esac
	tap_ok "$root uses less than $limit bytes and does not recurse" \
		test "$bytes" -lt "$limit" -a "$bytes" -gt 50
done
tap_end
