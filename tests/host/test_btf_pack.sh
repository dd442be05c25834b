#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfdrv-btf pack, list and install, with small files that stand for kernels': what goes into a
# pack comes out of it, for the right kernel, and whatever is damaged or foreign is refused in
# a line that says so. make check-btf does the same with real kernels.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"
. "$top/tests/lib/btf_damage.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export EBPFDRV_BUILD=$work/build TMPDIR=$work EBPFDRV_MANAGED=$work/managed
export PATH=$work/bin:$PATH
btf=$top/tools/ebpfdrv-btf

# kernel RELEASE N: $work/vmlinux-RELEASE, of a structure of N members; status 0 when made
kernel()
{
	local i members=
	for ((i = 0; i < $2; i++)); do members="$members int member_$i;"; done
	cat >"$work/kernel.c" <<-END
	const char linux_banner[] = "Linux version $1 (somebody)";
	struct task_struct { $members struct task_struct *next; } init_task;
	int function_$2(struct task_struct *task) { return task->member_0; }
	int function_of_all(void) { return 0; }
	void _start(void) { }
	END
	${CC:-cc} -g -nostdlib -static -Wl,--build-id=sha1 -o "$work/vmlinux-$1" "$work/kernel.c" &&
		pahole -J "$work/vmlinux-$1"
}

# types_of FILE: its BTF as text
types_of() { bpftool btf dump file "$1" format raw; }

# A bzImage as far as anybody looks at it here: a sector of setup, then the payload.
vmlinuz()
{
	local size
	gzip -c "$1" >"$work/payload"
	size=$(stat -c %s "$work/payload")
	{
		head -c $((0x1f1)) /dev/zero; printf '\1'
		head -c $((0x202 - 0x1f2)) /dev/zero; printf 'HdrS\12\2'
		head -c $((0x248 - 0x208)) /dev/zero; printf '\0\0\0\0'
		printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((size & 255)) $((size >> 8 & 255)) \
			$((size >> 16 & 255)) 0)"
		head -c $((1024 - 0x250)) /dev/zero
		cat "$work/payload"
	} >"$2"
}

