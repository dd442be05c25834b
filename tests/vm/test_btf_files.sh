#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whose file may be the kernel's BTF: only root's, seen as init sees it, read while the
# module is loaded. One that may not: the module loads without, and says so once.
#
# harness: module=no timeout=1500

. "$EBPFDRV_TOP/tests/lib/tap.sh"

module=$(basename "$EBPFDRV_KO" .ko)
# Its directories are root's in the VM.
dir=/run/btf-files
mkdir -m 755 $dir || exit 1
good=$dir/good.btf

le32() { local n; for n in "$@"; do
	printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((n & 255)) $((n >> 8 & 255)) \
		$((n >> 16 & 255)) $((n >> 24 & 255)))"; done; }

# BTF with one type: an integer called NAME, of three letters
small_btf() { printf '\x9f\xeb\x01\x00'; le32 24 0 16 16 5; le32 1 $((1 << 24)) 4 $((1 << 24 | 32))
	printf '\0%s\0' "$1"; }

# BTF with a structure of the kernel that has another size there: NAME has 11 letters
struct_btf() { printf '\x9f\xeb\x01\x00'; le32 24 0 12 12 13; le32 1 $((4 << 24)) 3; printf '\0%s\0' "$1"; }

# insert [ARGS]: loads the module; $said is what it says about BTF
insert()
{
	local rc
	echo "btf_files: mark" >/dev/kmsg
	timeout -k 5 60 insmod "$EBPFDRV_KO" "$@"
	rc=$?
	said=$(dmesg | tac | sed '/btf_files: mark/q' | grep -a 'ebpfdrv: .*BTF\|ebpfdrv: serving')
	return $rc
}

remove() { rmmod "$module"; }

# How many BTF objects the module has by itself
objects() { "$EBPFDRV_DRVSTAT" | cut -d' ' -f3; }

lines() { [ -n "$said" ] && [ "$(wc -l <<<"$said")" -eq 1 ]; }

# taken NAME [PATH]: PATH becomes the kernel's BTF
taken()
{
	insert "btf=${2:-$good}" && [ "$(objects)" = 1 ] && lines && [[ $said == *"${2:-$good}"* ]]
	tap_result $? "$1" || tap_diag "objects $(objects): $said"
	remove
}

# refused NAME PATH TEXT: the module loads without BTF; one line with TEXT and a remedy
refused()
{
	insert "btf=$2" && [ "$(objects)" = 0 ] && lines && [[ $said == *"$2"*"$3"*"CO-RE"* ]]
	tap_result $? "$1" || tap_diag "objects $(objects): $said"
	remove
}

put() { small_btf "${2:-int}" >"$1" && chmod 644 "$1"; }

put $good
taken "root's file in root's directories"
[ "$(stat -c %s $good)" = 45 ]
tap_result $? "it has the expected size" || tap_diag "$(stat -c %s $good)"

chown 65534 $good
refused "a file of another user" $good "does not belong to root: chown root"
chown 0:0 $good
chmod 664 $good
refused "one that a group may write" $good "can be written by others than root: chmod go-w"
chmod 646 $good
refused "one that all may write" $good "can be written by others than root: chmod go-w"
chmod 644 $good
chmod 1777 $dir
refused "in a directory that all may write" $good "$dir can be written by others than root"
chmod 775 $dir
refused "in a directory that a group may write" $good "$dir can be written by others than root"
chmod 755 $dir
chown 65534 $dir
refused "in a directory of another user" $good "$dir does not belong to root"
chown 0 $dir
mkdir -p $dir/a/b && put $dir/a/b/x && chmod 777 $dir/a
refused "below a directory that all may write" $dir/a/b/x "$dir/a can be written by others"
chmod 755 $dir/a
taken "and when they no longer may" $dir/a/b/x

ln -s $good $dir/link
refused "a symbolic link" $dir/link "is a symbolic link: name what it points to"
ln -s $dir/a $dir/linked
refused "a directory that is one" $dir/linked/b/x "$dir/linked is a symbolic link"

# A mount hides whose directory it is on.
mkdir $dir/point && chown 65534 $dir/point && mount -t tmpfs -o mode=755 none $dir/point &&
	put $dir/point/x
refused "a file system mounted on another user's directory" $dir/point/x \
	"$dir/point does not belong to root"
umount $dir/point

mkfifo $dir/fifo
refused "a pipe is not waited for" $dir/fifo "is not a regular file"
refused "a directory" $dir/a "is not a regular file"
refused "a device" /dev/kmsg "is not a regular file"
: >$dir/empty
refused "an empty file" $dir/empty "is empty"
truncate -s 17M $dir/large
refused "one that is too large" $dir/large "is too large"
rm $dir/large
exec 9>>$good
refused "one that somebody has open for writing" $good "is being written"
exec 9>&-
refused "a relative path" good.btf "is not an absolute path"
refused "a path below a file" $good/x "cannot be reached"
refused "an absent file" $dir/none "is absent"
head -c 40 $good >$dir/short
refused "half a file" $dir/short "is not valid BTF: make it again with ebpfdrv-btf"
echo "no BTF at all, whatever it says" >$dir/text
refused "some other file" $dir/text "is not valid BTF"
struct_btf task_struct >$dir/other
refused "BTF of another kernel" $dir/other \
	"is another kernel's (struct task_struct: 3 bytes, here"
struct_btf nask_struct >$dir/unknown
taken "BTF with a structure that the kernel has not" $dir/unknown

