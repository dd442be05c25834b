#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfdrv-btf on small files that look like an old kernel's vmlinux.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export EBPFDRV_BUILD=$work/build TMPDIR=$work
btf=$top/tools/ebpfdrv-btf

# refuses NAME PATTERN FILE: status 1, the message, and no output left behind
refuses()
{
	local text rc
	rm -f "$work/out.btf"
	text=$("$btf" -o "$work/out.btf" "$3" 2>&1)
	rc=$?
	# shellcheck disable=SC2053
	[ $rc -eq 1 ] && [[ $text == $2 ]] && ! ls "$work"/out.btf* >/dev/null 2>&1
	tap_result $? "$1" || tap_diag "status $rc: $text"
}

le32() { local n; for n in "$@"; do
	printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((n & 255)) $((n >> 8 & 255)) \
		$((n >> 16 & 255)) $((n >> 24 & 255)))"; done; }

# raw_btf TYPE-LEN STR-OFF STR-LEN: header; types and strings follow from stdin
raw_btf() { printf '\x9f\xeb\x01\x00'; le32 24 0 "$1" "$2" "$3"; cat; }

# One type: struct ftrace_raw_x with one int; and the int.
small_btf()
{
	{
		le32 1 $((1 << 24)) 4 $((1 << 24 | 32))		# int
		le32 5 $((4 << 24 | 1)) 4 18 1 0		# struct
		printf '\0int\0ftrace_raw_x\0a\0'
	} | raw_btf 40 40 20
}

test_raw()
{
	local first
	small_btf >"$work/small.btf"
	first=$("$btf" -o "$work/new.btf" "$work/small.btf" 2>&1)
	tap_result $? "a ready BTF file is taken" || tap_diag "$first"
	[[ $first == *" types, "*"1 event records also as trace_event_raw_*; struct bpf_ringbuf added; struct bpf_map added; "*" types of the eBPF interface" ]]
	tap_result $? "it says what was added" || tap_diag "$first"
	tap_ok "the new names are in it" grep -q -a trace_event_raw_x "$work/new.btf"
	tap_ok "a second run changes nothing" eval \
		'"$btf" -o "$work/again.btf" "$work/new.btf" && cmp "$work/new.btf" "$work/again.btf"'
	[ "$(stat -c %a "$work/new.btf")" = 644 ]
	tap_result $? "everybody may read the result"

	head -c 20 "$work/small.btf" >"$work/bad"
	refuses "BTF shorter than its header" "*too short for BTF*" "$work/bad"
	head -c 60 "$work/small.btf" >"$work/bad"
	refuses "truncated BTF" "*outside the file*" "$work/bad"
	{ le32 1 $((31 << 24)) 4; printf '\0x\0'; } | raw_btf 12 12 3 >"$work/bad"
	refuses "unknown kind" "*type 1 has the unknown kind 31*" "$work/bad"
	{ le32 1 $((4 << 24 | 9)) 4; printf '\0x\0'; } | raw_btf 12 12 3 >"$work/bad"
	refuses "members beyond the types" "*malformed type 1*" "$work/bad"
	{ le32 99 $((2 << 24)) 0; printf '\0x\0'; } | raw_btf 12 12 3 >"$work/bad"
	refuses "name beyond the strings" "*malformed type 1*" "$work/bad"
	{ le32 1 $((2 << 24)) 0; printf '\0xx'; } | raw_btf 12 12 3 >"$work/bad"
	refuses "strings without an end" "*malformed BTF strings*" "$work/bad"
	{ le32 1 $((2 << 24)) 7; printf '\0x\0'; } | raw_btf 12 12 3 >"$work/bad"
	refuses "reference beyond the types" "*type 1 refers to type 7, which does not exist*" "$work/bad"
	{ le32 1 $((4 << 24 | 1)) 4 77 0 0; printf '\0x\0'; } | raw_btf 24 24 3 >"$work/bad"
	refuses "member's name beyond the strings" "*malformed member of type 1*" "$work/bad"
	echo "no kernel at all" >"$work/bad"
	refuses "some other file" "*neither an ELF file nor BTF*" "$work/bad"
	refuses "absent file" "*no such file*" "$work/absent"
	refuses "a directory" "*$work is a directory*" "$work"
	head -c 60 "$work/small.btf" >"$work/bad"
	refuses "damage is told of the file that was named" "*ebpfdrv-btf-edit: $work/bad: *" "$work/bad"
}

