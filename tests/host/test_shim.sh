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
not_started="ebpfdrv-run: not started; --fallback runs it on the kernel's own bpf(2)"

# refused NAME WHY PROGRAM...: 125 and nothing runs, and with --fallback it does
refused()
{
	local name=$1 why=$2
	shift 2
	expect "$name: refused" 125 "" "$why"$'\n'"$not_started" "$run" "$@"
	expect "$name: run with --fallback" 0 "" "$why" "$run" --fallback "$@"
}

test_options()
{
	expect "ebpfdrv-run --help" 0 "usage: ebpfdrv-run *" "" "$run" --help
	expect "ebpfdrv-run --version" 0 "ebpfdrv-run [0-9]*" "" "$run" --version
	expect "ebpfdrv-run without a program" 125 "" "usage: *" "$run"
	expect "ebpfdrv-run with an unknown option" 125 "" "*unknown option*usage: *" "$run" --bad ls
	expect "absent program" 127 "" "ebpfdrv-run: no-such-program: command not found" \
		"$run" no-such-program
	expect "absent path" 127 "" "ebpfdrv-run: /no/such: No such file or directory" "$run" /no/such
	expect "path through a file" 126 "" "ebpfdrv-run: /etc/passwd/x: Not a directory" \
		"$run" /etc/passwd/x
}

# Everything here runs beside the fake device.
test_started()
{
	export EBPFDRV_DEVICE=/dev/null
	expect "directory as program" 126 "" "ebpfdrv-run: /tmp: Permission denied" "${fake[@]}" "$run" /tmp
	expect "LD_PRELOAD is set" 0 "$lib" "" "${fake[@]}" "$run" sh -c 'echo $LD_PRELOAD'
	expect "LD_PRELOAD is extended" 0 "$lib:libc.so.6" "" \
		"${fake[@]}" env LD_PRELOAD=libc.so.6 "$run" sh -c 'echo $LD_PRELOAD'
	expect "the library is loaded" 0 "*$lib*" "" "${fake[@]}" "$run" cat /proc/self/maps
	expect "arguments and status pass" 7 "a b|-x" "" \
		"${fake[@]}" "$run" sh -c 'echo "$0|$1"; exit 7' 'a b' -x
	expect "-- ends the options" 0 "x" "" "${fake[@]}" "$run" -- echo x
	expect "--debug sets EBPFDRV_DEBUG" 0 "1" "" "${fake[@]}" "$run" --debug sh -c 'echo $EBPFDRV_DEBUG'
	expect "dynamic program: nothing is said" 0 "" "" "${fake[@]}" "$run" "$work/dynamic"
	printf 'echo "$0|$1|$LD_PRELOAD"\n' >"$work/plain" && chmod +x "$work/plain"
	expect "script without a first line: the shell runs it" 0 "$work/plain|a b|$lib" "" \
		"${fake[@]}" "$run" "$work/plain" "a b"
	printf '#!/no/such\n' >"$work/orphan" && chmod +x "$work/orphan"
	expect "script whose interpreter is missing: says so" 127 "" \
		"ebpfdrv-run: $work/orphan: its interpreter is missing" "${fake[@]}" "$run" "$work/orphan"
	mkdir -p "$work/usr/bin" "$work/usr/lib64"
	cp "$run" "$work/usr/bin/" && cp "$lib" "$work/usr/lib64/"
	expect "library in ../lib64 is found" 0 "$work/usr/lib64/libebpfdrv.so" "" \
		"${fake[@]}" "$work/usr/bin/ebpfdrv-run" sh -c 'echo $LD_PRELOAD'
}

# unreachable NAME WHY PROGRAM: the library cannot be loaded into it, so the module adopts it,
# where it can and that is not forbidden
unreachable()
{
	expect "$1: adopted" 0 "" "" env FAKE_FEATURES=0x80 "$run" "$3"
	refused "$1, which the kernel cannot adopt" \
		"ebpfdrv-run: the module cannot adopt processes on this kernel: its log says why" "$3"
	expect "$1, with --preload: refused" 125 "" "$2"$'\n'"$not_started" "$run" --preload "$3"
}

