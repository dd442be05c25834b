#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What include/ebpf/ declares is seen beside the kernel's own headers, and which of those come
# along differs from kernel to kernel: every enumerator and macro there has our prefix.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

# names FILE...: enumerators and macros, but for guards of headers
names()
{
	perl -0777 -ne '
		s{/\*.*?\*/}{}gs;
		print "$1\n" while /^[ \t]*#[ \t]*define[ \t]+(\w+)/gm;
		s/^[ \t]*#(?:.*\\\n)*.*$//gm;
		while (/\benum\b[^;{}()]*\{(.*?)\}/gs) {
			my $list = $1;
			print "$1\n" while $list =~ /(?:^|,)\s*(\w+)/g;
		}' "$@" | grep -v '_H$'
}

# types.h stands in for the kernel's types, by their names.
headers=$(ls "$top"/include/ebpf/*.h | grep -v '/types\.h$')
found=$(names $headers)
[ "$(wc -l <<<"$found")" -gt 90 ]
tap_result $? "names are seen" || tap_diag "$found"
other=$(grep -Ev '^_?_?(EBPF|ebpf)_' <<<"$found")
[ -z "$other" ]
tap_result $? "each enumerator and macro of include/ebpf/ has the prefix" || tap_diag "$other"

sample='#define ONE 1
/* #define NOT 1 */
enum two { TWO = 2, /* , NOT_EITHER */
	THREE };
#define	four(x) do { \
	enum { x }; } while (0)'
[ "$(names <(echo "$sample") | LC_ALL=C sort | tr '\n' ' ')" = "ONE THREE TWO four " ]
tap_result $? "one without would be seen"
tap_end
