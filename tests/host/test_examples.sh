#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The examples build without a warning, outside of their folders, and take and refuse options as
# they say. What they see is tests/vm's.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
rcvdelay=$work/build/rcvdelay

# refused TEXT ARG...: status 2, and a line on stderr with TEXT; nothing on stdout
refused()
{
	local want=$1 rc
	shift
	"$rcvdelay" "$@" >"$work/out" 2>"$work/err"
	rc=$?
	[ $rc -eq 2 ] && [ ! -s "$work/out" ] && grep -qF -- "$want" "$work/err"
	tap_result $? "rcvdelay $*: refused" || tap_diag "status $rc: $(cat "$work/out" "$work/err")"
}

tap_ok "rcvdelay builds, without a warning" make -s -C "$top/examples/rcvdelay" O="$work/build" \
	CFLAGS="-O2 -Wall -Wextra -Werror" CLANG="clang -Werror"
tap_ok "what make made stands" make -s -q -C "$top/examples/rcvdelay" O="$work/build"

# Each long option is in the help, each option of the help is one.
"$rcvdelay" --help >"$work/help"
tap_result $? "--help has status 0"
[ "$(grep -oE -- '--[a-z]+' "$work/help" | sort -u)" = \
	"$(sed -n 's/^\t{ "\([a-z]*\)", .*/--\1/p' "$top/examples/rcvdelay/options.c" | sort)" ]
tap_result $? "--help names the options that there are"
! grep -nE '.{81}' "$work/help"
tap_result $? "--help is 80 columns wide"

refused "not a number from 1 to 65535" --port 65536
refused "not a number from 1 to 65535" --port 0
refused "not a number" --port 80x
refused "not a number" --pid -1
refused "not a number of milliseconds" --threshold x
refused "not a number of milliseconds" --threshold -1
refused "not a number of milliseconds" --threshold nan
refused "1 to 15 bytes" --name 1234567890123456
refused "1 to 15 bytes" --name ""
refused "not a number" --interval 0
refused "unrecognized option" --nothing
refused "takes options only" 4242
tap_end