# told NAME STATUS PATTERN ARGS...
told()
{
	local name=$1 status=$2 pattern=$3 text rc
	shift 3
	text=$("$btf" "$@" 2>&1)
	rc=$?
	# shellcheck disable=SC2053
	[ $rc -eq "$status" ] && [[ $text == $pattern ]]
	tap_result $? "$name" || tap_diag "status $rc: $text"
}

test_options()
{
	told "--help" 0 "usage: ebpfdrv-btf *" --help
	told "-h" 0 "usage: ebpfdrv-btf *" -h
	told "--version" 0 "ebpfdrv-btf [0-9]*" --version
	told "an unknown option" 2 "*--nothing: unknown option*usage:*" --nothing
	told "an unknown letter" 2 "*usage:*" -z
	told "-m without a file" 2 "*-m: which module?*" -m
	told "two files" 2 "*one file at a time*" a b
	told "no name of an output" 2 "*-o: no name given*" -o "" "$work/small.btf"
	told "the empty name" 1 "*no such file*" ""
}

# What the output's name may stand for.
test_outputs()
{
	local before after
	mkdir "$work/outdir" && before=$(ls -A "$work/outdir" "$work")
	told "a directory as output" 1 "*$work/outdir is a directory: give -o a file's name" \
		-o "$work/outdir" "$work/small.btf"
	[ "$(ls -A "$work/outdir" "$work")" = "$before" ]
	tap_result $? "nothing is left in it or beside it"
	ln -s target.btf "$work/link.btf"
	told "a link as output" 0 "*types of the eBPF interface" -o "$work/link.btf" "$work/small.btf"
	[ -L "$work/link.btf" ] && cmp "$work/target.btf" "$work/new.btf"
	tap_result $? "the file that it names is written"
	"$btf" -o - "$work/small.btf" 2>"$work/said" | cmp - "$work/new.btf"
	tap_result $? "- is the standard output" || tap_diag "$(cat "$work/said")"
	mkfifo "$work/pipe" && { cmp "$work/pipe" "$work/new.btf" & }
	told "a pipe as output" 0 "*types of the eBPF interface" -o "$work/pipe" "$work/small.btf"
	wait $!
	tap_result $? "the reader gets it all"
	[ -p "$work/pipe" ]
	tap_result $? "it is a pipe as before"
	# Somebody else has laid a link while the types were made: what reads it waits in vain.
	mkdir -p "$work/late/tools" && mkfifo "$work/late.pipe"
	cat >"$work/late/tools/ebpfdrv-btf-edit" <<-END
	#!/bin/bash
	ln -sfn "$work/late.pipe" "$work/late.btf"
	exec "$EBPFDRV_BUILD/tools/ebpfdrv-btf-edit" "\$@"
	END
	chmod +x "$work/late/tools/ebpfdrv-btf-edit"
	EBPFDRV_BUILD=$work/late timeout 30 "$btf" -o "$work/late.btf" "$work/small.btf" >/dev/null 2>&1 &&
		[ ! -L "$work/late.btf" ] && cmp "$work/late.btf" "$work/new.btf"
	tap_result $? "what is laid there meanwhile is replaced, not written to"
	[ "$(id -u)" -eq 0 ] && mknod "$work/null" c 1 3 2>/dev/null && (: >"$work/null") 2>/dev/null || {
		tap_skip "no device nodes here"
		return
	}
	told "a device as output" 0 "*types of the eBPF interface" -o "$work/null" "$work/small.btf"
	[ -c "$work/null" ]
	tap_result $? "it is a device as before"
}