test_programs()
{
	local run=$work/run_with_device
	printf '#!/bin/sh\nexec %s %s "$@"\n' "${fake[*]}" "$bin/ebpfdrv-run" >"$run" && chmod +x "$run"
	expect "--adopt" 0 "|x" "" env FAKE_FEATURES=0x80 "$run" --adopt sh -c 'echo "$LD_PRELOAD|x"'
	if ${CC:-cc} -static -o "$work/static" "$work/empty.c" 2>/dev/null; then
		unreachable "static program" "$(cannot "$work/static is statically linked")" "$work/static"
		printf '#!%s\n' "$work/static" >"$work/script"
		chmod +x "$work/script"
		unreachable "script of a static interpreter" \
			"$(cannot "$work/static is statically linked")" "$work/script"
		expect "static program, EBPFDRV=never: run" 0 "" "" \
			env EBPFDRV=never "$bin/ebpfdrv-run" "$work/static"
	else
		tap_skip "no static libc: static programs"
	fi
	# A note as Go's linker writes it.
	printf '.section .note.go.buildid,"a",@note\n.p2align 2\n.long 4, 4, 4\n.ascii "Go\\0\\0"\n.long 0\n' \
		>"$work/note.s"
	${CC:-cc} -o "$work/go" "$work/empty.c" "$work/note.s" -Wl,-z,noseparate-code 2>/dev/null
	unreachable "Go program" "$(cannot "$work/go is a Go program and makes system calls without libc")" \
		"$work/go"
	# As musl's linker names its interpreter, which need not be there: /bin/true stands for it.
	mkdir "$work/lib" && ln -s /lib64/ld-linux-x86-64.so.2 "$work/lib/ld-musl-x86_64.so.1"
	${CC:-cc} -o "$work/musl" "$work/empty.c" -Wl,--dynamic-linker="$work/lib/ld-musl-x86_64.so.1"
	unreachable "program of musl" \
		"$(cannot "$work/musl is linked with musl, and the library with glibc")" "$work/musl"
	# The class is the fifth byte.
	{ head -c 4 "$work/dynamic"; printf '\1'; tail -c +6 "$work/dynamic"; } >"$work/narrow"
	chmod +x "$work/narrow"
	expect "32-bit program: refused" 125 "" \
		"$(cannot "$work/narrow is not a 64-bit program")"$'\n'"$not_started" "$run" "$work/narrow"
	if [ "$(id -u)" -eq 0 ] && cp "$work/dynamic" "$work/setuid" && chown 65534 "$work/setuid" &&
			chmod u+s "$work/setuid"; then
		unreachable "set-user-ID program" "$(cannot "$work/setuid is set-user-ID")" "$work/setuid"
	else
		tap_skip "not root: set-user-ID programs"
	fi
}

# The library is not the one, or cannot be had.
test_libraries()
{
	mkdir "$work/a b" && cp "$lib" "$work/a b/"
	unset EBPFDRV_DEVICE
	export EBPFDRV_LIBRARY="$work/a b/libebpfdrv.so"
	refused "library in a path with a blank" \
		"ebpfdrv-run: $EBPFDRV_LIBRARY: LD_PRELOAD takes no path with a colon or a blank: move it" true
	EBPFDRV_LIBRARY=/no/such
	refused "absent library" "ebpfdrv-run: EBPFDRV_LIBRARY=/no/such: No such file or directory" true
	EBPFDRV_LIBRARY=$work/empty.c
	refused "library that is none" "ebpfdrv-run: EBPFDRV_LIBRARY=$work/empty.c: no library" true
	EBPFDRV_LIBRARY=$work
	refused "directory as library" "ebpfdrv-run: EBPFDRV_LIBRARY=$work: Is a directory" true
	EBPFDRV_LIBRARY=$(ldd "$work/dynamic" | sed -n 's/.*=> \(.*libc.so.6\) .*/\1/p')
	refused "another library" \
		"ebpfdrv-run: EBPFDRV_LIBRARY=$EBPFDRV_LIBRARY: another library than libebpfdrv.so" true
	EBPFDRV_LIBRARY=$work/dynamic
	[ "$(id -u)" -eq 0 ] && tap_skip "root reads everything: unreadable libraries" || {
		cp "$lib" "$work/locked" && chmod 0 "$work/locked" && EBPFDRV_LIBRARY=$work/locked
		refused "unreadable library" "ebpfdrv-run: EBPFDRV_LIBRARY=$work/locked: Permission denied" true
	}
	unset EBPFDRV_LIBRARY
}

