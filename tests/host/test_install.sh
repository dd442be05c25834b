#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make install` puts where, that it works from there and on old distributions, and that
# `make uninstall` leaves nothing, wherever it was put.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
dest=$work/dest

# Built apart: other tests use what is in the build directory meanwhile.
export EBPFDRV_BUILD=$work/build EBPFDRV_SYSFS=$work/sys
run_make() { make -s -C "$top" --no-print-directory LIBDIR=/usr/lib64 DESTDIR="$dest" "$@"; }

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
		done | grep -vxE '__libc_start_main|glob|f?l?stat(64)?|dlsym|pthread_[a-z_]*'
}

# not_newer A B: version A is B or before
not_newer() { [ -n "$1" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$2" ]; }

tap_ok "make install-user" run_make install-user WERROR=1
expected="./etc/kernel/postinst.d/ebpfdrv-btf
./etc/kernel/postrm.d/ebpfdrv-btf
./etc/kernel/prerm.d/ebpfdrv-btf
./usr/bin/ebpfdrv-run
./usr/include/ebpfdrv/bpf.h
./usr/include/ebpfdrv/btf.h
./usr/include/ebpfdrv/ebpfdrv.h
./usr/lib/ebpfdrv/installed
./usr/lib/kernel/install.d/60-ebpfdrv-btf.install
./usr/lib/systemd/system/ebpfdrv@.service
./usr/lib64/libebpfdrv.so
./usr/sbin/ebpfdrv-btf
./usr/sbin/ebpfdrv-btf-edit
./usr/sbin/ebpfdrv-btf-pack
./usr/sbin/ebpfdrvctl
./usr/share/bash-completion/completions/ebpfdrv-btf
./usr/share/bash-completion/completions/ebpfdrv-run
./usr/share/bash-completion/completions/ebpfdrvctl
./usr/share/man/man1/ebpfdrv-run.1
./usr/share/man/man4/ebpfdrv.4
./usr/share/man/man8/ebpfdrv-btf.8
./usr/share/man/man8/ebpfdrvctl.8"
[ "$(installed)" = "$expected" ]
tap_result $? "these files and no others" || tap_diag "$(installed)"

# Wherever it was built: a container of another distribution is given this file, too.
version=$(glibc_of "$dest/usr/lib64/libebpfdrv.so")
not_newer "$version" 2.17
tap_result $? "libebpfdrv.so needs no glibc after CentOS 7's 2.17" || tap_diag "needs '$version'"

for file in bin/ebpfdrv-run sbin/ebpfdrv-btf-edit sbin/ebpfdrvctl; do
	objdump -T "$dest/usr/$file" | grep -q GLIBC_ && ! new_functions "$dest/usr/$file" >"$work/new"
	tap_result $? "${file##*/} calls nothing that came after glibc 2.17" || tap_diag "$(cat "$work/new")"
done
# The test above sees what it is made for.
echo 'char *getrandom(); int main(void) { return !getrandom(); }' >"$work/new.c"
${CC:-cc} -w -o "$work/new_program" "$work/new.c" && [ "$(new_functions "$work/new_program")" = getrandom ]
tap_result $? "a function of glibc 2.25 would be seen"

[ "$(EBPFDRV=never "$dest/usr/bin/ebpfdrv-run" sh -c 'echo $LD_PRELOAD')" = "$dest/usr/lib64/libebpfdrv.so" ]
tap_result $? "ebpfdrv-run finds its library"
"$dest/usr/bin/ebpfdrv-run" --check true | grep -q "^ok  *library  *$dest/usr/lib64/libebpfdrv.so"
tap_result $? "ebpfdrv-run --check finds ebpfdrvctl, and that the library"
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

mkdir -p "$dest/lib/modules/3.10.0/extra" "$dest/usr/lib/ebpfdrv/btf"
touch "$dest/lib/modules/3.10.0/extra/"{ebpfdrv.ko.xz,other.ko} "$dest/usr/lib/ebpfdrv/btf/x.btf"
run_make uninstall PREFIX=/opt/elsewhere LIBDIR=/opt/lib >"$work/out" 2>&1
tap_result $? "make uninstall, with another PREFIX" || tap_diag "$(cat "$work/out")"
[ "$(installed)" = "./lib/modules/3.10.0/extra/other.ko
./usr/lib/ebpfdrv/btf/x.btf" ]
tap_result $? "nothing else is left, nor gone" || tap_diag "$(installed)"
[ "$(cd "$dest" && find . -type d | sort | tr '\n' ' ')" = \
	". ./lib ./lib/modules ./lib/modules/3.10.0 ./lib/modules/3.10.0/extra ./usr ./usr/lib ./usr/lib/ebpfdrv ./usr/lib/ebpfdrv/btf " ]
tap_result $? "nor an empty directory" || tap_diag "$(cd "$dest" && find . -type d)"
grep -q 'kept the BTF files' "$work/out"
tap_result $? "what stays is said" || tap_diag "$(cat "$work/out")"

rm -rf "$dest"
tap_fails "make uninstall where nothing is" run_make uninstall
run_make uninstall PREFIX=/opt/y 2>&1 | grep -q 'nothing to do.*/opt/y'
tap_result $? "says so"

run_make install-user PREFIX=/opt/y >/dev/null && rm "$dest/usr/lib/ebpfdrv/installed" &&
	run_make uninstall PREFIX=/opt/y >/dev/null
[ $? -eq 0 ] && [ -z "$(installed)" ]
tap_result $? "what was installed before there was a list goes by its PREFIX" || tap_diag "$(installed)"

# --- what is baked in --------------------------------------------------------

for dir in /opt/first/lib /opt/second/lib; do
	make -s -C "$top" shim LIBDIR=$dir >/dev/null && grep -q -a "$dir" "$work/build/ebpfdrv-run"
	tap_result $? "ebpfdrv-run knows LIBDIR=$dir"
done

# --- the module --------------------------------------------------------------

# A tree of headers as Debian's: what kbuild calls the release is not what uname -r says. Its
# make builds a stand-in, and complains of an O= that was not for it.
kdir=$work/headers
mkdir -p "$kdir"/include/{generated,config}
printf 'CONFIG_X86_64=y\nCONFIG_MODULES=y\n' >"$kdir/.config"
: >"$kdir/include/generated/autoconf.h"
echo '#define UTS_RELEASE "6.1.0-9-some"' >"$kdir/include/generated/utsrelease.h"
echo 6.1.192 >"$kdir/include/config/kernel.release"
printf '0x0\tprintk\tvmlinux\tEXPORT_SYMBOL\n' >"$kdir/Module.symvers"
cat >"$kdir/Makefile" <<'END'
modules:
	@test -z '$(O)' || { echo "O=$(O)"; exit 1; }
	@echo 'int ebpfdrv; int init(void) { return ebpfdrv; }' | $(CC) -g -x c -c -o $(M)/ebpfdrv.ko -
modules_install:
	@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/6.1.192/extra
	@cp $(M)/ebpfdrv.ko $(INSTALL_MOD_PATH)/lib/modules/6.1.192/extra/
	@depmod 6.1.192
END
ko=lib/modules/6.1.0-9-some/extra/ebpfdrv.ko

run_make install-module KDIR="$kdir" KNAME=some >"$work/out" 2>&1
[ $? -eq 0 ] && [ -f "$dest/$ko" ]
tap_result $? "the module goes where uname -r's is" || tap_diag "$(cat "$work/out"; installed)"
! readelf -S "$dest/$ko" | grep -q debug_info && readelf -s "$dest/$ko" | grep -q ' init$'
tap_result $? "without debug information, with its symbols"
run_make O="$work/o" module KDIR="$kdir" KNAME=some >"$work/out" 2>&1
[ $? -eq 0 ] && [ -f "$work/o/some/ebpfdrv.ko" ]
tap_result $? "O=DIR is where things are built" || tap_diag "$(cat "$work/out")"

openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=test/ -keyout "$work/key" -out "$work/cert" 2>/dev/null
SIGN_KEY=$work/key SIGN_CERT=$work/none run_make install-module KDIR="$kdir" KNAME=some >"$work/out" 2>&1
[ $? -ne 0 ] && grep -q "SIGN_CERT=$work/none: both must be files" "$work/out"
tap_result $? "a certificate that is not there is said" || tap_diag "$(cat "$work/out")"
mkdir "$kdir/scripts"
printf '#!/usr/bin/perl\nopen(F, ">>", $ARGV[3]); print F "signed $ARGV[0]";\n' >"$kdir/scripts/sign-file"
SIGN_KEY=$work/key SIGN_CERT=$work/cert run_make install-module KDIR="$kdir" KNAME=some >"$work/out" 2>&1
[ $? -eq 0 ] && [ "$(tail -c 13 "$dest/$ko")" = "signed sha256" ]
tap_result $? "SIGN_KEY and SIGN_CERT sign it" || tap_diag "$(cat "$work/out")"
run_make uninstall >/dev/null
[ ! -e "$dest/lib/modules" ]
tap_result $? "and it goes" || tap_diag "$(installed)"

# --- for DKMS ----------------------------------------------------------------

version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
tap_ok "make install-dkms, staged" run_make install-dkms
dkms=$dest/usr/src/ebpfdrv-$version
expected=$(cd "$top" && git ls-files Kbuild dkms.conf LICENSE kmod verifier jit helpers include uapi 2>/dev/null | sort)
[ -z "$expected" ] || [ "$(cd "$dkms" && find . -type f | sed 's,^\./,,' | sort)" = "$expected" ]
tap_result $? "the module's sources and no others" ||
	tap_diag "$(diff <(echo "$expected") <(cd "$dkms" && find . -type f | sed 's,^\./,,' | sort))"
rm -rf "$dest"

# --- as root, for good -------------------------------------------------------

# In a namespace of mounts, with changes of /usr kept in memory, so that the machine stays as it is.
mkdir -p "$work"/{over,bin,sys}
printf '#!/bin/sh\necho "$@" >>%s\n' "$work/depmod.calls" >"$work/bin/depmod"
chmod +x "$work/bin/depmod"
cat >"$work/inside" <<'END'
set -e
mount -t tmpfs tmpfs "$work/over"
mkdir "$work"/over/{up,work,lower}
mount --bind /usr "$work/over/lower"
mount -t overlay overlay -o "lowerdir=/usr,upperdir=$work/over/up,workdir=$work/over/work" /usr
echo begun >"$work/begun"
# new: what is there that was not before
new() { (cd "$work/over/up" && find . -mindepth 1) | while read -r f; do [ -e "$work/over/lower/$f" ] || echo "$f"; done | sort; }
go() { PATH=$work/bin:$PATH make -s -C "$top" --no-print-directory KDIR="$kdir" KNAME=some "$@"; }
go install PREFIX=/usr/local/a >"$work/install.out" 2>&1
new >"$work/first"
mkdir -p "$work/sys/module/ebpfdrv"
go install PREFIX=/usr/local/b LIBDIR=/usr/local/c >"$work/again.out" 2>&1
go uninstall >"$work/uninstall.out" 2>&1
new >"$work/last"
END
if [ "$(readlink -f /lib)" != /usr/lib ]; then
	tap_skip "/lib is not in /usr here"
	tap_end
fi
root=
[ "$(id -u)" -eq 0 ] || root=-r
work=$work top=$top kdir=$kdir unshare $root -m --propagation private bash "$work/inside" >"$work/out" 2>&1
rc=$?
if [ ! -e "$work/begun" ]; then
	tap_skip "no mounts of one's own here: $(tail -n 1 "$work/out")"
	tap_end
fi
tap_result $rc "make install and make uninstall, without DESTDIR" ||
	tap_diag "$(cat "$work"/{out,install.out,again.out,uninstall.out} 2>&1)"
for f in ./lib/modules/6.1.0-9-some/extra/ebpfdrv.ko ./local/a/bin/ebpfdrv-run; do
	grep -q -x "$f" "$work/first"
	tap_result $? "$f is there" || tap_diag "$(cat "$work/first")"
done
[ "$(sort -u "$work/depmod.calls")" = 6.1.0-9-some ]
tap_result $? "depmod is told the release" || tap_diag "$(cat "$work/depmod.calls")"
! grep -q loaded "$work/install.out" && grep -q 'is loaded: the new one takes its place' "$work/again.out"
tap_result $? "of a module that is loaded is told when another is installed" || tap_diag "$(cat "$work/again.out")"
grep -q 'still loaded: rmmod' "$work/uninstall.out"
tap_result $? "and when it goes" || tap_diag "$(cat "$work/uninstall.out")"
! grep -v -x ./lib/modules "$work/last" | grep -q .
tap_result $? "both installations are gone, with their directories" || tap_diag "$(cat "$work/last")"

# --- where make cannot work --------------------------------------------------

mkdir "$work/a b" && cp "$top"/{Makefile,dkms.conf} "$work/a b/"
for target in all install uninstall help clean; do
	make -C "$work/a b" --no-print-directory $target >"$work/out" 2>&1
	[ $? -ne 0 ] && [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q 'no blank or colon may be in the path' "$work/out"
	tap_result $? "a blank in the path: make $target says so at once" || tap_diag "$(cat "$work/out")"
done
[ "$(ls "$work/a b" | tr '\n' ' ')" = "Makefile dkms.conf " ]
tap_result $? "and leaves nothing there"
run_make PREFIX="/a b" help >"$work/out" 2>&1
[ $? -ne 0 ] && grep -q 'PREFIX=/a b: no blank' "$work/out"
tap_result $? "nor in PREFIX" || tap_diag "$(cat "$work/out")"
tap_end