# Of another kernel: by what a file says of itself, and by its functions.
test_release()
{
	local release
	release=$(uname -r)
	printf 'const char linux_banner[] = "Linux version 3.10.0-1.el7.x86_64 (x@y) #1\\n";\nconst char f[] = "Linux version %%s";\n' \
		>"$work/banner.c"
	${CC:-cc} -g -c -o "$work/old-vmlinux" "$work/banner.c" || return
	told "vmlinux of another kernel" 1 \
		"*old-vmlinux is of Linux 3.10.0-1.el7.x86_64, not $release: -r 3.10.0-1.el7.x86_64 *" "$work/old-vmlinux"
	told "and where the kernel is named" 1 "*is of Linux 3.10.0-1.el7.x86_64, not 4.4.1:*" \
		-r 4.4.1 -o "$work/out.btf" "$work/old-vmlinux"
	printf 'const char m[] __attribute__((section(".modinfo"))) = "vermagic=3.10.0-1.el7.x86_64 SMP mod_unload ";\n' \
		>"$work/magic.c"
	${CC:-cc} -g -c -o "$work/old.ko" "$work/magic.c" || return
	told "a module of another kernel" 1 "*old.ko is of Linux 3.10.0-1.el7.x86_64, not $release:*" \
		-m -b "$work/new.btf" "$work/old.ko"
	{
		{
			le32 0 $((13 << 24)) 0
			le32 1 $((12 << 24)) 1; le32 3 $((12 << 24)) 1; le32 5 $((12 << 24)) 1
			printf '\0a\0b\0c\0'
		} | raw_btf 48 48 7
	} >"$work/funcs.btf"
	printf '%s\n' 'ffffffff81000000 T a' 'ffffffff81000010 t b' >"$work/kallsyms"
	export KALLSYMS=$work/kallsyms
	told "types of another kernel" 1 \
		"*funcs.btf is of another kernel than $release: of its 3 functions 1 are not there" \
		-r "$release" -o "$work/out.btf" "$work/funcs.btf"
	echo 'ffffffff81000020 T c	[mod]' >>"$work/kallsyms"
	told "types of this kernel" 0 "*" -r "$release" -o "$work/out.btf" "$work/funcs.btf"
	unset KALLSYMS
}

# Without FILE vmlinux is searched for, and what others could have put there is left.
test_search()
{
	local said
	[ -d /lib/modules ] || { tap_skip "no /lib/modules"; return; }
	mkdir -m 777 "$work/release" && chmod 777 "$work/release" && : >"$work/release/vmlinux"
	said=$("$btf" -r "../../../..$work/release" -o "$work/found.btf" 2>&1)
	[ $? -eq 1 ] && [[ $said == *"$work/release/vmlinux not taken: others than root can have put it there"* ]]
	tap_result $? "a vmlinux in a directory that all may write is not taken" || tap_diag "$said"
	(umask 0; "$btf" -o "$work/made/new.btf" "$work/small.btf" >/dev/null 2>&1)
	[ "$(stat -c %a "$work/made")" = 755 ]
	tap_result $? "directories that it makes are not everybody's" || tap_diag "$(stat -c %a "$work/made")"
}

# vmlinux from two files that see one structure under other rh_kabi names
make_vmlinux()
{
	local n
	for n in 3 104; do
		cat >"$work/unit$n.c" <<-EOF
		struct replaced {
			union { int now; struct { long before; } __UNIQUE_ID_rh_kabi_hide$n; };
			union { int more; struct { char was; } __UNIQUE_ID_rh_kabi_hide$((n + 1)); };
		};
		struct ftrace_raw_wakeup { int pid; struct replaced *task; };
		struct ftrace_raw_both { int x; };
		struct trace_event_raw_both { int x; };
		struct net { int users; unsigned int proc_inum; };
		struct sock_common { short family; struct net *skc_net; };
		struct pt_regs { long r15, r14; };
		struct ring_buffer { $( [ $n = 3 ] && echo 'int perf;' || echo 'long ftrace;' ) };
		struct event { struct ring_buffer *rb; struct event *next; };
		struct task { struct event *events; struct task *(*fork)(struct task *, struct event); };
		enum big { BIG = 0x123456789abcul };
		struct ftrace_raw_wakeup wakeup$n;
		struct ftrace_raw_both old$n;
		struct trace_event_raw_both new$n;
		struct sock_common sock$n;
		struct pt_regs regs$n;
		struct task task$n;
		enum big big$n;
		EOF
		${CC:-cc} -g -c -o "$work/unit$n.o" "$work/unit$n.c" || return 1
	done
	${CC:-cc} -g -shared -nostdlib -o "$work/vmlinux" "$work/unit3.o" "$work/unit104.o"
}

dump_c() { bpftool btf dump file "$1" format c; }

# counts NUMBER PATTERN: lines of the C dump
counts()
{
	local n
	n=$(grep -c "$2" "$work/dump.h")
	[ "$n" -eq "$1" ]
	tap_result $? "$3" || tap_diag "$n lines match $2"
}

