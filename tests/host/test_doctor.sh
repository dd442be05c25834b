#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfdrvctl doctor on machines of files, each with one fault made on purpose: the line that
# names it, what to do, and the status.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
bin=${EBPFDRV_BUILD:-$top/build}/tests/host/doctor
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
unset EBPFDRV_DEVICE EBPFDRV_LIBRARY LD_PRELOAD FAKE_VERSION FAKE_FEATURES
rel=3.10.0-1160.el7.x86_64
root=$work/root
mod=/lib/modules/$rel
btf=/usr/lib/ebpfdrv/btf/$rel.btf

build()
{
	mkdir -p "$bin" && make -s -C "$top/tools" O="$bin" WERROR=1 && make -s -C "$top/shim" O="$bin" WERROR=1 &&
		${CC:-cc} -std=gnu99 -O2 -Wall -Wextra -Werror -I "$top/uapi" -I "$top/tests/lib" \
			-o "$bin/with_device" "$here"/test_shim/*.c -lpthread
}

le32() { local n; for n in "$@"; do
	printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((n & 255)) $((n >> 8 & 255)) \
		$((n >> 16 & 255)) $((n >> 24 & 255)))"; done; }

# put PATH TEXT: a file below the root
put() { mkdir -p "$root$(dirname "$1")" && printf '%b' "$2" >"$root$1"; }

# Functions a, b and c.
functions()
{
	printf '\x9f\xeb\x01\x00'
	le32 24 0 48 48 7 0 $((13 << 24)) 0 1 $((12 << 24)) 1 3 $((12 << 24)) 1 5 $((12 << 24)) 1
	printf '\0a\0b\0c\0'
}

# A machine with nothing wrong.
machine()
{
	rm -rf "$root"
	put $mod/extra/ebpfdrv.ko "\x7fELF vermagic=$rel SMP mod_unload \0"
	put $mod/build/Makefile ''
	put /proc/kallsyms '1 T a\n2 t b\n3 t c.isra.0\n'
	put /proc/self/status 'Name:\tx\nCapEff:\t000001ffffffffff\n'
	put /proc/self/uid_map '         0          0 4294967295\n'
	put /proc/sys/kernel/cap_last_cap '40\n'
	put /proc/sys/kernel/ftrace_enabled '1\n'
	put /sys/kernel/debug/kprobes/enabled '1\n'
	mkdir -p "$root/sys/kernel/debug/tracing/events" "$root/sys/module/ebpfdrv"
	put $btf ''
	functions >"$root$btf"
	kind=ours before=() args=()
	export FAKE_VERSION=$version FAKE_FEATURES=0xff
}

# The module is not loaded, and there is no device then.
unloaded() { rm -r "$root/sys/module/ebpfdrv"; kind=none; }

# fault NAME STATUS LINE...: patterns, each of a line of what it says
fault()
{
	local name=$1 status=$2 out rc line bad= run=("$bin/with_device" with-device "$kind")
	shift 2
	[ "$kind" != none ] || run=(env "EBPFDRV_DEVICE=${device:-/no/device}")
	out=$("${run[@]}" "${before[@]}" "$bin/ebpfdrvctl" doctor --root "$root" --release "${kernel:-$rel}" \
		"${args[@]}" 2>&1)
	rc=$?
	for line; do
		grep -q -x -e "$line" <<<"$out" || bad="$bad no line '$line'"
	done
	[ $rc -eq "$status" ] && [ -z "$bad" ]
	tap_result $? "$name" || tap_diag "status $rc,$bad
$out"
	# The same findings for programs.
	"${run[@]}" "${before[@]}" "$bin/ebpfdrvctl" doctor --json --root "$root" --release "${kernel:-$rel}" \
		"${args[@]}" >"$work/json" 2>&1
	[ $? -eq "$status" ] && json_is_json "$work/json" || {
		tap_result 1 "$name, as JSON"
		tap_diag "$(cat "$work/json")"
	}
	kernel= device=
	machine
}

if command -v python3 >/dev/null; then
	json_is_json() { python3 -c 'import json, sys; json.load(sys.stdin)' <"$1" 2>/dev/null; }
else
	json_is_json() { grep -q '^{"release": ".*"findings": \[$' "$1" && tail -n 1 "$1" | grep -q '^\]}$'; }
fi

test_kernel()
{
	fault "nothing wrong" 0 "ok     kernel     Linux $rel" "ok     device .*ABI 1" \
		"ok     btf        served by the module, $btf" "Programs run here."
	kernel=2.6.32-754.el6
	fault "a kernel that is too old" 1 "FAILS  kernel     Linux 2.6.32-754.el6 is too old" \
		" *-> a kernel of 3.10 or later" "Programs do not run here."
	mkdir -p "$root/lib/modules" && mv "$root$mod" "$root/lib/modules/9.1.0" && kernel=9.1.0
	sed -i s/$rel/9.1.0/ "$root/lib/modules/9.1.0/extra/ebpfdrv.ko"
	fault "a kernel that is newer than all that were tried" 0 "note   kernel .*9.1.0 is newer than what was tried.*"
}

test_module()
{
	rm -r "$root$mod/extra" && unloaded
	fault "the module is not installed" 1 "FAILS  module     none is installed for $rel" \
		" *-> make && make install in ebpfdrv's sources, or dkms install"
	rm -r "$root$mod" && unloaded && put /lib/modules/3.10.0-957.el7.x86_64/extra/ebpfdrv.ko.xz x
	fault "it is installed for another kernel, and there are no headers" 1 \
		"FAILS  module     none is installed for $rel, but /lib/modules/3.10.0-957.el7.x86_64/extra/ebpfdrv.ko.xz is" \
		" *-> install the kernel's headers (kernel-devel-$rel, .*"
	unloaded && put $mod/weak-updates/x/ebpfdrv.ko "vermagic=3.10.0-957.el7.x86_64 SMP \0" && rm -r "$root$mod/extra"
	fault "it was built for another kernel" 1 \
		"FAILS  module     $mod/weak-updates/x/ebpfdrv.ko was built for 3.10.0-957.el7.x86_64"
	rm -r "$root$mod/extra"
	fault "it is loaded, and gone after the next boot" 0 "note   module     loaded, but $mod has none for the next boot"
	unloaded && rm -r "$root$mod/build"
	fault "no headers" 1 "note   headers    none for $rel: the module cannot be built here"
	unloaded && put /proc/sys/kernel/modules_disabled '1\n'
	fault "no module can be loaded" 1 "FAILS  module     kernel.modules_disabled: .*"
	unloaded && put /sys/module/module/parameters/sig_enforce 'Y\n'
	fault "signatures enforced, and none there" 1 \
		"FAILS  signature  module.sig_enforce wants signed modules, and $mod/extra/ebpfdrv.ko is not"
	unloaded && put /sys/kernel/security/lockdown 'none [integrity] confidentiality\n'
	fault "lockdown" 1 "FAILS  signature  lockdown wants signed modules, and .* is not" " *-> sign the module (.*"
	unloaded && put /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c '\x06\0\0\0\x01'
	fault "Secure Boot" 1 "lacks  signature  Secure Boot wants signed modules, and .* is not"
	unloaded && put /sys/module/module/parameters/sig_enforce '1\n' &&
		printf '~Module signature appended~\n' >>"$root$mod/extra/ebpfdrv.ko"
	fault "signatures enforced, and one there" 1 "note   signature  module.sig_enforce wants .*key that the kernel knows" \
		" *-> mokutil --import .*"
}

test_device()
{
	unloaded
	fault "the module is not loaded" 1 "FAILS  device     /no/device: No such file or directory: the module is not loaded" \
		" *-> modprobe ebpfdrv; .*"
	kind=none
	fault "loaded, but no node: a container" 1 "FAILS  device     the module is loaded, but /no/device is not there" \
		" *-> in a container: .*"
	kind=foreign
	fault "another driver's node" 1 "FAILS  device     /dev/null is not the device of ebpfdrv.ko"
	kind=abi
	fault "a module of another ABI" 1 "FAILS  device     the module speaks ABI 2, these tools ABI 1" \
		" *-> install module and tools from one release; .*"
	export FAKE_VERSION=0.0.1
	fault "a module of another version" 0 "note   device     the module is version 0.0.1, these tools are $version"
	export FAKE_FEATURES=0xa2
	fault "a kernel without kprobes and ftrace" 2 \
		"lacks  features   not on this kernel: kprobes, tracepoints, raw tracepoints, perf events, fentry and fexit" \
		"Programs run here, but not everything works."
	if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
		: >"$work/device" && chmod 0 "$work/device"
		mkdir -p "$work/bin" && cp "$bin/ebpfdrvctl" "$bin/ebpfdrv-btf-edit" "$bin/libebpfdrv.so" "$work/bin/"
		local bin=$work/bin
		kind=none device=$work/device before=(setpriv --reuid 65534 --clear-groups)
		fault "not root" 1 "FAILS  device     $work/device: Permission denied" " *-> run as root"
	else
		tap_skip "not root: a device that is not permitted"
	fi
}

test_rights()
{
	put /proc/self/uid_map '         0     100000      65536\n'
	fault "a user namespace" 1 "FAILS  rights     this is a user namespace, .*"
	put /proc/self/status 'CapEff:\t00000000a80425fb\n'
	fault "too few capabilities" 1 "FAILS  rights     capabilities 0xa80425fb are too few" \
		" *-> run as root, or with CAP_BPF and CAP_PERFMON"
	put /proc/self/status 'CapEff:\t00000000a80425fb\n' && put /proc/sys/kernel/cap_last_cap '36\n'
	fault "too few, on an old kernel" 1 " *-> run as root, or with CAP_SYS_ADMIN"
	put /proc/self/status 'CapEff:\t000000c000000000\n'
	fault "CAP_BPF and CAP_PERFMON" 0 "note   rights     CAP_BPF and CAP_PERFMON: enough to load and trace, .*"
	put /sys/fs/selinux/enforce 1
	put /var/log/audit/audit.log 'type=AVC msg=audit(1.2:3): avc:  denied  { open } for pid=1 path="/dev/ebpfdrv" dev="devtmpfs"\n'
	fault "SELinux denies the device" 2 "lacks  selinux    enforcing, and the audit log has denials of the device"
	put /sys/fs/selinux/enforce 1
	fault "SELinux, and nothing denied" 0 "ok     selinux    enforcing, no denial of the device .*"
}

test_types()
{
	export FAKE_FEATURES=0xdf
	rm "$root$btf"
	fault "no BTF" 2 "lacks  btf        none: programs with CO-RE do not load; $btf is not there" " *-> ebpfdrv-btf makes it: .*"
	export FAKE_FEATURES=0xdf
	fault "BTF that came after the module" 2 "lacks  btf        $btf is there, but was not taken when the module was loaded"
	export FAKE_FEATURES=0xdf
	echo text >"$root$btf"
	fault "a file that is no BTF" 2 "lacks  btf        $btf is no BTF"
	export FAKE_FEATURES=0xdf
	functions | head -c 60 >"$root$btf"
	fault "BTF that is cut off" 2 "lacks  btf        $btf is damaged"
	put /proc/kallsyms '1 T a\n2 t b\n3 t d\n'
	fault "BTF of another kernel" 2 "lacks  btf        $btf is of another kernel: of its 3 functions 1 are not here"
	export FAKE_FEATURES=0xdf
	chmod g+w "$root$btf"
	fault "BTF that others can write" 2 "lacks  btf        $btf is not taken: $btf is a link, or not root's alone"
	export FAKE_FEATURES=0xdf
	chmod o+w "$root${btf%/*}"
	fault "BTF in a directory that others can write" 2 "lacks  btf        $btf is not taken: ${btf%/*} is a link, .*"
	export FAKE_FEATURES=0xdf
	mv "$root$btf" "$root$btf.real" && ln -s "${btf##*/}.real" "$root$btf"
	fault "BTF that is a link" 2 "lacks  btf        $btf is not taken: $btf is a link, .*"
	export FAKE_FEATURES=0xdf
	put /sys/module/ebpfdrv/parameters/btf '/srv/absent.btf\n'
	fault "the parameter's BTF is absent" 2 "lacks  btf        none: .*; /srv/absent.btf is not there"
	put /sys/kernel/btf/vmlinux x
	fault "the kernel's file is the module's" 0 "ok     btf        served by the module, $btf"
	put /sys/kernel/btf/vmlinux x
	put /proc/kallsyms '1 T a\n2 t b\n3 t c\n4 R __start_BTF\n'
	fault "the kernel's file is the kernel's" 0 "ok     btf        served by the module, the kernel's own"
	unloaded && rm "$root$btf" && put /sys/kernel/btf/vmlinux x
	fault "the kernel's own BTF" 1 "ok     btf        the kernel's own"
}

