#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# harness: timeout=600
#
# Debian's libbpf tools, unmodified, through the shim: each attaches, names all of
# the workload, and ends when asked to. One by one, then together.

set -u
. "$EBPFDRV_TOP/tests/lib/tap.sh"
. "$EBPFDRV_TOP/tests/vm/guest-tools.sh"

saw_all()
{
	local seen
	seen=$(tools_seen "$1")
	[ "$seen" -ge $tools_count ] && return 0
	echo "$1 saw $seen of $tools_count"
	tail -n 30 "$tools_out/$1.err"
	return 1
}

# run_together NAME...
run_together()
{
	local t before
	before=$(tools_counters)
	for t in "$@"; do
		tools_start "$t"
		tap_result $? "$t attaches ($# at once)" || tap_diag "$(tail -n 30 "$tools_out/$t.err")"
	done
	tools_workload
	for t in "$@"; do
		tools_stop "$t"
		tap_result $? "$t ends at SIGINT ($# at once)"
		tap_ok "$t names each part of the workload ($# at once)" saw_all "$t"
	done
	tap_ok "nothing is left of them ($# at once)" "$EBPFDRV_DRVSTAT" -w "$before"
}

tools_setup
tap_result $? "the workload is set up"
for t in execsnoop opensnoop tcpconnect; do
	run_together $t
done
run_together execsnoop opensnoop tcpconnect
tools_end
tap_end
