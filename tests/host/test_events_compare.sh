#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What make check-events compares: it passes where nothing differs but what may, and fails for each thing
# that may not.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
format=$'name: tcp_probe\nID: %d\nformat:\n\tfield:__u16 sport;\toffset:8;\tsize:2;\tsigned:0;\n\nprint fmt: "%%d"\n'

# line PORT CWND SNDWND COOKIE LENGTH
line()
{
	echo "x-1 [000] ..s. 1.0: tcp_probe: family=AF_INET src=127.0.0.1:$1 dest=127.0.0.1:5001 mark=0x42" \
		"data_len=$5 snd_nxt=0x20 snd_una=0x10 snd_cwnd=$2 ssthresh=9 snd_wnd=$3 srtt=$3 rcv_wnd=$3 sock_cookie=$4"
}

# found NAME ID LINE...: as events_guest leaves it
found()
{
	local dir=$work/$1 way
	mkdir -p "$dir/format"
	# shellcheck disable=SC2059
	printf "$format" "$2" >"$dir/format/tcp:tcp_probe"
	shift 2
	for way in ftrace perf bpftrace; do printf '%s\n' "$@" >"$dir/$way"; done
}

compare() { "$top/tests/suites/events_compare" "$work/linux" "$work/here" >"$work/out"; }

# here_fails NAME: and it is NAME that does
here_fails()
{
	! compare && grep -q "^not ok .*$1" "$work/out"
	tap_result $? "$1 fails where it differs" || tap_diag "$(cat "$work/out")"
}

: >"$work/own"
found linux 7 "$(line 5000 10 100 1 50)" "$(line 5001 10 100 2 0)"
mkdir "$work/here" && echo tcp_probe >"$work/here/own"
found here 9 "$(line 5000 10 200 0 50)" "$(line 22 10 200 0 50)"
compare
tap_result $? "number, windows, times, cookies, packets without data and other ports may differ" ||
	tap_diag "$(cat "$work/out")"
found here 9 "$(line 5000 11 200 0 50)"
here_fails "ftrace: tcp_probe"
found here 9 "$(line 5000 10 200 0 50)" "$(line 5000 10 200 0 50)"
here_fails "perf: tcp_probe"
found here 9
here_fails "bpftrace: tcp_probe"
found here 9 "$(line 5000 10 200 0 50)"
sed -i 's/size:2/size:4/' "$work/here/format/tcp:tcp_probe"
here_fails "tcp:tcp_probe: the format"
: >"$work/here/own"
here_fails "events are the module's"
tap_end
