#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfdrv-run and programs that no library can be preloaded into: adopted, unless asked
# otherwise, and never started on the kernel's own bpf(2). The program is test_adopt's, which
# says by its status whose bpf(2) it has: 0 the module's, 1 the kernel's, 2 nobody's.
#
# harness: timeout=240 nobpf=no

. "$EBPFDRV_TOP/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
dynamic=$EBPFDRV_TEST_DIR/test_adopt
if ! gcc -static -std=gnu99 -pthread -I "$EBPFDRV_TOP/uapi" -I "$EBPFDRV_TOP/tests/lib" \
	-o "$work/static" "$EBPFDRV_TOP/tests/vm/test_adopt.c" "$EBPFDRV_TOP/tests/vm/attach_lib.c" \
	>"$work/log" 2>&1; then
	tap_result 1 "a static program is built"
	tap_diag "$(head -n 3 "$work/log")"
	tap_end
fi

status() { "$@" >"$work/out" 2>&1; echo $?; }
# gives NAME STATUS COMMAND...
gives()
{
	local got
	got=$(status "${@:3}")
	[ "$got" = "$2" ]
	tap_result $? "$1" || tap_diag "status $got, not $2: $(cat "$work/out")"
}

native=$(status "$work/static" client)
tap_ok "without ebpfdrv-run: the kernel's own answer" [ "$native" -gt 0 ]
if [ "$(status "$EBPFDRV_RUN" --adopt "$dynamic" client)" = 125 ]; then
	tap_ok "this kernel cannot, and says so" grep -q "cannot adopt processes" "$work/out"
	gives "a static program is not started then" 125 "$EBPFDRV_RUN" "$work/static" client
	tap_end
fi
gives "a static program" 0 "$EBPFDRV_RUN" "$work/static" client
gives "a dynamic one that is adopted" 0 "$EBPFDRV_RUN" --adopt "$dynamic" client
gives "what a shell starts that is adopted" 0 "$EBPFDRV_RUN" --adopt sh -c "'$work/static' client; exit \$?"
gives "a static one that is to be preloaded" 125 "$EBPFDRV_RUN" --preload "$work/static" client
gives "which runs with --fallback" "$native" "$EBPFDRV_RUN" --preload --fallback "$work/static" client
tap_ok "and is told" grep -q "statically linked: LD_PRELOAD cannot work" "$work/out"
gives "nothing is left behind" "$native" "$work/static" client

ctl=$(dirname "$EBPFDRV_RUN")/tools/ebpfdrvctl
gives "takeover on" 0 "$ctl" takeover on
gives "its status" 0 "$ctl" takeover status
tap_ok "which says so" grep -q "^takeover: on, processes adopted: " "$work/out"
gives "a static program with nothing in front" 0 "$work/static" client
gives "takeover off" 0 "$ctl" takeover off
gives "the kernel's own again" "$native" "$work/static" client
gives "another word" 3 "$ctl" takeover perhaps
status "$ctl" doctor "$work/static" >/dev/null
tap_ok "its doctor knows that the program is adopted" grep -q "statically linked: the module adopts it" "$work/out"
tap_end
