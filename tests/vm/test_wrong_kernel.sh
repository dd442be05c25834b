#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A module that was built for another release does not start, also where the kernel
# itself would take it (CONFIG_MODVERSIONS): a copy that claims to be of another.
#
# harness: module=no timeout=120

. "$EBPFDRV_TOP/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
release=$(uname -r)
# As long as the true one.
other=9${release:1}
pattern=${release//./\\.}

# What weak-modules looks at, and what the module itself was compiled with
LC_ALL=C sed "s/$pattern/$other/g" "$EBPFDRV_KO" >"$work/ebpfdrv.ko"
[ "$(stat -c %s "$work/ebpfdrv.ko")" = "$(stat -c %s "$EBPFDRV_KO")" ] &&
	[[ $(modinfo -F vermagic "$work/ebpfdrv.ko") == "$other "* ]]
tap_result $? "a copy says that it is for $other"

echo "wrong_kernel: mark" >/dev/kmsg
said=$(insmod "$work/ebpfdrv.ko" 2>&1)
rc=$?
[ $rc -ne 0 ] && [ ! -e /sys/module/ebpfdrv ] && [[ $said == *"Invalid module format"* ]]
tap_result $? "it does not load" || tap_diag "status $rc: $said"
[ $rc -ne 0 ] || rmmod ebpfdrv
line=$(dmesg | tac | sed '/wrong_kernel: mark/q' | grep -a "^.*ebpfdrv: ")
[[ $line == *"$other"*"$release"* ]] && [ "$(wc -l <<<"$line")" -eq 1 ]
tap_result $? "the log names both releases" || tap_diag "$line"
# shellcheck disable=SC2086
tap_ok "the true one loads" insmod "$EBPFDRV_KO" $EBPFDRV_KO_ARGS
rmmod ebpfdrv
tap_end
