#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest sees the machine's root and cannot write to it, not even when it mounts it so.
#
# harness: nobpf=no module=no timeout=60 faults=no

. "$EBPFDRV_TOP/tests/lib/tap.sh"

host=/run/vm/host
name=$host/var/tmp/ebpfdrv-test-host-root

# Kernels of 9p may refuse the mount already.
mount -o remount,rw $host 2>/dev/null
tap_ok "the machine's root is there" test -d $host/var/tmp
tap_fails "a file cannot be made" touch $name
tap_fails "nor a directory" mkdir $name
tap_fails "nor is one changed" chmod --reference=$host/var/tmp $host/var/tmp
! rm -r $name 2>/dev/null
tap_result $? "and nothing was made"
mount -o remount,ro $host 2>/dev/null
tap_end
