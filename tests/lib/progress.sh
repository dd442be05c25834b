# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is going on, for who waits: a line on stderr for each thing as it starts and ends,
# with the time since the first run began. Runs below this one say theirs at the same
# place, also where their output is collected: PROGRESS_FD stays open over redirections.
# PROGRESS=no is silent. The output that others read (TAP, the sums) is on stdout.

progress_begin()
{
	export PROGRESS_T0=${PROGRESS_T0:-$(date +%s)}
	[ -z "${PROGRESS_FD:-}" ] || return 0
	export PROGRESS_FD=8
	if [ "${PROGRESS:-}" = no ]; then
		exec 8>/dev/null
	else
		exec 8>&2
	fi
}

progress()
{
	local s=$(($(date +%s) - PROGRESS_T0))
	printf '[%3d:%02d] %s\n' $((s / 60)) $((s % 60)) "$*" 2>/dev/null >&8 || :
}

# progress_sum NAME FILE: the sum that FILE ends with
progress_sum()
{
	progress "$1: $(tail -n 1 "$2" 2>/dev/null | tr -d '\r' | cut -c 1-100)"
}

# progress_vm TAG SHARE: until it is killed, tells which tests of SHARE/list, which a VM
# takes one after the other, begin and end.
progress_vm()
{
	local tag=$1 share=$2 names i=0 begun=
	mapfile -t names < <(cut -d' ' -f1 "$share/list")
	while [ $i -lt ${#names[@]} ]; do
		local name=${names[i]}
		if [ -z "$begun" ] && grep -q -a "# running $name\b" "$share/console" 2>/dev/null; then
			progress "$tag/$name ($((i + 1)) of ${#names[@]})"
			begun=yes
		elif [ -n "$begun" ] && [ -f "$share/results/$name.rc" ]; then
			progress_sum "$tag/$name" "$share/results/$name.out"
			begun=
			i=$((i + 1))
		else
			sleep 1
		fi
	done
}
