#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The BTF that ebpfdrv-btf makes of an old kernel has the types of the eBPF interface as
# the module has them: those of btf_interface.list, with Linux's names, members, places and
# values, in place of what the kernel's own bpf(2) has.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export EBPFDRV_BUILD=$work/build TMPDIR=$work
list=$here/btf_interface.list

# types_of OBJECT BTF: all types of a file with debug information
types_of() { pahole -J --btf_encode_detached="$2" "$1"; }
dump_c() { bpftool btf dump file "$1" format c; }

# A kernel with an eBPF of Linux 4.9's age, as far as matters here, and one without.
make_kernels()
{
	local k
	cat >"$work/kernel.c" <<-'EOF'
	struct pt_regs { unsigned long r15, r14; };
	struct bpf_perf_event_data { struct pt_regs regs; unsigned long long sample_period; };
	enum bpf_func_id { BPF_FUNC_unspec, BPF_FUNC_map_lookup_elem, __BPF_FUNC_MAX_ID };
	enum bpf_map_type { BPF_MAP_TYPE_UNSPEC, BPF_MAP_TYPE_HASH };
	struct bpf_prog_info { unsigned int type, id; };
	union bpf_attr { struct { unsigned int map_type; }; unsigned long long test; };
	struct bpf_prog { int pages; enum bpf_map_type kept; };
	struct holder { struct bpf_prog_info *info; enum bpf_func_id id; union bpf_attr *attr; };
	struct bpf_perf_event_data data; struct holder holder; struct bpf_prog prog;
	int takes(struct bpf_prog_info *info) { return info->id; }
	EOF
	echo 'struct pt_regs { unsigned long r15, r14; } regs;' >"$work/bare.c"
	for k in kernel bare; do
		${CC:-cc} -g -c -o "$work/$k.o" "$work/$k.c" && types_of "$work/$k.o" "$work/$k.btf" ||
			return 1
	done
}

make_linux()
{
	echo '#include <linux/bpf.h>' >"$work/linux.c"
	${CC:-cc} -g -fno-eliminate-unused-debug-types -c -o "$work/linux.o" "$work/linux.c" &&
		types_of "$work/linux.o" "$work/linux.btf"
}

# names VERDICT: "struct x" and so on
names() { awk -F '\t' -v verdict="$1" '!/^#/ && $2 == verdict { print $1 }' "$list"; }

# definition FILE NAME: its text in a C dump
definition() { awk -v head="$2 {" '$0 == head { on = 1 } on { print } on && /^}/ { exit }' "$1"; }

# compare_types DUMP: what the list calls ours, but for where the kernel has its own
compare_types()
{
	local name missing= different=
	while read -r name; do
		definition "$1" "$name" >"$work/a"
		definition "$work/linux.h" "$name" >"$work/b"
		[ -s "$work/a" ] || { missing="$missing $name;"; continue; }
		# Linux 6.1's headers have no such type: nothing to compare with.
		[ -s "$work/b" ] || continue
		diff "$work/a" "$work/b" >"$work/diff" && continue
		known_difference "$name" "$work/diff" || different="$different $name: $(cat "$work/diff")"
	done < <(names ours | grep -v -x "${2:-none}")
	[ -z "$missing" ]
	tap_result $? "${1##*/}: each type that the list calls ours is there" || tap_diag "$missing"
	[ -z "$different" ]
	tap_result $? "${1##*/}: each says what Linux's says" || tap_diag "$different"
}

# What came after Linux 6.1, with its numbers: nothing else may differ.
later()
{
	case $1 in
	"enum bpf_func_id") echo BPF_FUNC_cgrp_storage_get=210 BPF_FUNC_cgrp_storage_delete=211 ;;
	"enum bpf_prog_type") echo BPF_PROG_TYPE_NETFILTER=32 ;;
	"enum bpf_map_type") echo BPF_MAP_TYPE_ARENA=33 BPF_MAP_TYPE_INSN_ARRAY=34 ;;
	"enum bpf_attach_type")
		echo BPF_STRUCT_OPS=44 BPF_NETFILTER=45 BPF_TCX_INGRESS=46 BPF_TCX_EGRESS=47 \
		     BPF_TRACE_UPROBE_MULTI=48 BPF_CGROUP_UNIX_CONNECT=49 \
		     BPF_CGROUP_UNIX_SENDMSG=50 BPF_CGROUP_UNIX_RECVMSG=51 \
		     BPF_CGROUP_UNIX_GETPEERNAME=52 BPF_CGROUP_UNIX_GETSOCKNAME=53 \
		     BPF_NETKIT_PRIMARY=54 BPF_NETKIT_PEER=55 BPF_TRACE_KPROBE_SESSION=56 \
		     BPF_TRACE_UPROBE_SESSION=57 BPF_TRACE_FSESSION=58 BPF_TRACE_FENTRY_MULTI=59 \
		     BPF_TRACE_FEXIT_MULTI=60 BPF_TRACE_FSESSION_MULTI=61 ;;
	esac
}

