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

# --- what cannot be run has not failed ---------------------------------------

# not_run NAME RE: the run ended with status 3, no failure, and says RE
not_run()
{
	[ "$rc" -eq 3 ] && grep -q -E "^not run: .*$2" "$work/out" && ! grep -q '^not ok' "$work/out" &&
		[ "$(tail -n 1 "$work/out")" = "0 passed, 0 failed, 0 skipped" ]
	tap_result $? "$1" || tap_diag "status $rc: $(cat "$work/out" "$work/err")"
}

printf '#!/bin/sh\necho "missing: some-package" >&2\nexit 1\n' >"$tree/tests/deps"
run host test_good; rc=$?
not_run "packages that are missing: not run, and not failed" "packages are missing"
tap_ok "which they are is told" grep -q 'missing: some-package' "$work/out"
printf '#!/bin/sh\n' >"$tree/tests/deps"

# free DIR=MIB: what df says of it
mkdir "$work/bin" "$work/full"
cat >"$work/bin/df" <<'END'
#!/bin/sh
for dir; do :; done
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
case $dir in "$FULL"*) echo "x 100000 0 3072 99% /" ;; *) echo "x 100000000 0 90000000 1% /" ;; esac
END
chmod +x "$work/bin/df"
export FULL=$work/full
TMPDIR=$work/full PATH=$work/bin:$PATH run host test_good; rc=$?
not_run "a full TMPDIR" "TMPDIR: 3 MiB are free in $work/full, 100 are needed"
EBPFDRV_BUILD=$work/full/new/build PATH=$work/bin:$PATH run host test_good; rc=$?
not_run "no room for what is built" "build directory: 3 MiB are free in $work/full, 300 are needed"
PATH=$work/bin:$PATH run host test_good; rc=$?
[ $rc -eq 0 ]
tap_result $? "with room it runs" || tap_diag "status $rc: $(cat "$work/out")"
mkdir -p "$work/kernel/build"
: >"$work/kernel/bzImage" && echo CONFIG_VIRTIO_FS=y >"$work/kernel/build/.config"
TMPDIR=$work/full PATH=$work/bin:$PATH "$top/tests/vm/vm-run" --kernel "$work/kernel" -- /bin/true >"$work/out" 2>&1
rc=$?
# Where the programs for VMs are missing, that is what it says first.
[ $rc -eq 120 ] && grep -q -E 'FAIL: (TMPDIR: 3 MiB are free|.* is missing .tests/deps)' "$work/out"
tap_result $? "vm-run asks for it, too" || tap_diag "status $rc: $(cat "$work/out")"

# A part of make check that was not run makes the whole no success.
cat >"$work/parts.sh" <<'END'
. "$1/tests/lib/sum.sh"
printf 'not run: vm: no kernel\n3 passed, 0 failed, 0 skipped\n' >"$2"
sum_line_of "$2"
sum_end
END
bash "$work/parts.sh" "$top" "$work/part" >"$work/out"; rc=$?
[ $rc -eq 3 ] && grep -q -x '3 passed, 0 failed, 0 skipped' "$work/out"
tap_result $? "what a part has not run is not forgotten" || tap_diag "status $rc: $(cat "$work/out")"

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
