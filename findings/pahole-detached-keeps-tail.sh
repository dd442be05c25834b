#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What: pahole --btf_encode_detached=FILE writes over the beginning of a FILE that exists and
#       leaves the rest of it there. BTF made into the place of an older, longer one ends in
#       bytes of the older one. bpftool shows it without a word; who compares the file's size
#       with what the header says finds more than there should be.
# Seen: pahole 1.24-4.1 (pahole v1.24), bpftool 7.1.0+6.1.192-3, Debian 12.
#       A file of 100,000 bytes is as long afterwards, the BTF in it has less than 200.
# Use:  write into a new file and rename it.
#
# Needs apt-get, dpkg-deb, gcc and Debian's archive; unpacks the packages into a temporary
# directory and installs nothing. Status 0: still so. 1: another behaviour. 2: could not be run.
set -u
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work" || exit 2

for p in pahole=1.24-4.1 libbpf1=1:1.1.2-0+deb12u1 bpftool=7.1.0+6.1.192-3; do
	apt-get -q download "$p" >apt.log 2>&1 || { cat apt.log; echo "cannot be had: $p"; exit 2; }
done
for f in *.deb; do dpkg-deb -x "$f" root || exit 2; done
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu
pahole=$work/root/usr/bin/pahole
bpftool=$work/root/usr/sbin/bpftool
"$pahole" --version && "$bpftool" version | head -n 1 || exit 2

cat >shapes.c <<'END'
struct point { int x, y; };
struct line { struct point from, to; };
int width(struct line *l) { return l->to.x - l->from.x; }
END
gcc -g -c shapes.c -o shapes.o || exit 2

"$pahole" -J --btf_encode_detached=new.btf shapes.o || exit 2
head -c 100000 /dev/zero >old.btf
"$pahole" -J --btf_encode_detached=old.btf shapes.o || exit 2

new=$(stat -c %s new.btf) old=$(stat -c %s old.btf)
echo "into a new file: $new bytes; into one of 100000 bytes: $old bytes"
cmp -n "$new" new.btf old.btf || exit 1
"$bpftool" btf dump file new.btf >new.txt && "$bpftool" btf dump file old.btf >old.txt || exit 1
cmp new.txt old.txt || exit 1
[ "$new" -lt 1000 ] && [ "$old" -eq 100000 ] && echo "pahole leaves the tail of the older file"