known_difference()
{
	local ours gone
	# The end of an enum moves with what it has.
	ours=$(sed -n 's/^<[[:space:]]*\(.*\),$/\1/p' "$2" | grep -v '^__.*MAX' | tr -d ' ')
	gone=$(grep '^>' "$2" | grep -v '^>[[:space:]]*__.*MAX')
	[ -z "$gone" ] && [ -n "$ours" ] && [ "$ours" = "$(later "$1" | tr ' ' '\n')" ]
}

test_list()
{
	local unlisted
	[ "$(names ours | wc -l)" -gt 40 ] && [ "$(names no | wc -l)" -gt 20 ] &&
		! grep -v '^#' "$list" | grep -q -v -P '^(struct|union|enum) \w+\t(ours|no\t.{10,})$'
	tap_result $? "the list says of each type what it is, and of what is not there why"
	unlisted=$(sed -n 's/^\(\(struct\|union\|enum\) [a-z_0-9]*\) {$/\1/p' "$work/linux.h" |
		grep -v -x -F -f <(names ours; names no))
	[ -z "$unlisted" ]
	tap_result $? "each type of the system's <linux/bpf.h> is in the list" || tap_diag "$unlisted"
	unlisted=$(sed -n 's/^\(\(struct\|union\|enum\) [a-z_0-9]*\) {$/\1/p' "$work/ours.h" |
		grep -x -F -f <(names no))
	[ -z "$unlisted" ]
	tap_result $? "none that the list says is not there is there" || tap_diag "$unlisted"
}

test_replaced()
{
	local text
	text=$(definition "$work/ours.h" "struct bpf_perf_event_data")
	[[ $text == *addr* ]]
	tap_result $? "an old context of perf events gets the address" || tap_diag "$text"
	[ "$(grep -c 'BPF_MAP_TYPE_HASH\b' "$work/ours.h")" = 1 ]
	tap_result $? "the kernel's own enum is gone"
	definition "$work/ours.h" "struct bpf_prog" | grep -q "enum bpf_map_type kept"
	tap_result $? "what refers to it refers to ours; what is the kernel's inside stays"
	text=$(definition "$work/ours.h" "union bpf_attr")
	[[ $text == *"long long unsigned int test"* ]]
	tap_result $? "the argument of the kernel's own bpf(2) is the kernel's" || tap_diag "$text"
	# The library reads each id, so this finds a wrong one.
	sed '/pragma/d' "$work/ours.h" >"$work/ours.c"
	cat >>"$work/ours.c" <<-'EOF'
	unsigned int see(struct holder *h) { return h->info->verified_insns + (h->id == BPF_FUNC_loop); }
	EOF
	tap_ok "the C dump compiles" ${CC:-cc} -c -o "$work/ours.o" "$work/ours.c"
	tap_ok "a second run changes nothing" eval \
		'"$btf" -o "$work/again.btf" "$work/ours.btf" && cmp "$work/ours.btf" "$work/again.btf"'
}

btf=$top/tools/ebpfdrv-btf
tap_ok "ebpfdrv-btf-edit compiles" make -s -C "$top/tools" O="$EBPFDRV_BUILD/tools" WERROR=1
tap_ok "old kernels' types" make_kernels
tap_ok "Linux's types" make_linux
tap_ok "BTF is made" "$btf" -o "$work/ours.btf" "$work/kernel.btf"
tap_ok "BTF is made of a kernel without bpf(2)" "$btf" -o "$work/new.btf" "$work/bare.btf"
dump_c "$work/ours.btf" >"$work/ours.h"
dump_c "$work/new.btf" >"$work/new.h"
dump_c "$work/linux.btf" >"$work/linux.h"
test_list
compare_types "$work/new.h"
compare_types "$work/ours.h" "union bpf_attr"
test_replaced
tap_end
