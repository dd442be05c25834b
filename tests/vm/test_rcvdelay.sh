#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# harness: timeout=600 nobpf=no make=examples/rcvdelay
#
# examples/rcvdelay names the connection, the process and the time when a server does not read what
# has come; through ebpfdrv-run on each kernel, natively where the kernel has what it needs.

set -u
. "$EBPFDRV_TOP/tests/lib/tap.sh"
. "$EBPFDRV_TOP/tests/vm/guest-delay.sh"

rcvdelay=$EBPFDRV_TEST_DIR/rcvdelay/rcvdelay
ways="all slow port pid table histogram"
reuse_port=4250 stops=3 stop=0.5 messages=30 every=10

start_all()
{
	local way args
	for way in $ways; do
		case $way in
		all) args=(--json) ;;
		slow) args=(--json --threshold 500 --name stalls) ;;
		port) args=(--json --port $((delay_port + 1))) ;;
		pid) args=(--json --pid $$) ;;
		table) args=(--interval 3600) ;;
		histogram) args=(--histogram --interval 3600 --port $delay_port) ;;
		esac
		delay_start $way "$@" "$rcvdelay" "${args[@]}"
		tap_result $? "$label: rcvdelay ${args[*]} attaches" || tap_diag "$(cat $delay_out/$way.err)"
	done
}

stop_all()
{
	local way
	for way in $ways; do
		delay_stop $way
		tap_result $? "$label: $way: Ctrl-C ends it with status 0"
		[ "$(wc -l <$delay_out/$way.err)" -eq 1 ]
		tap_result $? "$label: $way: no errors" || tap_diag "$(cat $delay_out/$way.err)"
	done
}

# The table was printed once, at the end: what leads it, without the head.
first_row() { sed -n '/^PROCESS/{n;p;q}' $delay_out/table; }

# Delays of 500 ms and more are in slots from 2^18 us on.
histogram_reads() { awk -v from="$1" '$2 == "-" && $1 >= from { n += $5 } END { print n + 0 }' $delay_out/histogram; }

check_lines()
{
	tap_ok "$label: the stops are found, and nothing as long elsewhere" delay_find $delay_out/all
	[ "$(wc -l <$delay_out/slow)" -ge $stops ] && ! grep -qv '"process":"stalls"' $delay_out/slow &&
		! grep -qE '"delay_us":[0-4]?[0-9]{0,5}}' $delay_out/slow
	tap_result $? "$label: a threshold and a name leave the stops" || tap_diag "$(cat $delay_out/slow)"
	[ -s $delay_out/port ] && ! grep -qv "port\":$((delay_port + 1))," $delay_out/port
	tap_result $? "$label: a port leaves its connection" || tap_diag "$(head -n 5 $delay_out/port)"
	[ ! -s $delay_out/pid ]
	tap_result $? "$label: a process that reads nothing leaves nothing" || tap_diag "$(head -n 5 $delay_out/pid)"
}

# Of two connections between the same ports, the second has nothing of the first.
check_reuse()
{
	local lived=$1 delays
	delays=$(sed -n 's/.*"local_port":'$((reuse_port + 1))',.*"delay_us":\([0-9]*\)}$/\1/p' $delay_out/all)
	[ -n "$delays" ] && [ "$(sort -n <<<"$delays" | tail -n 1)" -le "$lived" ]
	tap_result $? "$label: a new connection does not inherit what was not read" ||
		tap_diag "lived $lived us, delays: $delays"
}

check_sums()
{
	[[ $(first_row) == "stalls "*" 127.0.0.1:$delay_port "* ]]
	tap_result $? "$label: the table begins with the connection" || tap_diag "$(cat $delay_out/table)"
	[ "$(histogram_reads 262144)" -ge $stops ] && [ "$(histogram_reads 0)" -ge $((2 * messages)) ]
	tap_result $? "$label: the histogram has the stops and all other reads" ||
		tap_diag "$(cat $delay_out/histogram)"
}

# run_way LABEL [COMMAND...]: rcvdelay by that command
run_way()
{
	local lived
	label=$1
	shift
	rm -rf $delay_out
	start_all "$@"
	tap_ok "$label: the server runs" delay_workload $stop $messages $every
	lived=$("$EBPFDRV_TOP/tests/vm/guest-delay-reuse" $reuse_port)
	tap_result $? "$label: a port is used again"
	sleep 1
	stop_all
	check_lines
	check_reuse "$lived"
	check_sums
}

before=$("$EBPFDRV_DRVSTAT")
run_way ebpfdrv-run "$EBPFDRV_RUN"
tap_ok "nothing is left of them" "$EBPFDRV_DRVSTAT" -w "$before"
if delay_native; then
	run_way native
else
	# It says what to do.
	! "$EBPFDRV_NOBPF" "$rcvdelay" --duration 1 >/tmp/rcvdelay-alone 2>&1 &&
		grep -q 'ebpfdrv-run rcvdelay' /tmp/rcvdelay-alone
	tap_result $? "without bpf(2) it says so" || tap_diag "$(cat /tmp/rcvdelay-alone)"
fi
tap_end
