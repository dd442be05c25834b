#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# WERROR=1 forbids the module's own warnings, and lets headers of the kernel warn.

top=${EBPFDRV_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/kmod" "$work/kernel"
echo 'static int of_the_kernel(void) { return 0; }' >"$work/kernel/header.h"
echo '#include "header.h"
int good(void) { return 1; }' >"$work/src/kmod/good.c"
echo 'static int unused(void) { return 0; }' >"$work/src/kmod/bad.c"

# compile FROM FILE: as kbuild names it
compile()
{
	(cd "$1" && "$top/tests/own-warnings" "$work/src" \
		gcc -Wall -I "$work/kernel" -c -o "$work/src/kmod/x.o" "$2" 2>"$work/err")
}

compile / "$work/src/kmod/good.c"
tap_result $? "a header of the kernel may warn"
grep -q of_the_kernel "$work/err"
tap_result $? "and it did"
! compile / "$work/src/kmod/bad.c" && [ ! -e "$work/src/kmod/x.o" ]
tap_result $? "a file of the module may not, and its object goes"
grep -q unused "$work/err" && grep -q 'forbids' "$work/err"
tap_result $? "what the compiler said is there"
! compile "$work/src" kmod/bad.c
tap_result $? "nor by a name without its directory"
! compile / "$work/src/kmod/absent.c"
tap_result $? "what does not compile fails as ever"
tap_end