test_elf()
{
	local said
	tap_ok "test files compile" make_vmlinux
	cp "$work/vmlinux" "$work/before"
	head -c 100000 /dev/zero >"$work/new.btf"
	said=$("$btf" -o "$work/new.btf" "$work/vmlinux" 2>&1)
	tap_result $? "BTF is made from debug information" || tap_diag "$said"
	[[ $said == *"equalising 4 rh_kabi names"*" copies merged; "*"1 event records"*"bpf_ringbuf added; struct bpf_perf_event_data added; struct bpf_map added; "*" types of the eBPF interface; 2 members in today's shape; 2 rh_kabi members"* ]]
	tap_result $? "it says what was done" || tap_diag "$said"
	tap_ok "vmlinux itself is not changed" cmp "$work/vmlinux" "$work/before"
	[ "$(stat -c %s "$work/new.btf")" -lt 60000 ]
	tap_result $? "a longer old output is gone"
	dump_c "$work/new.btf" >"$work/dump.h"
	counts 1 '^struct replaced {' "RHEL's structure is there once"
	counts 1 '__UNIQUE_ID_rh_kabi_hide1;' "its hidden members have different names"
	counts 1 '^struct ring_buffer {' "one of two structures of one name is there"
	counts 1 '^struct ring_buffer___2 {' "and so is the other"
	counts 1 '^struct event {' "what refers to them by a pointer is there once"
	counts 1 '^struct task {' "and what refers to that, too"
	counts 0 '^struct \(event\|task\)___2' "no copy is left"
	counts 1 '^struct ftrace_raw_wakeup {' "the old event name stays"
	counts 1 '^struct trace_event_raw_wakeup {' "the new event name is added"
	counts 1 '^struct trace_event_raw_both {' "an event that has the new name gets no second"
	counts 1 '^struct bpf_ringbuf {' "struct bpf_ringbuf is there"
	counts 1 '^struct bpf_map {' "struct bpf_map is there"
	sed '/pragma/d' "$work/dump.h" >"$work/dump.c"
	cat >>"$work/dump.c" <<-'EOF'
	_Static_assert(__builtin_offsetof(struct net, ns.inum) == 4, "ns.inum");
	_Static_assert(__builtin_offsetof(struct net, proc_inum) == 4, "proc_inum");
	_Static_assert(sizeof(struct net) == 8, "net");
	_Static_assert(__builtin_offsetof(struct sock_common, skc_net.net) == 8, "skc_net.net");
	_Static_assert(__builtin_offsetof(struct bpf_perf_event_data, sample_period) == 16, "period");
	_Static_assert(sizeof(struct bpf_map) == 112, "bpf_map");
	_Static_assert(__builtin_offsetof(struct bpf_map, frozen) == 108, "frozen");
	_Static_assert(__builtin_offsetof(struct bpf_map, name[15]) == 79, "name");
	_Static_assert(BPF_MAP_TYPE_USER_RINGBUF == 31, "bpf_map_type");
	int inner_map(struct bpf_map *map) { return map->inner_map_meta->key_size; }
	enum bpf_map_type type_of(struct bpf_map *map) { return map->map_type; }
	long count_of(struct bpf_map *map) { return map->refcnt.counter + (map->ops != 0); }
	int pointer_to_net(struct sock_common *sk) { return sk->skc_net.net->users; }
	EOF
	tap_ok "the C dump compiles, and members lie where modern programs look" \
		${CC:-cc} -c -o "$work/dump.o" "$work/dump.c"
	bpftool btf dump file "$work/new.btf" >"$work/dump.txt"
	! grep -q ENUM64 "$work/dump.txt"
	tap_result $? "no kind that libbpf 0.x does not know"

	objcopy --strip-debug "$work/vmlinux" "$work/stripped"
	refuses "vmlinux without debug information" "*no debug information*debuginfo-install*" \
		"$work/stripped"
	objcopy --add-section .BTF="$work/new.btf" "$work/stripped" "$work/with-btf"
	tap_ok "a .BTF section is taken as it is" eval \
		'"$btf" -o "$work/section.btf" "$work/with-btf" && cmp "$work/section.btf" "$work/new.btf"'
	head -c 3000 "$work/vmlinux" >"$work/bad"
	refuses "truncated vmlinux" "*ebpfdrv-btf-edit: *" "$work/bad"
	PAHOLE=/nonexistent/pahole refuses "no pahole" "*not found: install the package dwarves*" \
		"$work/vmlinux"
}

tap_ok "ebpfdrv-btf-edit compiles" make -s -C "$top/tools" O="$EBPFDRV_BUILD/tools" WERROR=1
test_raw
test_options
test_outputs
test_release
test_search
if command -v pahole >/dev/null && command -v bpftool >/dev/null; then
	test_elf
else
	tap_skip "no pahole or no bpftool: BTF from debug information"
fi
tap_end
