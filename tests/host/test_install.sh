#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make install-user` puts where, that it works from there and on old
# distributions, and that `make uninstall` leaves nothing.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
dest=$work/dest

# The Makefile works in the tree it lies in; links leave this one alone.
tree=$work/tree
mkdir "$tree" && ln -s "$top"/{Makefile,dkms.conf,shim,tools,uapi} "$tree/" || exit 1
run_make() { make -s -C "$tree" LIBDIR=/usr/lib64 DESTDIR="$dest" "$@"; }

installed() { (cd "$dest" 2>/dev/null && find . ! -type d | sort); }

# The newest glibc that FILE needs, as 2.17
glibc_of() { objdump -T "$1" | sed -n 's/.*(\?GLIBC_\([0-9.]*\))\? .*/\1/p' | sort -V | tail -n 1; }

# Functions of FILE that came after glibc 2.17: a version of later and no old name. What
# has a new version with the same meaning is built against the old one there.
new_functions()
{
	objdump -T "$1" | sed -n 's/.*(\?GLIBC_\([0-9.]*\))\? *\([^ ]*\)$/\1 \2/p' |
		while read -r version name; do
			not_newer "$version" 2.17 || echo "$name"
		done | grep -vxE '__libc_start_main|f?l?stat(64)?|dlsym|pthread_[a-z_]*'
}

# not_newer A B: version A is B or before
not_newer() { [ -n "$1" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$2" ]; }

tap_ok "make install-user" run_make install-user WERROR=1
expected="./usr/bin/ebpfdrv-run
./usr/include/ebpfdrv/bpf.h
./usr/include/ebpfdrv/btf.h
./usr/include/ebpfdrv/ebpfdrv.h
./usr/lib64/libebpfdrv.so
./usr/sbin/ebpfdrv-btf
./usr/sbin/ebpfdrv-btf-edit"
[ "$(installed)" = "$expected" ]
tap_result $? "these files and no others" || tap_diag "$(installed)"

# Wherever it was built: a container of another distribution is given this file, too.
version=$(glibc_of "$dest/usr/lib64/libebpfdrv.so")
not_newer "$version" 2.17
tap_result $? "libebpfdrv.so needs no glibc after CentOS 7's 2.17" || tap_diag "needs '$version'"

for file in bin/ebpfdrv-run sbin/ebpfdrv-btf-edit; do
	objdump -T "$dest/usr/$file" | grep -q GLIBC_ && ! new_functions "$dest/usr/$file" >"$work/new"
	tap_result $? "${file##*/} calls nothing that came after glibc 2.17" || tap_diag "$(cat "$work/new")"
done
# The test above sees what it is made for.
echo 'char *getrandom(); int main(void) { return !getrandom(); }' >"$work/new.c"
${CC:-cc} -w -o "$work/new_program" "$work/new.c" && [ "$(new_functions "$work/new_program")" = getrandom ]
tap_result $? "a function of glibc 2.25 would be seen"

[ "$(EBPFDRV=never "$dest/usr/bin/ebpfdrv-run" sh -c 'echo $LD_PRELOAD')" = "$dest/usr/lib64/libebpfdrv.so" ]
tap_result $? "ebpfdrv-run finds its library"
# Any program with debug information will do.
tap_ok "ebpfdrv-btf finds its other half" \
	"$dest/usr/sbin/ebpfdrv-btf" -o "$work/out.btf" "$dest/usr/bin/ebpfdrv-run"

for header in bpf btf ebpfdrv; do
	for language in c c++; do
		echo "#include <ebpfdrv/$header.h>" >"$work/x.$language"
		tap_ok "$header.h is complete in itself ($language)" \
			${CC:-cc} -x $language -Wall -Werror -fsyntax-only -I "$dest/usr/include" \
			"$work/x.$language"
	done
done

mkdir -p "$dest/lib/modules/3.10.0/extra"
touch "$dest/lib/modules/3.10.0/extra/"{ebpfdrv.ko.xz,other.ko}
tap_ok "make uninstall" run_make uninstall
[ "$(installed)" = "./lib/modules/3.10.0/extra/other.ko" ]
tap_result $? "nothing else is left, nor gone" || tap_diag "$(installed)"
tap_end
