#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In a VM whose kernel has kmemleak: after all tests, with the module unloaded, there is
# no memory that nobody points to. The state before the first test is forgotten by
# guest-tests.
. "$EBPFDRV_TOP/tests/lib/tap.sh"

leaks=/sys/kernel/debug/kmemleak
# Objects younger than 5 s do not count, and none is reported by the first scan that sees
# it: that one only notes what is in it.
sleep 6
echo scan >$leaks
echo scan >$leaks
found=$(cat $leaks)
tap_ok "kmemleak finds nothing" test -z "$found"
[ -z "$found" ] || echo "$found" | head -n 200 | sed 's/^/# /'
tap_end
