#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/suites/linux-fixes.tsv: each fix has a verdict of a known kind and what it rests
# on, and the tests, files and functions named there exist.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
tsv=$top/tests/suites/linux-fixes.tsv
list=$top/../shared/notes/linux-fixes.tsv
. "$top/tests/lib/tap.sh"

# nothing NAME LINES: passes when there are no lines
nothing()
{
	[ -z "$2" ]
	tap_result $? "$1" || tap_diag "$2"
}

rows() { grep -v '^#' "$tsv"; }

# Paths as they are written in reasons, with the function behind the colon if one is named.
places()
{
	rows | cut -f4 | grep -oE '\b(kmod|verifier|jit|helpers|shim|include|tools|tests|uapi)/[a-zA-Z0-9_/.-]+\.(c|h|S|sh)(:[a-zA-Z0-9_]+)?' |
		sort -u
}

# Tests, with the case behind the colon if one is named.
tests()
{
	rows | cut -f4 | sed -E "s,[a-z]+/[a-zA-Z0-9_/.-]+(:[a-zA-Z0-9_]+)?,,g" |
		grep -oE '\btest_[a-z0-9_]+(:\[[^]]*\])?' | sort -u
}

missing_places()
{
	local place file func

	places | while IFS= read -r place; do
		file=${place%%:*} func=${place#"$file"}
		if [ ! -f "$top/$file" ]; then
			echo "no file: $place"
		elif [ -n "$func" ] && ! grep -qw -- "${func#:}" "$top/$file"; then
			echo "not in the file: $place"
		fi
	done
}

missing_tests()
{
	local test name case files

	tests | while IFS= read -r test; do
		name=${test%%:*} case=${test#"$name"}
		files=$(find "$top/tests/host" "$top/tests/vm" "$top/tests/suites" -maxdepth 1 -type f \
			\( -name "$name" -o -name "$name.*" \))
		case=${case#:[} case=${case%]}
		if [ -z "$files" ]; then
			echo "no test: $name"
		elif [ -n "$case" ] && ! printf '%s\n' "$files" | xargs -d '\n' grep -qF -- "$case"; then
			echo "not in $name: $case"
		fi
	done
}

nothing "four columns in each row" "$(rows | awk -F'\t' 'NF != 4 { print NR ": " $0 }')"
nothing "no title is there twice" "$(rows | cut -f1 | sort | uniq -d)"
nothing "each has a verdict of a known kind" \
	"$(rows | awk -F'\t' '$3 !~ /^(not-ours|never|had)$/ { print $1 ": " $3 }')"
nothing "each says why" "$(rows | awk -F'\t' 'split($4, words, " ") < 1 || ($3 != "had" && split($4, words, " ") < 3) { print $1 }')"
nothing "what was mended has a test" "$(rows | awk -F'\t' '$3 == "had" && $4 !~ /(^|[^a-z0-9_])test_[a-z0-9_]+/ { print $1 }')"
nothing "what was never wrong names a test or a place in the code" \
	"$(rows | awk -F'\t' '$3 == "never" && $4 !~ /(^|[^a-z0-9_])test_[a-z0-9_]+|[a-z]\/[a-z0-9_\/]+\.[chS]/ { print $1 }')"
nothing "files and functions that are named exist" "$(missing_places)"
nothing "tests that are named exist, and their cases" "$(missing_tests)"
if [ -f "$list" ]; then
	nothing "all titles of the list are there" \
		"$(comm -23 <(cut -f3 "$list" | sort -u) <(rows | cut -f1 | sort -u))"
fi
[ "$(rows | wc -l)" -gt 0 ]
tap_result $? "there are rows"
tap_diag "$(rows | cut -f3 | sort | uniq -c)"
tap_end