# The kernel's own is right, so the module is wrong.
if [ -e /sys/kernel/btf/vmlinux ]; then
	mount --bind $dir/other /sys/kernel/btf/vmlinux
	timeout -k 5 60 insmod "$EBPFDRV_KO" 2>/dev/null
	[ $? -ne 0 ] && [ ! -d "/sys/module/${module//-/_}" ] &&
		dmesg | tail -n 3 | grep -q "ebpfdrv: struct task_struct has 3 bytes in this kernel and"
	tap_result $? "a module for another kernel than its BTF tells of does not load" ||
		tap_diag "$(dmesg | tail -n 3)"
	umount /sys/kernel/btf/vmlinux
fi

# What counts is what init sees, not what is mounted where insmod runs.
cat >$dir/inside <<SCRIPT
mount -t tmpfs -o mode=755 none $dir/a/b || exit 1
[ -z "\$1" ] || cp $good $dir/a/b/\$1
timeout -k 5 60 insmod "$EBPFDRV_KO" "btf=\$2"
SCRIPT
inside() { unshare -m --propagation private /bin/bash $dir/inside "$@"; }
inside "" $dir/a/b/x && [ "$(objects)" = 1 ]
tap_result $? "a file that is hidden in a container" || tap_diag "$(dmesg | tail -n 5)"
remove
inside y $dir/a/b/y && [ "$(objects)" = 0 ]
tap_result $? "a file that is in a container only is none" || tap_diag "$(dmesg | tail -n 5)"
remove

# types: of object 1, as a client sees them
types() { "$EBPFDRV_RUN" bpftool btf dump id 1 2>&1; }
insert btf=$good
put $dir/other abc && mv $dir/other $good
echo garbage >$good.d
[[ $(types) == *"'int'"* ]]
tap_result $? "what was read stays, whatever becomes of the file" || tap_diag "$(types)"
if [ -e /sys/kernel/btf/vmlinux ] && [ ! -e /sys/kernel/btf/$module ] &&
   [ "$(stat -c %s /sys/kernel/btf/vmlinux)" = 45 ]; then
	[ "$(small_btf int | cmp - /sys/kernel/btf/vmlinux 2>&1)" = "" ]
	tap_result $? "and so does /sys/kernel/btf/vmlinux"
fi
rm $good.d
remove

# Modules' BTF: the same rules, looked at when ids are first asked for.
insmod "$EBPFDRV_TEST_DIR/test_btf_module_ko.ko" 2>/dev/null
other=$(awk '$1 != "ebpfdrv" { print $1; exit }' /proc/modules)
if [ -z "$other" ]; then
	tap_skip "no other module is loaded"
else
	# Without types of its own: the strings go on behind the kernel's.
	mkdir -m 755 $good.d && put $good.d/"$other" xyz && chmod 666 $good.d/"$other"
	insert btf=$good
	echo "btf_files: mark" >/dev/kmsg
	list=$("$EBPFDRV_RUN" bpftool btf list 2>&1)
	said=$(dmesg | tac | sed '/btf_files: mark/q' | grep -a "no BTF of module $other")
	[[ $list == *"[vmlinux]"* && $list != *"[$other]"* ]] && lines &&
		[[ $said == *"can be written by others than root"* ]]
	tap_result $? "a module's BTF that all may write is none" || tap_diag "$said: $list"
	remove
	chmod 644 $good.d/"$other"
	insert btf=$good
	list=$("$EBPFDRV_RUN" bpftool btf list 2>&1)
	[[ $list == *"[$other]"* ]]
	tap_result $? "and root's is listed" || tap_diag "$list"
	remove
fi

# Told what to do, where nothing is found.
if [ ! -e /sys/kernel/btf/vmlinux ]; then
	insert && [ "$(objects)" = 0 ] && lines &&
		[[ $said == *" /usr/lib/ebpfdrv/btf/$(uname -r).btf is absent"*"ebpfdrv-btf install"* ]]
	tap_result $? "no BTF anywhere: where it is looked for, and what makes it" || tap_diag "$said"
	remove
fi

# What the kernel has of its own, or what vm-run gave, still works.
# shellcheck disable=SC2086
insmod "$EBPFDRV_KO" $EBPFDRV_KO_ARGS
if [ -e /sys/kernel/btf/vmlinux ]; then
	tap_ok "the kernel's BTF is found" test "$(objects)" = 1
else
	tap_ok "the kernel has no BTF" test "$(objects)" = 0
fi
remove

# The library redirects to files by the same rule, where the module serves none.
if [ ! -e /sys/kernel/btf/vmlinux ]; then
	insert btf=$dir/none
	cat >$dir/library <<SCRIPT
mount -t tmpfs -o mode=755 none /var/lib && mkdir -p /var/lib/ebpfdrv/btf || exit 1
cp $good /var/lib/ebpfdrv/btf/\$(uname -r).btf
chmod \$1 /var/lib/ebpfdrv/btf/\$(uname -r).btf
"$EBPFDRV_RUN" cat /sys/kernel/btf/vmlinux | cmp - $good
SCRIPT
	tap_ok "the library takes root's file" unshare -m --propagation private /bin/bash $dir/library 644
	tap_fails "and none that all may write" unshare -m --propagation private /bin/bash $dir/library 646
	remove
fi

# Nobody loads the module by asking for a file system or a device.
aliases=$(modinfo -F alias "$EBPFDRV_KO")
tap_ok "the module has no aliases" test -z "$aliases"
rm -rf $dir
tap_end