test_tracing()
{
	rm -r "$root/sys/kernel/debug/tracing"
	fault "tracefs not mounted" 2 "lacks  tracefs    not mounted: .*" " *-> mount -t debugfs none /sys/kernel/debug, .*"
	put /sys/kernel/debug/kprobes/enabled '0\n'
	fault "kprobes switched off" 2 "lacks  kprobes    switched off: kprobes do not fire" " *-> echo 1 >.*"
	put /proc/sys/kernel/ftrace_enabled '0\n'
	fault "ftrace switched off" 2 "lacks  ftrace     switched off: .*" " *-> sysctl kernel.ftrace_enabled=1"
}

test_programs()
{
	export EBPFDRV_LIBRARY=/no/such.so
	fault "no library" 1 "FAILS  library    /no/such.so: No such file or directory"
	EBPFDRV_LIBRARY=$work/text && echo text >"$work/text"
	fault "a library that is none" 1 "FAILS  library    $work/text: no library"
	EBPFDRV_LIBRARY="$work/a b.so" && cp "$bin/libebpfdrv.so" "$work/a b.so"
	fault "a library with a blank in its name" 1 "FAILS  library    $work/a b.so: a colon or a blank in its path"
	unset EBPFDRV_LIBRARY
	echo 'int main(void) { return 0; }' >"$work/x.c"
	${CC:-cc} -o "$work/dynamic" "$work/x.c"
	args=("$work/dynamic")
	fault "a program that can be run" 0 "ok     program    $work/dynamic: the library can be loaded into it"
	args=(no-such-program)
	fault "no such program" 1 "FAILS  program    no-such-program: command not found"
	args=("$work/text")
	fault "a program that cannot be executed" 1 "FAILS  program    $work/text cannot be executed"
	if ${CC:-cc} -static -o "$work/static" "$work/x.c" 2>/dev/null; then
		args=("$work/static")
		fault "a static program that is adopted" 0 \
			"ok     program    $work/static is statically linked: the module adopts it"
		args=("$work/static")
		export FAKE_FEATURES=0x7f
		fault "a static program" 1 "FAILS  program    $work/static is statically linked" \
			" *-> use a build that is linked dynamically with glibc"
	else
		tap_skip "no static libc: static programs"
	fi
	printf '.section .note.go.buildid,"a",@note\n.p2align 2\n.long 4, 4, 4\n.ascii "Go\\0\\0"\n.long 0\n' >"$work/note.s"
	${CC:-cc} -o "$work/go" "$work/x.c" "$work/note.s" -Wl,-z,noseparate-code 2>/dev/null
	args=("$work/go")
	export FAKE_FEATURES=0x7f
	fault "a Go program" 1 "FAILS  program    $work/go is a Go program and .*" " *-> a module that adopts .*"
	${CC:-cc} -o "$work/musl" "$work/x.c" -Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1
	args=("$work/musl")
	export FAKE_FEATURES=0x7f
	fault "a program of musl" 1 "FAILS  program    $work/musl is linked with musl, .*" " *-> use a build for glibc, .*"
	{ head -c 4 "$work/dynamic"; printf '\1'; tail -c +6 "$work/dynamic"; } >"$work/narrow" && chmod +x "$work/narrow"
	args=("$work/narrow")
	fault "a 32-bit program" 1 "FAILS  program    $work/narrow is not a 64-bit program"
	cp "$work/narrow" "$work/"$'\e]0;x' && printf '#!%s\n' "$work/"$'\e]0;x' >"$work/script" && chmod +x "$work/script"
	args=("$work/script")
	fault "a script whose interpreter's name moves the terminal" 1 \
		"FAILS  program    $work/?\]0;x is not a 64-bit program"
	# A line that never ends: as much of it as a path has is looked at.
	{ printf '#!'; head -c 70000 /dev/zero | tr '\0' /; } >"$work/long" && chmod +x "$work/long"
	args=("$work/long")
	fault "a script without an end" 0 "ok     program    $work/long: the library can be loaded into it"
	if [ "$(id -u)" -eq 0 ]; then
		cp "$work/dynamic" "$work/setuid" && chown 65534 "$work/setuid" && chmod u+s "$work/setuid"
		args=("$work/setuid")
		export FAKE_FEATURES=0x7f
		fault "a set-user-ID program" 1 "FAILS  program    $work/setuid is set-user-ID"
	else
		tap_skip "not root: set-user-ID programs"
	fi
}

