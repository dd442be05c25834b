# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# TAP for test scripts:
#	. "$EBPFDRV_TOP/tests/lib/tap.sh"
#	tap_ok "insmod works" insmod "$EBPFDRV_KO"	(the rest is a command)
#	tap_fails "it does not work twice" insmod "$EBPFDRV_KO"
#	tap_skip "no uprobes here"
#	tap_end						(exits)

tap_passed=0 tap_failed=0 tap_skipped=0

tap_diag() { sed 's/^/# /' <<<"$*"; }

tap_number() { echo $((tap_passed + tap_failed + tap_skipped)); }

# tap_result STATUS NAME: 0 passes
tap_result()
{
	if [ "$1" -eq 0 ]; then
		tap_passed=$((tap_passed + 1))
		echo "ok $(tap_number) - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $(tap_number) - $2"
		return 1
	fi
}

tap_ok()
{
	local name=$1 out rc
	shift
	out=$("$@" 2>&1)
	rc=$?
	tap_result $rc "$name" || tap_diag "status $rc of: $*
$out"
}

tap_fails()
{
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		tap_result 1 "$name"
		tap_diag "status 0 of: $*
$out"
	else
		tap_result 0 "$name"
	fi
}

tap_skip()
{
	tap_skipped=$((tap_skipped + 1))
	echo "ok $(tap_number) # SKIP $1"
}

tap_end()
{
	echo "1..$(tap_number)"
	echo "$tap_passed passed, $tap_failed failed, $tap_skipped skipped"
	[ $tap_failed -eq 0 ]
	exit
}
