# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A disk that is full shows up as whatever fails first; so it is asked for before.

# room NAME DIR MIB: is there so much room in DIR, or where it will be? If not, says so in one
# line on stdout. A df that cannot tell is no reason to stop.
room()
{
	local name=$1 dir=$2 want=$3 free
	while [ ! -d "$dir" ] && [ "$dir" != / ]; do
		dir=$(dirname "$dir")
	done
	free=$(df -Pk "$dir" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
	[ -n "$free" ] || return 0
	[ "$free" -lt "$want" ] || return 0
	echo "$name: $free MiB are free in $dir, $want are needed"
	return 1
}

# room_tmp MIB: for temporary files
room_tmp() { room "TMPDIR" "${TMPDIR:-/tmp}" "$1"; }
