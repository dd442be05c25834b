#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels and trees that the module cannot be built for: one sentence each, and no build;
# and the probes of features, which must not take a failure for an answer.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"
unset EBPFDRV_TRY LLVM CC

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
probe_sh=$top/kmod/compat/probe.sh
probes=$top/kmod/compat/probes

# says NAME PATTERN COMMAND...: the command fails with one line, which PATTERN is in
says()
{
	local name=$1 pattern=$2 rc
	shift 2
	"$@" >"$work/out" 2>&1
	rc=$?
	[ $rc -ne 0 ] && [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q -e "$pattern" "$work/out"
	tap_result $? "$name" || tap_diag "status $rc: $(cat "$work/out")"
}

# --- trees -------------------------------------------------------------------

tree=$work/tree
make_tree()
{
	rm -rf "$tree"
	mkdir -p "$tree/include/generated"
	: >"$tree/Makefile"
	: >"$tree/include/generated/autoconf.h"
	printf 'CONFIG_X86_64=y\nCONFIG_MODULES=y\n' >"$tree/.config"
	printf '#define UTS_RELEASE "%s"\n' "${1:-6.1.0-9-some}" >"$tree/include/generated/utsrelease.h"
	printf '0x0\tprintk\tvmlinux\tEXPORT_SYMBOL\n' >"$tree/Module.symvers"
}
check_tree() { "$top/kmod/compat/check-tree" "$tree"; }

make_tree
[ "$(check_tree)" = 6.1.0-9-some ]
tap_result $? "a tree is named by the release that its kernel says"

says "no headers" "is no kernel build tree: install" "$top/kmod/compat/check-tree" "$work/nothing"
make_tree; rm "$tree/.config"
says "a tree that is not configured" "not configured" check_tree
make_tree; rm "$tree/include/generated/autoconf.h"
says "a tree that is configured and not prepared" "not configured" check_tree
make_tree; rm "$tree/Module.symvers"
says "a tree that is not built" "no Module.symvers" check_tree
make_tree; sed -i /MODULES/d "$tree/.config"
says "a kernel without modules" "takes no modules" check_tree
make_tree; sed -i s/X86_64/ARM64/ "$tree/.config"
says "another machine" "another machine than x86_64" check_tree
make_tree; echo CONFIG_CC_IS_CLANG=y >>"$tree/.config"
says "a tree of another compiler" "built by clang" check_tree
LLVM=1 check_tree >/dev/null
tap_result $? "... which is given"
make_tree 3.2.0-4-amd64
says "a kernel that is too old" "older than 3.10" check_tree
make_tree 99.1.0
says "a kernel newer than any tried" "newer than 7.*EBPFDRV_TRY=1" check_tree
[ "$(EBPFDRV_TRY=1 check_tree)" = 99.1.0 ]
tap_result $? "... which may be tried"

make_tree; rm "$tree/.config"
make -s -C "$top" --no-print-directory module KDIR="$tree" KNAME=bad \
	EBPFDRV_BUILD="$work/build" >"$work/out" 2>&1
[ $? -ne 0 ] && [ "$(wc -l <"$work/out")" -eq 2 ] && head -n 1 "$work/out" | grep -q 'not configured'
tap_result $? "make module says the same" || tap_diag "$(cat "$work/out")"

# DKMS asks for the same kernels.
(. "$top/dkms.conf"; echo "$BUILD_EXCLUSIVE_ARCH" >"$work/arch"; echo "$BUILD_EXCLUSIVE_KERNEL" >"$work/re")
newest=$(sed -n 's/^newest_major=\([0-9]*\) newest_minor=\([0-9]*\)$/\1.\2/p' "$probe_sh")
takes() { echo "$1" | grep -q -E -f "$work/re"; }
[ "$(cat "$work/arch")" = x86_64 ] && takes 3.10.0-1160.el7.x86_64 && takes "$newest.13+deb14-amd64" &&
	takes 6.12.1 && takes 4.4.11 && ! takes 3.2.0-4-amd64 &&
	! takes "${newest%.*}.$((${newest#*.} + 1)).0" && ! takes 99.1.0
tap_result $? "dkms.conf has the same bounds"

# --- kernel directories ------------------------------------------------------

kernel_check() { "$top/tests/vm/kernel-check" "$1"; }

says "a kernel directory that is not there" "is no directory" kernel_check "$work/nothing"
mkdir -p "$work/kernel"
says "a directory without a kernel" "no bzImage" kernel_check "$work/kernel"
: >"$work/kernel/bzImage"
says "a kernel without a build tree" "has no build/" kernel_check "$work/kernel"
make_tree; ln -sfn "$tree" "$work/kernel/build"; rm "$tree/.config"
says "a kernel whose tree is not configured" "not configured" kernel_check "$work/kernel"
make_tree
[ "$(kernel_check "$work/kernel")" = "$work/kernel" ] &&
	[ "$("$top/tests/vm/kernel-release" "$work/kernel")" = 6.1.0-9-some ]
tap_result $? "a whole one"

"$top/tests/run" vm "$work/nothing" >"$work/out" 2>&1
[ $? -ne 0 ] && grep -q 'is no directory' "$work/out" && ! grep -q '^ok' "$work/out" &&
	[ "$(tail -n 1 "$work/out")" = "0 passed, 1 failed, 0 skipped" ]
tap_result $? "check-vm runs no other kernel instead" || tap_diag "$(cat "$work/out")"
says "make with a KERNEL= that is none" "is no kernel directory" \
	make -s -C "$top" --no-print-directory module KERNEL="$work/nothing"

# --- probes ------------------------------------------------------------------

judge() { sh "$probe_sh" judge "$1" "$2"; }

# Each names what it asks, and all that it needs besides is in the one that compiles everywhere.
bad=
for f in "$probes"/*.c; do
	[ "${f##*/}" != canary.c ] || continue
	grep -q '^/\* asks: ..* \*/$' "$f" && grep -q '^#ifdef PROBE$' "$f" || bad="$bad ${f##*/}"
	for h in $(sed -n '/^#ifdef PROBE/q;s/^#include <\(.*\)>/\1/p' "$f"); do
		grep -q -F "#include <$h>" "$probes/canary.c" || bad="$bad ${f##*/}:$h"
	done