# What a directory of many kernels may look like: $work/in
make_files()
{
	local in=$work/in
	mkdir -p "$in/deep/er" "$work/bin" "$work/usr/lib/debug/lib/modules/4.4.4-rpm"
	kernel 3.10.0-1.el7.x86_64 3 && kernel 4.1.0-elf 4 && kernel 4.2.0-zipped 5 &&
		kernel 4.3.0-hub 6 && kernel 4.4.4-rpm 7 && kernel 4.10.0-raw 8 || return 1
	cp "$work/vmlinux-4.1.0-elf" "$in/vmlinux-4.1.0-elf"
	cp "$work/vmlinux-3.10.0-1.el7.x86_64" "$in/deep/er/vmlinux"
	vmlinuz "$work/vmlinux-4.2.0-zipped" "$in/vmlinuz-4.2.0-zipped"
	raw 4.3.0-hub "$work/4.3.0-hub.btf" && tar -C "$work" -cJf "$in/4.3.0-hub.btf.tar.xz" 4.3.0-hub.btf
	raw 4.10.0-raw "$in/4.10.0-raw.btf"
	# What an rpm holds, without rpm: rpm2cpio is a program that takes it out.
	cp "$work/vmlinux-4.4.4-rpm" "$work/usr/lib/debug/lib/modules/4.4.4-rpm/vmlinux"
	(cd "$work" && find ./usr | cpio -o --quiet -H newc) >"$in/kernel-debuginfo-4.4.4.rpm"
	printf '#!/bin/sh\ncat "$1"\n' >"$work/bin/rpm2cpio"
	printf '#!/bin/sh\necho "${UNAME:-9.9.9-none}"\n' >"$work/bin/uname"
	chmod 755 "$work"/bin/*
	ln -s /etc/passwd "$in/link.btf"
	echo "no kernel's" >"$in/README"
}

# raw RELEASE FILE: the BTF of a vmlinux alone
raw() { "$EBPFDRV_BUILD/tools/ebpfdrv-btf-edit" extract "$work/vmlinux-$1" "$2"; }

# as_if_running RELEASE [VMLINUX]: what install sees of the kernel
as_if_running()
{
	local vmlinux=$work/vmlinux-${2:-$1}
	export UNAME=$1 NOTES=$work/notes KALLSYMS=$work/kallsyms KERNEL_BTF=$work/none
	objcopy -O binary --only-section=.note.gnu.build-id "$vmlinux" "$NOTES"
	nm "$vmlinux" >"$KALLSYMS"
}

test_pack()
{
	local text
	tap_ok "a directory is packed" "$btf" pack "$work/in" -o "$pack"
	text=$("$btf" list "$pack")
	[ "$(cut -d' ' -f1 <<<"$text" | xargs)" = \
		"3.10.0-1.el7.x86_64 4.1.0-elf 4.2.0-zipped 4.3.0-hub 4.4.4-rpm 4.10.0-raw" ]
	tap_result $? "list has each of its kernels" || tap_diag "$text"
	[ "$(grep -c ' [0-9a-f]\{40\} ' <<<"$text")" = 4 ] &&
		[[ $text == *"$("$EBPFDRV_BUILD/tools/ebpfdrv-btf-edit" build-id "$work/vmlinux-4.4.4-rpm")"* ]]
	tap_result $? "with build-ids, where the files had them" || tap_diag "$text"
	tap_ok "the same files make the same pack" eval \
		'"$btf" pack "$work/in" -o "$work/again" && cmp "$pack" "$work/again"'
	[ "$(stat -c '%a' "$pack")" = 644 ]
	tap_result $? "of mode 0644"
	! ls "$pack".* 2>/dev/null
	tap_result $? "and nothing half beside it"
}

test_install()
{
	local release
	for release in 3.10.0-1.el7.x86_64 4.1.0-elf 4.2.0-zipped 4.3.0-hub 4.4.4-rpm 4.10.0-raw; do
		as_if_running $release
		"$btf" install "$pack" >"$work/said" 2>&1 && raw $release "$work/raw" &&
			"$btf" -o "$work/expected" "$work/raw" >/dev/null &&
			types_of "$work/expected" >"$work/a" &&
			types_of "$EBPFDRV_MANAGED/$release.btf" >"$work/b" && [ -s "$work/a" ] &&
			cmp "$work/a" "$work/b" >>"$work/said" 2>&1
		tap_result $? "$release gets its own types" || tap_diag "$(cat "$work/said")"
	done
	[ "$(stat -c '%a %u' "$EBPFDRV_MANAGED"/4.1.0-elf.btf)" = "644 $EUID" ]
	tap_result $? "in files of mode 0644"
	[[ $("$btf" install "$pack") == *"already"* ]]
	tap_result $? "a second time there is nothing to do"
}

# refused NAME TEXT COMMAND...: fails, says TEXT in one line and leaves $out alone
refused()
{
	local name=$1 text=$2 said
	shift 2
	echo "as it was" >"$out"
	said=$("$@" 2>&1) && said="succeeded: $said"
	[[ $said == *"$text"* && $said != succeeded:* && $(wc -l <<<"$said") -eq 1 &&
		$(cat "$out") = "as it was" ]]
	tap_result $? "$name: refused" || tap_diag "$said"
}

test_choice()
{
	as_if_running 4.1.0-elf 4.2.0-zipped
	refused "another build of the release" "another build of it" "$btf" install -o "$out" "$pack"
	as_if_running 4.10.0-raw 4.1.0-elf
	refused "without a build-id, other functions" "another build of it: (other functions)" \
		"$btf" install -o "$out" "$pack"
	as_if_running 4.9.0-none 4.1.0-elf
	refused "a kernel that is not there" "no BTF for Linux 4.9.0-none" "$btf" install -o "$out" "$pack"
	# Two builds of one release.
	mkdir -p "$work/two/a" "$work/two/b"
	sed 's/member_/other_/g' "$work/kernel.c" >"$work/other.c"
	cp "$work/vmlinux-4.1.0-elf" "$work/two/vmlinux"
	kernel 4.1.0-elf 9 && mv "$work/vmlinux-4.1.0-elf" "$work/two/a/vmlinux" &&
		cp "$work/two/vmlinux" "$work/vmlinux-4.1.0-elf"
	tap_ok "two builds of one release are packed" "$btf" pack -o "$work/two.pack" "$work/two"
	as_if_running 4.1.0-elf
	[[ $("$btf" install -o "$out" "$work/two.pack") == *"by its build-id"* ]] &&
		types_of "$out" | grep -q member_3 && ! types_of "$out" | grep -q member_4
	tap_result $? "the build-id chooses"
	UNAME=9.9.9-none refused "nothing to choose by" "-i BUILD-ID says which" "$btf" install \
		-r 4.1.0-elf -o "$out" "$work/two.pack"
	KERNEL_BTF=/dev/null "$btf" install "$pack" | grep -q "BTF of its own"
	tap_result $? "a kernel with BTF of its own needs none"
	MODULE=/ KERNEL_BTF=/dev/null "$btf" install -o "$out" "$work/two.pack" | grep -q "by its build-id"
	tap_result $? "what is there while the module is loaded may be the module's"
	echo '1 R __start_BTF' >>"$KALLSYMS"
	MODULE=/ KERNEL_BTF=/dev/null "$btf" install "$pack" | grep -q "BTF of its own"
	tap_result $? "or the kernel's, whose image tells"
}

# What "install" makes of packs that nobody meant well with.
test_damage()
{
	local name text
	as_if_running 4.1.0-elf
	mkdir -p "$work/damaged"
	damaged_packs "$pack" "$work/damaged" >"$work/kinds"
	while IFS=$'\t' read -r name text; do
		refused "$name" "$text" "$btf" install -o "$out" "$work/damaged/$name"
	done <"$work/kinds"
	[ "$(wc -l <"$work/kinds")" -ge 12 ]
	tap_result $? "at least 12 kinds"
	refused "a directory" "is a directory" "$btf" install -o "$out" "$work/damaged"
	refused "no such pack" "no such file" "$btf" install -o "$out" "$work/none"
	! find "$work/managed" "$work/damaged" -newer "$work/kinds" -type f -name '*.btf' | grep -q .
	tap_result $? "nothing was written anywhere"
}

# one_file NAME TEXT FILE: a directory with that file is not packed
one_file()
{
	refused "$1" "$2" eval '"$btf" pack -o "$out" "$3" | cat >&2; exit ${PIPESTATUS[0]}'
}

test_inputs()
{
	local bad=$work/bad
	mkdir -p "$bad"
	head -c -100 "$work/vmlinux-4.1.0-elf" >"$bad/vmlinux-short"
	head -c 60 "$work/in/4.10.0-raw.btf" >"$bad/4.1-short.btf"
	echo text >"$bad/4.1-text.btf"
	head -c 200 "$work/in/4.3.0-hub.btf.tar.xz" >"$bad/4.1-half.btf.tar.xz"
	tar -C / -cJf "$bad/4.1-passwd.btf.tar.xz" etc/passwd
	mkdir -p "$work/t" && cp "$work/4.3.0-hub.btf" "$work/t/a.btf" && cp "$work/4.3.0-hub.btf" "$work/t/b.btf"
	tar -C "$work/t" -cJf "$bad/4.1-two.btf.tar.xz" a.btf b.btf
	ln -sf /etc/passwd "$work/t/l.btf" && tar -C "$work/t" -cJf "$bad/4.1-link.btf.tar.xz" l.btf
	tar -P --transform 's,.*,../../../../tmp/evil.btf,' -C "$work/t" -cJf "$bad/4.1-up.btf.tar.xz" a.btf
	cp "$work/in/4.10.0-raw.btf" "$bad/evil name.btf"
	head -c 900 "$work/in/vmlinuz-4.2.0-zipped" >"$bad/vmlinuz-short"
	head -c 2000 "$work/in/vmlinuz-4.2.0-zipped" >"$bad/vmlinuz-cut"
	echo none >"$bad/x.rpm"
	while IFS=$'\t' read -r name text; do
		refused "pack: $name" "$text" bash -c '
			said=$("$1" pack -o "$2" "$3" 2>&1)
			rc=$?
			grep -v "cannot be taken: nothing is written" <<<"$said"
			exit $rc' - "$btf" "$out" "$bad/$name"
	done <<-'END'
	vmlinux-short	not a 64-bit little-endian ELF file
	4.1-short.btf	outside the file
	4.1-text.btf	neither an ELF file, BTF nor a vmlinuz
	4.1-half.btf.tar.xz	damaged one
	4.1-passwd.btf.tar.xz	must have one file .btf
	4.1-two.btf.tar.xz	must have one file .btf
	4.1-link.btf.tar.xz	no BTF
	evil name.btf	no kernel's release
	vmlinuz-short	truncated
	vmlinuz-cut	truncated
	x.rpm	an rpm without a vmlinux
	END
	"$btf" pack -o "$out" "$bad/4.1-up.btf.tar.xz" >/dev/null 2>&1
	[ ! -e /tmp/evil.btf ]
	tap_result $? "an archive's names lead nowhere"
	tap_fails "one bad file among good ones: nothing is written" "$btf" pack -o "$work/never" \
		"$work/in" "$bad/x.rpm"
	[ ! -e "$work/never" ]
	tap_result $? "and nothing is there"
}

# A link that somebody else has laid where root writes.
test_links()
{
	local at=$work/world/out
	mkdir -p "$work/world" && chmod 1777 "$work/world" && echo precious >"$work/precious"
	ln -sf "$work/precious" "$at"
	if [ $EUID -eq 0 ]; then
		chown -h 65534 "$at"
		[[ $("$btf" install -o "$at" "$pack" 2>&1) == *"another user's symbolic link"* ]] &&
			[ "$(cat "$work/precious")" = precious ]
		tap_result $? "another user's link is not followed"
	fi
	ln -sfn "$work/precious" "$at.mine"
	"$btf" install -o "$at.mine" "$pack" >/dev/null 2>&1 && [ -L "$at.mine" ] &&
		types_of "$work/precious" >/dev/null
	tap_result $? "one's own is"
}

# By the scripts that distributions run, on a root of our own
test_hooks()
{
	local hook=$top/packaging/files/kernel-hook text
	as_if_running 4.1.0-elf
	mkdir -p "$work/store" && cp "$pack" "$EBPFDRV_MANAGED/all.btfpack"
	rm -f "$EBPFDRV_MANAGED"/*.btf
	export EBPFDRV_BTF=$btf
	for d in postinst.d postrm.d prerm.d install.d; do
		mkdir -p "$work/$d" && cp "$hook" "$work/$d/ebpfdrv-btf"
	done
	chmod 755 "$work" "$EBPFDRV_MANAGED"
	if [ $EUID -ne 0 ] || [ "$(stat -c %a "$(dirname "$work")")" = 1777 ]; then
		# It is not trusted there, which is right.
		text=$("$work/postinst.d/ebpfdrv-btf" 4.3.0-hub /boot/vmlinuz 2>&1)
		tap_result $? "postinst.d: never an error" || tap_diag "$text"
		[[ $text == *"not taken: others than root"* ]] && [ ! -e "$EBPFDRV_MANAGED/4.3.0-hub.btf" ]
		tap_result $? "a pack where all may write is not taken" || tap_diag "$text"
	fi
	"$work/install.d/ebpfdrv-btf" add ../../etc /boot >/dev/null 2>&1
	tap_result $? "a release that is none: no error, and nothing done"
	touch "$EBPFDRV_MANAGED/4.3.0-hub.btf"
	DEB_MAINT_PARAMS="'upgrade' '2'" "$work/postrm.d/ebpfdrv-btf" 4.3.0-hub &&
		[ -e "$EBPFDRV_MANAGED/4.3.0-hub.btf" ]
	tap_result $? "postrm.d: an upgrade takes nothing away"
	DEB_MAINT_PARAMS="'remove'" "$work/postrm.d/ebpfdrv-btf" 4.3.0-hub &&
		[ ! -e "$EBPFDRV_MANAGED/4.3.0-hub.btf" ]
	tap_result $? "postrm.d: a kernel's BTF goes with it"
	touch "$EBPFDRV_MANAGED/4.3.0-hub.btf"
	"$work/install.d/ebpfdrv-btf" remove 4.3.0-hub /boot && [ ! -e "$EBPFDRV_MANAGED/4.3.0-hub.btf" ]
	tap_result $? "kernel-install remove, too"
}

# As a kernel's package does it: in directories that are root's alone.
test_added()
{
	local said
	if [ $EUID -ne 0 ] || ! unshare -m true 2>/dev/null; then
		tap_skip "root is needed to have directories of root's alone"
		return
	fi
	cat >"$work/added" <<-'END'
	mount -t tmpfs -o mode=755 none /var/lib && mkdir -p /var/lib/ebpfdrv/btf &&
		cp "$1" /var/lib/ebpfdrv/btf/all.btfpack || exit 1
	unset EBPFDRV_MANAGED
	"$2" 4.3.0-hub /boot/vmlinuz-4.3.0-hub && cmp /var/lib/ebpfdrv/btf/4.3.0-hub.btf "$3" &&
		stat -c 'mode %a %u' /var/lib/ebpfdrv/btf/4.3.0-hub.btf && "$2" 4.9.0-none
	END
	raw 4.3.0-hub "$work/raw" && "$btf" -o "$work/expected" "$work/raw" >/dev/null
	said=$(unshare -m --propagation private /bin/bash "$work/added" "$pack" \
		"$work/postinst.d/ebpfdrv-btf" "$work/expected" 2>&1)
	tap_result $? "postinst.d picks the BTF of a new kernel" || tap_diag "$said"
	[[ $said == *"mode 644 0"* ]]
	tap_result $? "root's, 0644" || tap_diag "$said"
	[[ $said == *"no BTF for Linux 4.9.0-none yet"* ]]
	tap_result $? "and says when it has none" || tap_diag "$said"
}

# The module takes the first; whoever says another order leads to the wrong file.
test_places()
{
	local file order expected="/lib/modules /usr/lib/ebpfdrv/btf /var/lib/ebpfdrv/btf"
	for file in kmod/btf/btf_vmlinux.c shim/paths.c README.md packaging/man/ebpfdrv.4; do
		order=$(sed 's/\\fI//g; s/\\fR//g' "$top/$file" |
			grep -o '[`" ]*/\(usr/\|var/\)*lib/\(modules\|ebpfdrv/btf\)/\(%s\|RELEASE\)[^`" ]*btf' |
			sed 's/^[`" ]*//; s,/\(%s\|RELEASE\).*,,' | grep -v '^/usr/lib/modules' | tail -n 3 | xargs)
		[ "$order" = "$expected" ]
		tap_result $? "$file: the three places in the module's order" || tap_diag "$order"
	done
}

pack=$work/all.btfpack
out=$work/out
tap_ok "ebpfdrv-btf-edit compiles" make -s -C "$top/tools" O="$EBPFDRV_BUILD/tools" WERROR=1
tap_ok "files of kernels" make_files
test_pack
test_install
test_choice
test_damage
test_inputs
test_links
test_hooks
test_added
test_places
tap_end
