#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Full disks, a full /dev/shm, no file allowed: what library and tools write there is given
# otherwise or refused with a word, a file that was there stays, and nothing hangs.
#
# harness: timeout=300

set -u
. "$EBPFDRV_TOP/tests/lib/tap.sh"
. "$EBPFDRV_TOP/tests/vm/guest-tools.sh"

dir=/run/test-full
disk=$dir/disk
btf=$EBPFDRV_TOP/tools/ebpfdrv-btf
type_file=/sys/bus/event_source/devices/kprobe/type
mkdir -p $dir $disk /dev/shm

shim() { LD_PRELOAD=$EBPFDRV_SHIM timeout -k 5 60 "$@"; }

# fill DIR: a file system of 64 KiB, without a byte left
fill()
{
	mount -t tmpfs -o size=64k none "$1" || return 1
	dd if=/dev/zero of="$1/fill" bs=4k 2>/dev/null
	! echo x 2>/dev/null >"$1/more" && rm -f "$1/more" && [ -s "$1/fill" ]
}

is_number() { [[ $1 =~ ^[0-9]+$ ]]; }

le32() { local n; for n in "$@"; do
	printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((n & 255)) $((n >> 8 & 255)) \
		$((n >> 16 & 255)) $((n >> 24 & 255)))"; done; }

# BTF with one type, an integer
small_btf() { printf '\x9f\xeb\x01\x00'; le32 24 0 16 16 5; le32 1 $((1 << 24)) 4 $((1 << 24 | 32))
	printf '\0int\0'; }

# no_room NAME COMMAND...: it fails, and says why
no_room()
{
	local name=$1 out rc
	shift
	out=$(timeout -k 5 60 "$@" 2>&1)
	rc=$?
	[ $rc -ne 0 ] && [ $rc -lt 124 ] && [[ $out == *"No space left on device"* ]]
	tap_result $? "$name" || tap_diag "status $rc: $out"
}

test_served()
{
	local before=$1 got
	got=$(shim cat $type_file)
	[ "$got" = "$before" ]
	tap_result $? "a file that the library serves is whole" || tap_diag "$got"
	got=$(ulimit -f 0; shim cat $type_file 2>/dev/null)
	[ "$got" = "$before" ]
	tap_result $? "also where no file may be written (ulimit -f 0)" || tap_diag "$got"
	got=$(ulimit -f 0; shim cat /proc/self/comm 2>/dev/null)
	[ "$got" = cat ]
	tap_result $? "and others are what they are"
}

test_tool()
{
	local before
	before=$(tools_counters)
	TMPDIR=$disk tools_start execsnoop
	tap_result $? "execsnoop attaches" || tap_diag "$(tail -n 30 $tools_out/execsnoop.err)"
	tools_workload
	tools_stop execsnoop
	tap_result $? "and ends"
	[ "$(tools_seen execsnoop)" -ge $tools_count ]
	tap_result $? "it has seen all" || tap_diag "$(tools_seen execsnoop) of $tools_count"
	tap_ok "nothing is left of it" "$EBPFDRV_DRVSTAT" -w "$before"
}

test_btf_tool()
{
	small_btf >$dir/in.btf
	tap_ok "BTF is made where there is room" env TMPDIR=$dir "$btf" -r x -o $dir/out.btf $dir/in.btf
	echo old >$dir/old.btf
	no_room "no room for its copies" env TMPDIR=$disk "$btf" -r x -o $dir/old.btf $dir/in.btf
	[ "$(cat $dir/old.btf)" = old ]
	tap_result $? "the file that was there is the same"
	no_room "no room for the result" env TMPDIR=$dir "$btf" -r x -o $disk/new.btf $dir/in.btf
	[ "$(ls -A $disk)" = fill ]
	tap_result $? "no half file, and none with another name" || tap_diag "$(ls -lA $disk)"
	[ "$(ls -A $dir)" = "$(printf '%s\n' disk in.btf old.btf out.btf)" ]
	tap_result $? "and no directory of its own" || tap_diag "$(ls -lA $dir)"
}

# test_header may|none copy|word NAME: the kernel's configuration as BCC sees it is a copy in
# memory, or, where memory without a name cannot be had, in /dev/shm; from 5.11 on there is none.
# may: files may be written; word: no copy can be made, and BCC's user is told.
test_header()
{
	local header=$dir/include/generated/autoconf.h lib=$dir/libbcc.so out
	mkdir -p $dir/include/generated
	printf '/* Automatically generated: do not edit, do not believe */\n#define CONFIG_X86 1\n' >$header
	# What tells BCC from others is that its library is there.
	cp "$(ldd /bin/true | sed -n 's/.*=> \(.*libc\.so[^ ]*\).*/\1/p')" $lib
	[ "$1" = may ] || ulimit -S -f 0
	out=$(LD_PRELOAD="$EBPFDRV_SHIM" timeout -k 5 60 python3 -c "
import mmap, sys
lib = open('$lib', 'rb')
held = mmap.mmap(lib.fileno(), 4096, prot=mmap.PROT_READ)
sys.stdout.write(open('$header').read())" 2>&1)
	ulimit -S -f unlimited
	case $2 in
	copy) [[ $out == *"CONFIG_BPF_SYSCALL 1"*CONFIG_X86* && $out != *ebpfdrv:* ]] ;;
	word) [[ $out == *"$header: no copy with CONFIG_BPF_SYSCALL"*"$(cat $header)"* &&
		 $out != *"CONFIG_BPF_SYSCALL 1"* ]] ;;
	esac
	tap_result $? "$3" || tap_diag "$out"
	rm -rf "$dir/include" $lib
}

kernel_number() { uname -r | sed 's/^\([0-9]*\)\.\([0-9]*\).*/\1 * 100 + \2/'; }
has_header() { [ $(($(kernel_number))) -lt 511 ]; }
# With it, /dev/shm is not needed. Old kernels may have got it later.
has_memfd() { python3 -c 'import os; os.memfd_create("x")' 2>/dev/null; }

before=$(shim cat $type_file)
is_number "$before"
tap_result $? "a served file, to compare with" || tap_diag "$before"
if has_header; then
	test_header may copy "BCC's header is a copy"
	test_header none word "where no file may be written, it is as it is, and a word says so"
fi
tools_setup
tap_result $? "the workload is set up"
fill $disk
tap_result $? "a full disk"
fill /dev/shm
tap_result $? "a full /dev/shm"
test_served "$before"
test_tool
test_btf_tool
! has_header || test_header may "$(has_memfd && echo copy || echo word)" "BCC's header with /dev/shm full"
[ "$(ls -A /dev/shm)" = fill ]
tap_result $? "nothing lies in /dev/shm" || tap_diag "$(ls -lA /dev/shm)"
umount /dev/shm $disk
tools_end
rm -rf $dir
tap_end