# What the library would say of the device at the first call, too, and too late for a service.
test_devices()
{
	local why
	why="ebpfdrv-run: /no/device: No such file or directory: is the module loaded? (modprobe ebpfdrv)"
	export EBPFDRV_DEVICE=/no/device
	expect "no device: refused" 125 "" "$why"$'\n'"$not_started" "$run" echo x
	expect "no device: run with --fallback" 0 "x" "" "$run" --fallback echo x
	expect "no device, EBPFDRV=never: run" 0 "x" "" env EBPFDRV=never "$run" echo x
	expect "no device, EBPFDRV_DISABLE=1: run" 0 "x" "" env EBPFDRV_DISABLE=1 "$run" echo x
	expect "no device, EBPFDRV=auto, and a kernel without bpf(2): refused" 125 "" \
		"$why"$'\n'"$not_started" env EBPFDRV=auto EBPFDRV_DEVICE=/no/device \
		"$bin/test_shim" with-device ours env EBPFDRV_DEVICE=/no/device "$run" echo x
	unset EBPFDRV_DEVICE
	expect "another driver's device: refused" 125 "" \
		"ebpfdrv-run: /dev/null: not the device of ebpfdrv.ko"$'\n'"$not_started" \
		"$bin/test_shim" with-device foreign "$run" echo x
	expect "module of another ABI: refused" 125 "" \
		"ebpfdrv-run: /dev/null: the module speaks ABI *, this library ABI *: install both from one release"$'\n'"$not_started" \
		"$bin/test_shim" with-device abi "$run" echo x
	if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
		: >"$work/device" && chmod 0 "$work/device"
		cp "$run" "$lib" "$work/bin/"
		expect "device not permitted: refused" 125 "" \
			"ebpfdrv-run: $work/device: Permission denied: run as root"$'\n'"$not_started" \
			env EBPFDRV_DEVICE="$work/device" setpriv --reuid 65534 --clear-groups \
			"$work/bin/ebpfdrv-run" echo x
	else
		tap_skip "not root: a device that is not permitted"
	fi
}

# needs_old_glibc FILE: no version after 2.17, and nothing that headers since glibc 2.38 turn
# into another function without a word (scanf and strtol families).
needs_old_glibc()
{
	local newest
	newest=$(objdump -T "$1" | sed -n 's/.*(\?GLIBC_\([0-9.]*\))\? .*/\1/p' | sort -V | tail -n 1)
	[ -n "$newest" ] && [ "$(printf '%s\n' "$newest" 2.17 | sort -V | tail -n 1)" = 2.17 ] &&
		! objdump -T "$1" | grep -E '\*UND\*.* (__isoc[0-9]*_)?v?f?w?(s?scanf|(str|wcs)to(l|ul|ll|ull|imax|umax))$'
}

# The flags of distributions' packages.
test_flags()
{
	local flags n=0 out
	needs_old_glibc "$lib"
	tap_result $? "the library needs no glibc after 2.17, whatever the headers"
	echo 'int main(int n, char **v) { return __builtin_printf("") + n + (int)strtol(v[0], 0, 0); }' \
		>"$work/strtol.c"
	${CC:-cc} -w -include stdlib.h -o "$work/strtol" "$work/strtol.c" && ! needs_old_glibc "$work/strtol" >/dev/null
	tap_result $? "a call of strtol would be seen"
	while read -r flags; do
		n=$((n + 1))
		out=$(make -s -C "$top/shim" O="$work/flags$n" WERROR=1 CFLAGS="$flags" \
			LDFLAGS="-Wl,-z,relro -Wl,-z,now -flto=auto" 2>&1) &&
			needs_old_glibc "$work/flags$n/libebpfdrv.so" &&
			[ "$(exports "$work/flags$n/libebpfdrv.so")" = "$(exports "$lib")" ]
		tap_result $? "it builds with $flags" || tap_diag "$out"
	done <<-'EOF'
	-flto=auto -ffat-lto-objects -fexceptions -Wp,-D_FORTIFY_SOURCE=2 -Wp,-D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection -fcf-protection
	-O2 -flto=auto -ffat-lto-objects -fstack-protector-strong -Wformat -Werror=format-security -Wdate-time -D_FORTIFY_SOURCE=2
	-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
	-O3 -D_FORTIFY_SOURCE=3 -D_FILE_OFFSET_BITS=64
	-O0
	EOF
	LD_PRELOAD=$work/flags1/libebpfdrv.so EBPFDRV_DEVICE=/no/device "$work/dynamic"
	tap_result $? "and works then"
}

