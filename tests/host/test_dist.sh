#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make dist: the same bytes from the same sources, wherever and by whom, with what the packages
# are made of; and what comes with them. make check-packages makes and installs them.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "${EBPFDRV_TOP:-$here/../..}" && pwd)
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset SOURCE_DATE_EPOCH MAKEFLAGS
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
name=ebpfdrv-$version.tar.gz

"$top/packaging/dist" "$work/one" >"$work/out" 2>&1
[ $? -eq 0 ] && [ -f "$work/one/$name" ]
tap_result $? "make dist" || tap_diag "$(cat "$work/out")"
mkdir "$work/elsewhere"
tar -C "$work/elsewhere" -xf "$work/one/$name"
tree=$work/elsewhere/ebpfdrv-$version

# From the tarball again, with another mask, another time and another order of files.
(umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$tree/packaging/dist" "$work/two" >"$work/out" 2>&1)
[ $? -eq 0 ] && cmp "$work/one/$name" "$work/two/$name" >>"$work/out" 2>&1
tap_result $? "the tarball makes the same tarball" || tap_diag "$(cat "$work/out")"
mkdir -p "$tree/build" "$tree/examples/rcvdelay/build" && echo x >"$tree/build/x.o" &&
	echo x >"$tree/examples/rcvdelay/build/x.o" && touch "$tree/README.md"
"$tree/packaging/dist" "$work/three" >/dev/null && cmp "$work/one/$name" "$work/three/$name"
tap_result $? "also when something was built and touched"
echo >>"$tree/README.md"
"$tree/packaging/dist" "$work/four" >/dev/null && ! cmp -s "$work/one/$name" "$work/four/$name"
tap_result $? "another text makes another one"

for file in Makefile Kbuild dkms.conf debian/rules debian/changelog ebpfdrv.spec kmod/main.c tests/run; do
	[ -f "$tree/$file" ]
	tap_result $? "$file is in it"
done
! find "$tree" -name '*.ko' -o -name '.git*' -o -path '*/.ci' | grep -q .
tap_result $? "and nothing of the repository's own"
[ "$(find "$tree" -name '*.spec' | wc -l)" -eq 1 ]
tap_result $? "one spec, as rpmbuild -ta wants it"
head -n 1 "$tree/debian/changelog" | grep -qF "ebpfdrv ($version) " && grep -qx "Version:[[:space:]]*$version" "$tree/ebpfdrv.spec"
tap_result $? "Debian's and RPM's version are that of dkms.conf"

# A tag that says another version is no release of this one.
if git -C "$top" rev-parse >/dev/null 2>&1; then
	git clone -q --shared "$top" "$work/repo" && git -C "$work/repo" tag v99.9
	"$work/repo/packaging/dist" "$work/five" >"$work/out" 2>&1
	[ $? -ne 0 ] && grep -q "tagged v99.9, and dkms.conf says $version" "$work/out"
	tap_result $? "a tag of another version is refused" || tap_diag "$(cat "$work/out")"
	git -C "$work/repo" tag -d v99.9 >/dev/null && git -C "$work/repo" tag "v$version"
	tap_ok "its own is not" "$work/repo/packaging/dist" "$work/five"
fi

# --- what goes with the module that is loaded --------------------------------

loaded() { EBPFDRV_SYSFS=$work/sys EBPFDRV_PROCFS=$work/proc RMMOD="echo rmmod" "$top/packaging/files/loaded" "$1"; }
[ -z "$(loaded installed)$(loaded removed)" ]
tap_result $? "no module: no word"
mkdir -p "$work/sys/module/ebpfdrv" "$work/proc/12/fd" "$work/proc/7/fd"
echo 0 >"$work/sys/module/ebpfdrv/refcnt"
[ "$(loaded removed)" = "rmmod ebpfdrv" ]
tap_result $? "one that nobody uses goes"
echo 3 >"$work/sys/module/ebpfdrv/refcnt"
echo agent >"$work/proc/12/comm"; ln -s /dev/ebpfdrv "$work/proc/12/fd/7"; ln -s /dev/ebpfdrv "$work/proc/12/fd/8"
echo other >"$work/proc/7/comm"; ln -s /dev/null "$work/proc/7/fd/1"
out=$(loaded removed)
grep -q 'in use and stays loaded.*, agent (12), and rmmod' <<<"$out" && ! grep -qE 'other|agent.*agent' <<<"$out"
tap_result $? "one in use stays, and who uses it is named" || tap_diag "$out"
out=$(loaded installed)
grep -q 'end who uses it, agent (12), then rmmod ebpfdrv; modprobe' <<<"$out"
tap_result $? "an upgrade says what to do" || tap_diag "$out"

# --- a module for machines without a compiler --------------------------------

echo ko >"$work/x.ko"
file=$("$top/packaging/kmod" "$work/kmod" "$work/x.ko" 3.10.0-9.el7 "$version")
[ "$file" = "$work/kmod/ebpfdrv-kmod-$version-3.10.0-9.el7.tar.gz" ] &&
	[ "$(tar -tf "$file")" = lib/modules/3.10.0-9.el7/extra/ebpfdrv.ko ]
tap_result $? "make kmod packs one file, with no directory's mode" || tap_diag "$file"

# --- manual pages, completion, unit ------------------------------------------

for page in "$top"/packaging/man/*.[148]; do
	if command -v man >/dev/null; then
		out=$(LC_ALL=C MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
		[ -z "$out" ]
		tap_result $? "${page##*/} is written as it should" || tap_diag "$out"
	fi
done
out=$(bash -c '. "$1"; COMP_WORDS=(ebpfdrv-run --d) COMP_CWORD=1; _ebpfdrv_run ebpfdrv-run --d ebpfdrv-run; echo "${COMPREPLY[*]}"' - \
	"$top/packaging/files/completion" 2>&1)
[ "$out" = --debug ]
tap_result $? "completion completes" || tap_diag "$out"
if command -v systemd-analyze >/dev/null; then
	mkdir -p "$work/units"
	sed 's,^ExecStart=.*ebpfdrv-run,ExecStart=/bin/echo,; s,^ExecStartPre=.*,ExecStartPre=/bin/true,; /^Documentation/d' \
		"$top/packaging/files/ebpfdrv@.service" >"$work/units/ebpfdrv@.service"
	out=$(cd "$work/units" && systemd-analyze verify ./ebpfdrv@execsnoop.service 2>&1 | grep ebpfdrv)
	[ -z "$out" ]
	tap_result $? "the unit is one" || tap_diag "$out"
fi
tap_end
