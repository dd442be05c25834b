#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What: in Debian's packaged kernel headers include/config/kernel.release, which kbuild takes
#       for the kernel's release (make kernelrelease, INSTALL_MOD_PATH's directory in a tree
#       of one's own), is the upstream version, the same for flavours that share it. What uname -r says,
#       and what /lib/modules has a directory of, is UTS_RELEASE alone.
#       A script that names a kernel by kernel.release takes the general and the cloud kernel
#       for one, and depmod with it looks into a directory that is not there.
# Seen: linux-headers-6.1.0-57-amd64 and -cloud-amd64 6.1.192-3, Debian 12:
#       kernel.release "6.1.192" in both; UTS_RELEASE "6.1.0-57-amd64" and "6.1.0-57-cloud-amd64".
# Use:  include/generated/utsrelease.h.
#
# Needs apt-get, dpkg-deb and Debian's archive; unpacks the packages into a temporary directory
# and installs nothing. Status 0: still so. 1: another behaviour. 2: could not be run.
set -u
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work" || exit 2

failed=0
for flavour in amd64 cloud-amd64; do
	rel=6.1.0-57-$flavour
	apt-get -q download "linux-headers-$rel=6.1.192-3" >apt.log 2>&1 ||
		{ cat apt.log; echo "cannot be had: linux-headers-$rel=6.1.192-3"; exit 2; }
	dpkg-deb -x linux-headers-"$rel"_*.deb root || exit 2
	tree=root/usr/src/linux-headers-$rel
	named=$(cat "$tree/include/config/kernel.release") || exit 2
	uts=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' "$tree/include/generated/utsrelease.h")
	echo "linux-headers-$rel: kernel.release $named, UTS_RELEASE $uts"
	[ "$named" = 6.1.192 ] && [ "$uts" = "$rel" ] || failed=1
done
exit $failed
