# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# In the VM, for tests/demo --delay and test_rcvdelay: runs examples/rcvdelay beside a server that
# stops reading now and then, examples/rcvdelay/stall.py.
#
# What is said by NAME is in $delay_out/NAME and NAME.err; what the server says in $delay_out/stops.

delay_out=/tmp/ebpfdrv-delay
delay_port=4242
declare -A delay_pid

# Has the kernel all of bpf(2) that the tool wants, without the module? Ring buffers are Linux 5.8's.
delay_native()
{
	[ "$(printf '5.8\n%s\n' "$(uname -r | cut -d. -f1,2)" | sort -V | head -n 1)" = 5.8 ] &&
		grep -q ' bpf_prog_load$' /proc/kallsyms
}

# delay_start NAME COMMAND...: returns when it has attached
delay_start()
{
	local name=$1 i
	shift
	mkdir -p $delay_out
	"$@" >"$delay_out/$name" 2>"$delay_out/$name.err" </dev/null &
	delay_pid[$name]=$!
	for i in $(seq 600); do
		! grep -q 'rcvdelay: attached' "$delay_out/$name.err" || return 0
		kill -0 "${delay_pid[$name]}" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

# delay_stop NAME: as Ctrl-C does; its status
delay_stop()
{
	kill -INT "${delay_pid[$1]}" && wait "${delay_pid[$1]}"
}

# delay_workload SECONDS MESSAGES EVERY
delay_workload()
{
	"$EBPFDRV_TOP/examples/rcvdelay/stall.py" --stop "$1" --messages "$2" --every "$3" \
		$delay_port >$delay_out/stops
}

# delay_find JSON: the stops in these lines of rcvdelay --json, one line each; fails when one is
# not there, or when somebody waited as long for the server that answers at once.
delay_find()
{
	python3 "$EBPFDRV_TOP/tests/vm/guest-delay-find" $delay_out/stops "$1" $((delay_port + 1))
}
