#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/run itself, on a tree of its own with small tests: what it says while they run, on
# which stream, and what Ctrl-C makes of it.

set -u
top=${EBPFDRV_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/tests/host" "$tree/tests/vm"
cp "$top/tests/run" "$tree/tests/run"
ln -s "$top/tests/lib" "$tree/tests/lib"
printf '#!/bin/sh\n' >"$tree/tests/deps"
cat >"$tree/tests/host/test_good.sh" <<'END'
#!/bin/sh
printf 'ok 1 - fine\n1..1\n1 passed, 0 failed, 0 skipped\n'
END
cat >"$tree/tests/host/test_slow.sh" <<END
#!/bin/sh
echo \$\$ >$work/slow
sleep 300
END
chmod 755 "$tree"/tests/deps "$tree"/tests/host/*.sh

# A run below another would speak where that one does.
unset PROGRESS PROGRESS_FD PROGRESS_T0
run() { "$tree/tests/run" "$@" >"$work/out" 2>"$work/err"; }

tap_ok "a test that passes" run host test_good
tap_ok "its sum is the last line" grep -q -x '1 passed, 0 failed, 0 skipped' <(tail -n 1 "$work/out")
tap_ok "that it begins is told on stderr" \
	grep -q -x '\[ *0:[0-9][0-9]\] host/test_good.sh (1 of 1)' "$work/err"
tap_ok "and how it ended" grep -q '\] host/test_good.sh: 1 passed, 0 failed, 0 skipped' "$work/err"
tap_fails "but not on stdout" grep -q '^\[' "$work/out"
PROGRESS=no run host test_good
tap_fails "PROGRESS=no: nothing is told" test -s "$work/err"

# As from a terminal, in a group of its own, whose SIGINT is not ignored as in the background.
set -m
"$tree/tests/run" host test_good test_slow >"$work/out" 2>"$work/err" &
pid=$!
set +m
for _ in $(seq 600); do
	[ ! -s "$work/slow" ] || break
	sleep 0.1
done
tap_ok "the slow test runs" test -s "$work/slow"
kill -INT -- "-$pid"
wait "$pid"
rc=$?
[ $rc -eq 130 ]
tap_result $? "interrupted: status 130" || tap_diag "status $rc"
tap_ok "and a line that says so" grep -q -x interrupted "$work/out"
tap_fails "no test has failed of it" grep -q '^not ok' "$work/out"
tap_fails "none is left behind" kill -0 "$(cat "$work/slow")"
tap_end