exports() { objdump -T "$1" | awk '/ g +DF .text/ { print $NF }' | sort; }

# A program that checks itself refuses to run behind any other library.
test_asan()
{
	cat >"$work/asan.c" <<-'EOF'
	#include <fcntl.h>
	#include <stdlib.h>
	int main(int argc, char **argv)
	{
		char *volatile bytes = malloc(8);

		return open("/proc/self/stat", O_RDONLY) < 0 || (argc > 1 && bytes[atoi(argv[1])]);
	}
	EOF
	if ! ${CC:-cc} -w -fsanitize=address -o "$work/asan" "$work/asan.c" 2>/dev/null ||
			! ASAN_OPTIONS=detect_leaks=0 "$work/asan"; then
		tap_skip "no AddressSanitizer: programs built with it"
		return
	fi
	expect "program with AddressSanitizer: runs" 0 "" "" \
		env ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$lib" "$work/asan"
	expect "and is checked" 1 "" "*heap-buffer-overflow*" env LD_PRELOAD="$lib" "$work/asan" 8
}

# What is preloaded behind the library sees the calls that it does not take itself.
test_next_library()
{
	cat >"$work/next.c" <<-'EOF'
	#include <stdarg.h>
	#include <stdio.h>
	long syscall(long nr, ...)
	{
		long a[6];
		va_list ap;
		int i;

		va_start(ap, nr);
		for (i = 0; i < 6; i++)
			a[i] = va_arg(ap, long);
		va_end(ap);
		printf("syscall %ld %ld %ld %ld %ld %ld %ld\n", nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		return 1000 + nr;
	}
	int mount(const char *s, const char *t, const char *type, unsigned long f, const void *d)
	{
		return printf("mount %s %s %s %lu %p\n", s, t, type, f, d);
	}
	int memfd_create(const char *name, unsigned int flags)
	{
		return printf("memfd_create %s %u\n", name, flags);
	}
	EOF
	cat >"$work/calls.c" <<-'EOF'
	#include <stdio.h>
	long syscall(long nr, ...);
	int mount(const char *s, const char *t, const char *type, unsigned long f, const void *d);
	int memfd_create(const char *name, unsigned int flags);
	int main(void)
	{
		printf("%ld\n", syscall(39L, 1L, 2L, 3L, 4L, 5L, 6L));
		printf("%ld\n", syscall(321L, 1L, 2L, 3L, 4L, 5L, 6L));
		printf("%ld\n", syscall(298L, 0L, 2L, 3L, 4L, 5L, 6L));
		printf("%ld\n", syscall(319L, 0L, 2L, 3L, 4L, 5L, 6L));
		mount("a", "b", "bpf", 7, (void *)9);
		memfd_create("name", 3);
		return 0;
	}
	EOF
	${CC:-cc} -w -shared -fPIC -o "$work/next.so" "$work/next.c" &&
		${CC:-cc} -w -o "$work/calls" "$work/calls.c" || tap_result 1 "they compile"
	expect "calls go on to the next preloaded library" 0 "syscall 39 1 2 3 4 5 6
1039
syscall 321 1 2 3 0 0 0
1321
syscall 298 0 2 3 4 5 0
1298
syscall 319 0 2 0 0 0 0
1319
mount a b bpf 7 0x9
memfd_create name 3" "*is the module loaded*" \
		env EBPFDRV_DEVICE=/no/device LD_PRELOAD="$lib:$work/next.so" "$work/calls"
}

run_tests()
{
	local run=$bin/ebpfdrv-run lib=$bin/libebpfdrv.so fake=("$bin/test_shim" with-device ours)
	unset LD_PRELOAD EBPFDRV EBPFDRV_DISABLE EBPFDRV_DEBUG EBPFDRV_LIBRARY
	echo 'int main(void) { return 0; }' >"$work/empty.c"
	${CC:-cc} -o "$work/dynamic" "$work/empty.c"
	test_options
	test_devices
	test_flags
	test_asan
	test_next_library
	"${fake[@]}" true
	if [ $? -eq 97 ]; then
		tap_skip "no seccomp notification: programs beside a device"
		return
	fi
	test_started
	test_programs
	run=$work/run_with_device
	test_libraries
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if tap_ok "library, ebpfdrv-run and tests compile" build; then :; fi
[ $tap_failed -eq 0 ] || tap_end
run_library_tests
run_tests
tap_end
