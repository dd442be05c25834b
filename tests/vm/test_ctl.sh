#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfdrvctl with the module: what doctor finds right, whose programs status shows, and what
# top counts.
#
# harness: timeout=180 faults=no

. "$EBPFDRV_TOP/tests/lib/tap.sh"

ctl=$EBPFDRV_BUILD/tools/ebpfdrvctl
work=$(mktemp -d) || exit 1
trap 'kill $pid 2>/dev/null; rm -rf "$work"' EXIT

# has NAME PATTERN: a line of the last output
has()
{
	grep -q -E -e "$2" "$work/out"
	tap_result $? "$1" || tap_diag "no line $2 in
$(cat "$work/out")"
}

"$ctl" doctor bash >"$work/out" 2>&1
rc=$?
# No module is installed for the kernel that runs here, and it is loaded all the same.
[ $rc -eq 0 ] || [ $rc -eq 2 ]
tap_result $? "doctor: programs run here" || tap_diag "status $rc: $(cat "$work/out")"
has "the kernel" "^ok +kernel +Linux $(uname -r)"
has "the device" '^ok +device +/dev/ebpfdrv: version '
has "rights" '^ok +rights +CAP_SYS_ADMIN'
has "types" "^ok +btf +(served by the module|the kernel's own)"
has "the program" '^ok +program +.*bash: the library can be loaded into it'

# A client that holds a map and a traced program until it is killed. Its name is not for terminals.
client=$work/opensnoop$'\033'
cp "$(command -v opensnoop || echo /usr/sbin/opensnoop)" "$client"
"$EBPFDRV_RUN" "$client" >"$work/opensnoop" 2>&1 &
pid=$!
for _ in $(seq 300); do
	"$ctl" status >"$work/out" 2>&1 && grep -q -E '^PROGRAMS' "$work/out" &&
		grep -q -E "opensnoop\?\($pid\)" <(sed -n '/^LINKS/,$p' "$work/out") && break
	kill -0 $pid 2>/dev/null || break
	sleep 0.2
done
has "status: the module" '^module +version .*, ABI 1'
has "objects are counted" '^objects +[1-9][0-9]* programs, [1-9][0-9]* maps, [1-9][0-9]* links'
has "a program and who holds it" "^ +[0-9]+ (tracepoint|kprobe) .*opensnoop\?\($pid\)"
has "a map and who holds it" "^ +[0-9]+ (hash|perf_event_array|ringbuf) .*opensnoop\?\($pid\)"
has "a link and who holds it" "^ +[0-9]+ (perf_event|tracing|raw_tracepoint) +[0-9]+ +opensnoop\?\($pid\)"
"$ctl" status --json >"$work/out"
tap_ok "--json" eval 'tr -d "\n" <"$work/out" | grep -q "\"owners\": \"opensnoop?($pid)\".*\]}$"'

(for _ in $(seq 400); do cat /proc/self/stat >/dev/null; done) &
"$ctl" top -d 2 -n 1 >"$work/out" 2>&1
tap_result $? "top" || tap_diag "$(cat "$work/out")"
has "runs are counted" "^ +[0-9]+ (tracepoint|kprobe) +[a-z_]+ +[1-9][0-9]* +[1-9][0-9]* .*opensnoop\?\($pid\)"
wait $!

kill $pid
wait $pid 2>/dev/null
"$ctl" status >"$work/out"
grep -q "opensnoop" "$work/out"
[ $? -eq 1 ]
tap_result $? "nothing is left of it" || tap_diag "$(cat "$work/out")"

rmmod ebpfdrv
tap_result $? "the module is unloaded"
"$ctl" doctor >"$work/out" 2>&1
[ $? -eq 1 ]
tap_result $? "doctor: programs do not run"
has "why" '^FAILS +device +/dev/ebpfdrv: No such file or directory: the module is not loaded'
"$ctl" status >"$work/out" 2>&1
[ $? -eq 1 ]
tap_result $? "status without a module"
# shellcheck disable=SC2086
tap_ok "and loaded again" insmod "$EBPFDRV_KO" $EBPFDRV_KO_ARGS
tap_end
