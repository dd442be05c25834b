# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# In the VM, for the demo and for tests: starts Debian's libbpf tools through the
# shim and runs a workload whose commands, files and connections have names of
# their own.
#
# After `tools_setup`, the caller starts tools, runs the workload, stops the tools
# and looks at $tools_out/NAME (what they printed) and $tools_out/NAME.err.

tools_out=/tmp/ebpfdrv-tools
tools_mark=ebpfdrv-demo
tools_port=7654
tools_count=20
declare -A tools_pid

tools_counters() { "$EBPFDRV_DRVSTAT"; }

# Links and emulated events: what a tool attached.
tools_attached() { tools_counters | awk '{ print $4 + $5 }'; }

tools_setup()
{
	local i
	mkdir -p $tools_out
	for i in $(seq -w $tools_count); do
		cp /bin/true /tmp/$tools_mark-$i
		: >/tmp/$tools_mark-file-$i
	done
	tools_listen
}

tools_listen()
{
	local i
	python3 -c "
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', $tools_port))
s.listen(64)
print('up', flush=True)
while True:
    s.accept()[0].close()
" >$tools_out/listener 2>&1 &
	tools_listener=$!
	for i in $(seq 300); do
		! grep -q up $tools_out/listener || return 0
		sleep 0.1
	done
	cat $tools_out/listener >&2
	return 1
}

# tools_start NAME [ARGS]: returns when the tool has attached, 1 when it did not.
tools_start()
{
	local tool=$1 attached
	attached=$(tools_attached) || return 1
	LD_PRELOAD=$EBPFDRV_SHIM "/usr/sbin/$@" >$tools_out/$tool 2>$tools_out/$tool.err </dev/null &
	tools_pid[$tool]=$!
	tools_wait_attached ${tools_pid[$tool]} "$attached"
}

# A tool attaches one probe after the other and says nothing when it is done: it is
# when the counters have stood still for a while.
tools_wait_attached()
{
	local pid=$1 before=$2 now last='' still=0 i
	for i in $(seq 240); do
		kill -0 "$pid" 2>/dev/null || return 1
		now=$(tools_counters) || return 1
		if [ "$now" = "$last" ] && [ "$(tools_attached)" -gt "$before" ]; then
			still=$((still + 1))
			[ $still -lt 4 ] || return 0
		else
			still=0
		fi
		last=$now
		sleep 0.5
	done
	return 1
}

tools_stop()
{
	local pid=${tools_pid[$1]} i
	kill -INT "$pid" 2>/dev/null
	for i in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	# Most end at SIGINT with status 0 or by the signal; one that hangs does not.
	! kill -KILL "$pid" 2>/dev/null
	i=$?
	wait "$pid" 2>/dev/null
	return $i
}

tools_workload()
{
	local i
	for i in $(seq -w $tools_count); do
		/tmp/$tools_mark-$i
		read -r _ </tmp/$tools_mark-file-$i
		: >"/dev/tcp/127.0.0.1/$tools_port"
		sleep 0.05
	done
	# The tools poll their buffers.
	sleep 2
}

tools_end() { kill "$tools_listener" 2>/dev/null; wait "$tools_listener" 2>/dev/null; return 0; }

# tools_lines NAME: its lines on the workload.
tools_lines() { grep -a -E "$(tools_regex "$1")" $tools_out/"$1"; }

# tools_seen NAME: how many different commands or files of the workload they name; a
# connection is like the next, so lines are counted.
tools_seen()
{
	case $1 in
	tcpconnect) tools_lines "$1" | wc -l ;;
	*) grep -a -o -E "$(tools_regex "$1")" $tools_out/"$1" | sort -u | wc -l ;;
	esac
}

tools_regex()
{
	case $1 in
	# The name leads the line: the command, not an argument elsewhere.
	execsnoop) echo "^$tools_mark-[0-9]+" ;;
	opensnoop) echo "/tmp/$tools_mark-file-[0-9]+" ;;
	tcpconnect) echo "127\.0\.0\.1 .*\b$tools_port\b" ;;
	esac
}
