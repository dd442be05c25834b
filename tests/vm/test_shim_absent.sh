#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where no module is loaded, ebpfdrv-run starts nothing; with --fallback programs run as
# ever, and one that calls bpf(2) is told once what is missing and gets the kernel's answer.
#
# harness: module=no timeout=120

. "$EBPFDRV_TOP/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
missing="ebpfdrv: /dev/ebpfdrv: No such file or directory: is the module loaded? (modprobe ebpfdrv); using the kernel's own bpf(2)"

same_output()
{
	"$@" >"$work/bare" 2>&1
	local bare=$?
	"$EBPFDRV_RUN" --fallback "$@" >"$work/with" 2>&1
	[ $? -eq $bare ] && diff "$work/bare" "$work/with"
}

told_once()
{
	"$EBPFDRV_RUN" --fallback "$@" >"$work/out" 2>"$work/err"
	echo "status $?"
	cat "$work/err"
	[ "$(grep -c -x -F "$missing" "$work/err")" -eq 1 ] && [ "$(grep -c 'ebpfdrv: ' "$work/err")" -eq 1 ]
}

tap_fails "the device is absent" test -e /dev/ebpfdrv
not_started()
{
	"$EBPFDRV_RUN" "$@" >"$work/out" 2>"$work/err"
	[ $? -eq 125 ] && [ ! -s "$work/out" ] && grep -q "^${missing%%; *}\$" \
		<(sed 's/^ebpfdrv-run: /ebpfdrv: /' "$work/err")
}

tap_ok "nothing is started" not_started bpftool prog list
tap_ok "cat sees what it saw" same_output cat /proc/sys/kernel/ostype
tap_ok "ls sees what it saw" same_output ls /sys/bus/event_source/devices
tap_ok "an absent event source stays absent" same_output \
	cat /sys/bus/event_source/devices/kprobe/type /sys/bus/event_source/devices/uprobe/type
tap_ok "bash with forks and pipes" same_output bash -c 'for i in 1 2 3; do echo $i | tr 1-3 a-c; done'
tap_ok "bpftool is told once" told_once bpftool prog list
tap_ok "execsnoop is told once" told_once timeout 20 execsnoop
tap_ok "EBPFDRV_DISABLE=1 is silent" env EBPFDRV_DISABLE=1 bash -c \
	'! "$EBPFDRV_RUN" bpftool prog list 2>&1 | grep ebpfdrv:'
tap_end