# usage STATUS PATTERN ARGS...
usage()
{
	local status=$1 pattern=$2 out rc
	shift 2
	out=$("$bin/ebpfdrvctl" "$@" 2>&1)
	rc=$?
	# shellcheck disable=SC2053
	[ $rc -eq "$status" ] && [[ $out == $pattern ]]
	tap_result $? "ebpfdrvctl $*" || tap_diag "status $rc: $out"
}

test_usage()
{
	local out
	usage 0 "usage: *" --help
	usage 0 "ebpfdrvctl $version" --version
	usage 1 "ebpfdrvctl: *parameters/takeover is not there: is the module loaded?*" --root /nonexistent takeover on
	usage 3 "ebpfdrvctl: takeover perhaps: it is on, off or status" takeover perhaps
	usage 3 "ebpfdrvctl: no command given*usage: *"
	usage 3 "ebpfdrvctl: nothing: no such command*usage: *" nothing
	usage 3 "ebpfdrvctl: --bad: unknown option*" doctor --bad
	usage 3 "ebpfdrvctl: b: one argument too many*" doctor a b
	export EBPFDRV_DEVICE=/no/device
	usage 1 "ebpfdrvctl: /no/device: No such file or directory; ebpfdrvctl doctor says more" status
	usage 1 "ebpfdrvctl: /no/device: No such file or directory; ebpfdrvctl doctor says more" top -n 1
	out=$("$bin/ebpfdrv-run" --check --json true)
	[ $? -eq 1 ] && [[ $out == *'"about": "program", "verdict": "ok"'* ]]
	tap_result $? "ebpfdrv-run --check --json" || tap_diag "$out"
	unset EBPFDRV_DEVICE
}

if tap_ok "tools and tests compile" build; then :; fi
[ $tap_failed -eq 0 ] || tap_end
version=$("$bin/ebpfdrvctl" --version | cut -d' ' -f2)
machine
test_usage
"$bin/with_device" with-device ours true
if [ $? -eq 97 ] || [ "$(id -u)" -ne 0 ]; then
	# Files of root's, and a device.
	tap_skip "no seccomp notification, or not root: faults of a machine"
	tap_end
fi
test_kernel
test_module
test_device
test_rights
test_types
test_tracing
test_programs
tap_end
