#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the module takes while nobody uses it: its text, data and code pool, what
# it allocates, and the program stacks of the CPUs. Counted apart: the kernel's BTF with
# its index, which is vmalloc()ed.
#
# harness: module=no timeout=120

. "$EBPFDRV_TOP/tests/lib/tap.sh"

limit=2048	# kB

# Slab that stays, and per-cpu memory where the kernel tells it. kB.
kernel_memory()
{
	awk '/^(SUnreclaim|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

settled_memory()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	kernel_memory
}

vmalloced() { awk '/\[ebpfdrv\]/ { sum += $2 } END { print int(sum / 1024) }' /proc/vmallocinfo; }

btf_size()
{
	local file=${EBPFDRV_KO_ARGS#*btf=}
	[ "$file" != "$EBPFDRV_KO_ARGS" ] || file=/sys/kernel/btf/vmlinux
	stat -c %s "${file%% *}" 2>/dev/null || echo 0
}

before=$(settled_memory)
# shellcheck disable=SC2086
tap_ok "the module loads" insmod "$EBPFDRV_KO" $EBPFDRV_KO_ARGS
after=$(settled_memory)
module=$(awk '$1 == "ebpfdrv" { print int($2 / 1024) }' /proc/modules)
stack=$(sed -n 's/.*define EBPF_RUN_STACK_SIZE.*(\([0-9]*\) \* 1024).*/\1/p' \
	"$EBPFDRV_TOP/kmod/prog/run.h")
cpus=$(getconf _NPROCESSORS_CONF)
total=$((module + after - before + stack * cpus))
tap_diag "$total kB: module $module, allocated $((after - before)), stacks $stack on $cpus CPUs"
tap_ok "the figures are all there" test "$module" -gt 512 -a "$stack" -gt 0
tap_ok "idle, it takes at most $limit kB" test "$total" -le "$limit"
types=$(($(btf_size) / 1024)) vmalloced=$(vmalloced)
tap_diag "$vmalloced kB vmalloc()ed for $types kB of BTF"
tap_ok "the kernel's BTF takes at most half as much again" test "$vmalloced" -le $((types * 3 / 2 + 64))
tap_end