done
[ -z "$bad" ]
tap_result $? "probes say what they ask, and count on no header that canary.c has not" || tap_diag "$bad"

bad=
for p in $(sed -n 's/^[^#].*: //p' "$probes/choices"); do
	[ -f "$probes/$p.c" ] || bad="$bad $p"
done
[ -z "$bad" ]
tap_result $? "choices are between probes" || tap_diag "$bad"

# What compat uses is probed, or said by the list of exports.
bad=
for h in $(grep -hoE 'HAVE_[A-Z0-9_]+' "$top"/kmod/compat/*.[chS] | sort -u); do
	case $h in
	HAVE_NAME | HAVE_EXPORT_NAME) continue ;;
	HAVE_EXPORT_*)
		grep -q -i -x -F "	${h#HAVE_EXPORT_} \\" "$top/kmod/compat/probe.mk" ||
			grep -q -i -x -F "	${h#HAVE_EXPORT_}" "$top/kmod/compat/probe.mk" || bad="$bad $h" ;;
	*) [ -f "$probes/$(echo "${h#HAVE_}" | tr A-Z a-z).c" ] || bad="$bad $h" ;;
	esac
done
[ -z "$bad" ]
tap_result $? "everything that is asked for is probed" || tap_diag "$bad"

f=$work/probe_kvfree.c
printf '/* asks: kvfree */\n' >"$f"
echo "x.c:3:2: error: implicit declaration of function 'kvfree' [-Werror]" >"$work/log"
judge "$f" "$work/log"
tap_result $? "a probe that fails for what it asks is an answer"
echo "x.c:2:10: fatal error: linux/gone.h: No such file or directory" >"$work/log"
says "one that lacks a header is none" "another reason" judge "$f" "$work/log"
echo "x.c:9:2: error: 'struct inode' has no member named 'i_other'" >"$work/log"
says "one whose headers do not compile is none" "another reason" judge "$f" "$work/log"
echo "gcc: internal compiler error: Killed" >"$work/log"
says "one whose compiler fails is none" "another reason" judge "$f" "$work/log"

mkdir -p "$work/dir"
printf 'a question: one two\n' >"$work/choices"
echo "/* NO ONE */" >"$work/dir/one.probe"
echo "/* NO TWO */" >"$work/dir/two.probe"
choices() { sh "$probe_sh" choices "$work/choices" "$work/dir" 6.99; }
says "a question without an answer" "a question has none of the forms.*Linux 6.99: please report" choices
echo "#define HAVE_TWO" >"$work/dir/two.probe"
choices
tap_result $? "a question with one"

echo "cc1: error: unrecognized command-line option '-fmin-function-alignment=16'" >"$work/log"
says "flags of another compiler" "built by another compiler than gcc" \
	sh "$probe_sh" canary "$work/log" gcc 6.99

printf '0x0\tone\tvmlinux\tEXPORT_SYMBOL\t\n0x0\ttwo\tvmlinux\tEXPORT_SYMBOL_GPL\tmodule:kvm\n' >"$work/symvers"
[ "$(sh "$probe_sh" exports "$work/symvers" one two three)" = "#define HAVE_EXPORT_ONE" ]
tap_result $? "exports are those for all modules"

tap_end
