#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libebpfdrv.so and ebpfdrv-run, without the module. Builds both for itself.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
bin=${EBPFDRV_BUILD:-$top/build}/tests/host/shim
. "$top/tests/lib/tap.sh"

build()
{
	mkdir -p "$bin" && make -s -C "$top/shim" O="$bin" WERROR=1 &&
		${CC:-cc} -std=gnu99 -O2 -g -Wall -Wextra -Werror -I "$top/uapi" \
			-I "$top/tests/lib" -o "$bin/test_shim" "$here"/test_shim/*.c -lpthread
}

# The library's tests are a program of their own, whose results count here.
run_library_tests()
{
	# One test runs as another user, who may not get at the build directory.
	mkdir -m 755 "$work/bin" && chmod 755 "$work" &&
		cp "$bin"/test_shim "$bin"/libebpfdrv.so "$work/bin/" &&
		"$work/bin/test_shim" "$work/bin" >"$bin/tap" 2>&1
	local rc=$? line
	while IFS= read -r line; do
		case $line in
		'ok '*'# SKIP '*) tap_skip "${line#*# SKIP }" ;;
		'ok '*) tap_result 0 "${line#* - }" ;;
		'not ok '*) tap_result 1 "${line#* - }" ;;
		*' passed, '*|1..*) ;;
		*) echo "$line" ;;
		esac
	done <"$bin/tap"
	# A program that died has no sum.
	tail -n 1 "$bin/tap" | grep -q ' passed, ' && [ $rc -le 1 ]
	tap_result $? "the library's tests ran to their end"
}

# expect NAME STATUS OUT ERR COMMAND...: patterns as of [[ == ]]
expect()
{
	local name=$1 status=$2 out_pattern=$3 err_pattern=$4 rc stdout stderr
	shift 4
	stdout=$("$@" 2>"$work/err")
	rc=$?
	stderr=$(cat "$work/err")
	# shellcheck disable=SC2053
	[ $rc -eq "$status" ] && [[ $stdout == $out_pattern ]] && [[ $stderr == $err_pattern ]]
	tap_result $? "$name" || tap_diag "status $rc
stdout: $stdout
stderr: $stderr"
}

cannot() { echo "ebpfdrv-run: $1: LD_PRELOAD cannot work, its bpf calls go to the kernel"; }

run_tests()
{
	local run=$bin/ebpfdrv-run lib=$bin/libebpfdrv.so
	unset LD_PRELOAD
	expect "ebpfdrv-run --help" 0 "usage: ebpfdrv-run *" "" "$run" --help
	expect "ebpfdrv-run --version" 0 "ebpfdrv-run [0-9]*" "" "$run" --version
	expect "ebpfdrv-run without a program" 125 "" "usage: *" "$run"
	expect "ebpfdrv-run with an unknown option" 125 "" "*unknown option*usage: *" "$run" --bad ls
	expect "absent program" 127 "" "ebpfdrv-run: no-such-program: command not found" \
		"$run" no-such-program
	expect "absent path" 127 "" "ebpfdrv-run: /no/such: command not found" "$run" /no/such
	expect "directory as program" 126 "" "ebpfdrv-run: /tmp: Permission denied" "$run" /tmp
	expect "LD_PRELOAD is set" 0 "$lib" "" "$run" sh -c 'echo $LD_PRELOAD'
	expect "LD_PRELOAD is extended" 0 "$lib:libc.so.6" "" \
		env LD_PRELOAD=libc.so.6 "$run" sh -c 'echo $LD_PRELOAD'
	expect "the library is loaded" 0 "*$lib*" "" "$run" cat /proc/self/maps
	expect "arguments and status pass" 7 "a b|-x" "" "$run" sh -c 'echo "$0|$1"; exit 7' 'a b' -x
	expect "-- ends the options" 0 "x" "" "$run" -- echo x
	expect "--debug sets EBPFDRV_DEBUG" 0 "1" "" "$run" --debug sh -c 'echo $EBPFDRV_DEBUG'

	echo 'int main(void) { return 0; }' >"$work/empty.c"
	if ${CC:-cc} -static -o "$work/static" "$work/empty.c" 2>/dev/null; then
		expect "static program: warned and run" 0 "" "$(cannot "$work/static is statically linked")" \
			"$run" "$work/static"
		printf '#!%s\n' "$work/static" >"$work/script"
		chmod +x "$work/script"
		expect "script of a static interpreter: warned and run" 0 "" \
			"$(cannot "$work/static is statically linked")" "$run" "$work/script"
	else
		tap_skip "no static libc: static programs"
	fi
	${CC:-cc} -o "$work/dynamic" "$work/empty.c"
	expect "dynamic program: no warning" 0 "" "" "$run" "$work/dynamic"
	# A note as Go's linker writes it.
	printf '.section .note.go.buildid,"a",@note\n.p2align 2\n.long 4, 4, 4\n.ascii "Go\\0\\0"\n.long 0\n' \
		>"$work/note.s"
	${CC:-cc} -o "$work/go" "$work/empty.c" "$work/note.s" -Wl,-z,noseparate-code 2>/dev/null
	expect "Go program: warned and run" 0 "" \
		"$(cannot "$work/go is a Go program and makes system calls without libc")" \
		"$run" "$work/go"
	if [ "$(id -u)" -eq 0 ] && chown 65534 "$work/dynamic" && chmod u+s "$work/dynamic"; then
		expect "set-user-ID program: warned and run" 0 "" \
			"$(cannot "$work/dynamic is set-user-ID")" "$run" "$work/dynamic"
	else
		tap_skip "not root: set-user-ID programs"
	fi

	mkdir "$work/a b" && cp "$lib" "$work/a b/"
	expect "library in a path with a blank: refused" 125 "" "*takes no path with a colon or a blank*" \
		env EBPFDRV_LIBRARY="$work/a b/libebpfdrv.so" "$run" true
	expect "absent library: refused" 125 "" "*not found*make install*" \
		env EBPFDRV_LIBRARY=/no/such "$run" true
	mkdir -p "$work/usr/bin" "$work/usr/lib64"
	cp "$run" "$work/usr/bin/" && cp "$lib" "$work/usr/lib64/"
	expect "library in ../lib64 is found" 0 "$work/usr/lib64/libebpfdrv.so" "" \
		"$work/usr/bin/ebpfdrv-run" sh -c 'echo $LD_PRELOAD'
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if tap_ok "library, ebpfdrv-run and tests compile" build; then :; fi
[ $tap_failed -eq 0 ] || tap_end
run_library_tests
run_tests
tap_end
