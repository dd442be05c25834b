#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What: clang describes a function that is declared extern in a BPF object's BTF only where C code
#       names it. One that inline assembly calls, as an operand of kind "i", is in the symbol table
#       and in a relocation, but has no BTF FUNC, and so no entry in .ksyms. Whatever wants to know
#       what the symbol is refuses the object: static linking as here, and libbpf when it opens one
#       that calls a kernel function so.
# Seen: clang 14.0.6 and 19.1.7, bpftool 7.1.0, Debian 12: by C, "FUNC 'kernel_function'" and the object is linked;
#       by assembly, none, and "failed to find BTF info for global/extern symbol 'kernel_function'".
# Use:  name the function in C somewhere in the same object, in a function that nobody calls.
#
# Needs apt-get, dpkg-deb and Debian's archive; unpacks the packages into a temporary directory
# and installs nothing. Status 0: still so. 1: another behaviour. 2: could not be run.
set -u
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work" || exit 2

get() {
	apt-get -q download "$1" >apt.log 2>&1 || { cat apt.log; echo "cannot be had: $1"; exit 2; }
	dpkg-deb -x "${1%%=*}"_*.deb root || exit 2
}

get bpftool=7.1.0+6.1.192-3
for p in clang-14 libclang-cpp14 libllvm14; do
	get "$p=1:14.0.6-12"
done
for p in clang-19 libclang-cpp19 libllvm19; do
	get "$p=1:19.1.7-3~deb12u1"
done
for p in libz3-4=4.8.12-3.1 libedit2=3.1-20221030-2 libffi8=3.4.4-1 libxml2=2.9.14+dfsg-1.3~deb12u6 \
	 libelf1=0.188-2.1; do
	get "$p"
done
libs=root/usr/lib/x86_64-linux-gnu

cat >c.c <<'EOF'
extern int kernel_function(void *ctx) __attribute__((section(".ksyms")));

__attribute__((section("raw_tp"), used)) int prog(void *ctx)
{
	return kernel_function(ctx);
}

char _license[] __attribute__((section("license"), used)) = "GPL";
EOF
cat >asm.c <<'EOF'
extern int kernel_function(void *ctx) __attribute__((section(".ksyms")));

__attribute__((section("raw_tp"), used)) int prog(void *ctx)
{
	int ret;

	asm volatile("r1 = %[ctx]; call %[func]; %[ret] = r0"
		     : [ret] "=r"(ret) : [ctx] "r"(ctx), [func] "i"(kernel_function)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
	return ret;
}

char _license[] __attribute__((section("license"), used)) = "GPL";
EOF

failed=0
try() {	# version of clang, file, whether there is BTF
	local func=no linked=no

	LD_LIBRARY_PATH=$libs "root/usr/lib/llvm-$1/bin/clang" -O2 -g -target bpf -c "$2.c" -o "$2.o" || exit 2
	LD_LIBRARY_PATH=$libs root/usr/sbin/bpftool btf dump file "$2.o" >btf || exit 2
	grep -q "FUNC 'kernel_function'" btf && func=yes
	LD_LIBRARY_PATH=$libs root/usr/sbin/bpftool gen object linked.o "$2.o" >log 2>&1 && linked=yes
	echo "clang-$1, called by $2: FUNC $func, linked $linked"
	grep kernel_function log
	[ "$func$linked" = "$3$3" ] || failed=1
}
for v in 14 19; do
	try $v c yes
	try $v asm no
done
exit $failed
