#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gcc 4.8.5, CentOS 7's, is seldom at hand: what it does not know and every later gcc
# takes without a word must not be in what is built there.

set -u
top=${EBPFDRV_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/lib/tap.sh"

dirs=(kmod verifier jit helpers include uapi shim tools)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# absent NAME REGEX EXAMPLE: no line of C matches; the example does
absent()
{
	local found
	echo "$3" | grep -qE "$2" || { tap_result 1 "$1: the test sees nothing"; return; }
	found=$(cd "$top" && grep -rnE --include='*.[chS]' "$2" "${dirs[@]}")
	[ -z "$found" ]
	tap_result $? "$1" || tap_diag "$found"
}

count=$(cd "$top" && find "${dirs[@]}" -name '*.[ch]' | wc -l)
tap_ok "there are sources" test "$count" -gt 100
absent "no arithmetic with overflow checks (gcc 5)" '__builtin_[a-z]+_overflow' \
	'if (__builtin_add_overflow(a, b, &c))'
absent "no attribute fallthrough (7)" '__attribute__ *\(\((__)?fallthrough' '__attribute__((fallthrough));'
absent "no _Generic, no __auto_type (4.9)" '\b(_Generic|__auto_type)\b' '__auto_type x = 1;'
absent "no conditions as outputs of asm (6)" '"=@cc' 'asm("" : "=@ccz" (x));'
absent "no __has_include (5)" '__has_include' '#if __has_include(<x.h>)'
absent "no attribute nonstring, access, copy (8 to 10)" \
	'__attribute__ *\(\((__)?(nonstring|access|copy)' 'char x[4] __attribute__((nonstring));'
absent "no declarations in for (gnu89)" '\bfor \((unsigned|int|u8|u16|u32|u64|size_t|struct|const|long|bool) ' \
	'for (int i = 0; i < 3; i++)'

# Where only the preprocessor asks, the question must be asked for, too.
found=$(cd "$top" && grep -rnE --include='*.[chS]' -B 1 '__has_(attribute|builtin)' "${dirs[@]}" |
	grep -vE '#ifn?def +__has_(attribute|builtin)|#if +__has_(attribute|builtin)\(' | grep __has_)
[ -z "$found" ]
tap_result $? "__has_attribute only below #ifdef __has_attribute" || tap_diag "$found"

# Old spellings of what newer compilers take as C89 with extensions.
for f in "$top"/verifier/{,btf/}*.c "$top"/jit/*.c; do
	gcc -std=gnu89 -fsyntax-only -Wall -Wdeclaration-after-statement -Wvla -Wmissing-braces \
		-I"$top/uapi" -I"$top/include" -I"$top" "$f" || echo "$f"
done >"$work/engines" 2>&1
tap_ok "the engines are gnu89 without a warning" test ! -s "$work/engines" || head -n 20 "$work/engines"
tap_end
