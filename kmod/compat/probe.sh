#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What kmod/compat/probe.mk does with its probes. Messages are one sentence each.
#
#	probe.sh bounds VERSION PATCHLEVEL RELEASE	is the kernel one that this is for?
#	probe.sh canary LOG CC RELEASE			why nothing compiles
#	probe.sh judge SOURCE LOG			has the probe failed for what it asks?
#	probe.sh choices CHOICES DIR RELEASE		has each question an answer?
#	probe.sh exports SYMVERS NAME...		defines HAVE_EXPORT_NAME

set -u
export LC_ALL=C
newest_major=7 newest_minor=2

die() { echo "ebpfdrv: $*" >&2; exit 1; }
upper() { echo "$1" | tr 'a-z' 'A-Z'; }

bounds()
{
	local major=$1 minor=$2 release=$3
	if [ "$major" -lt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -lt 10 ]; }; then
		die "Linux $release is older than 3.10, the oldest that this module is for"
	fi
	if [ "$major" -gt $newest_major ] ||
	   { [ "$major" -eq $newest_major ] && [ "$minor" -gt $newest_minor ]; }; then
		[ -z "${EBPFDRV_TRY:-}" ] || return 0
		die "Linux $release is newer than $newest_major.$newest_minor, the newest that this" \
			"module was tried on: EBPFDRV_TRY=1 builds it all the same"
	fi
}

first_error()
{
	grep -m 1 -E '(^|: )(fatal )?error: ' "$1"
}

canary()
{
	local log=$1 cc=$2 release=$3 what
	if what=$(grep -m 1 -o -E "unrecognized (command[- ]line option|argument).*" "$log"); then
		die "Linux $release was built by another compiler than $cc, which does not know its" \
			"flags ($what): install that compiler, or name it by CC="
	fi
	what=$(first_error "$log" || tail -n 1 "$log")
	die "$cc cannot compile against the headers of Linux $release: $what"
}

# The first error must name one of the words after "asks:", or be the size of an array that
# PROBE_TYPE() makes.
judge()
{
	local source=$1 log=$2 error word
	error=$(first_error "$log") || error=$(tail -n 1 "$log")
	case $error in *"'probe_"*) return 0 ;; esac
	for word in $(sed -n 's,^/\* asks: \(.*\) \*/$,\1,p' "$source"); do
		case $error in *"$word"*) return 0 ;; esac
	done
	die "$(basename "$source"), which looks what this kernel has, fails for another reason than" \
		"what it asks, please report it: $error"
}

choices()
{
	local file=$1 dir=$2 release=$3 question probes name found
	while IFS=: read -r question probes; do
		case $question in '#'* | '') continue ;; esac
		found=
		for name in $probes; do
			[ -f "$dir/$name.probe" ] || die "$file names $name, which is no probe"
			! grep -q '^#define' "$dir/$name.probe" || found=1
		done
		[ -n "$found" ] || die "$question has none of the forms that are known, on Linux" \
			"$release: please report that with the files $dir/*.log"
	done <"$file"
}

# Symbols that are exported to certain modules only have these in the last column.
exports()
{
	local symvers=$1 name
	shift
	for name; do
		awk -F '\t' -v name="$name" '$2 == name && $5 !~ /^module:/ { found = 1; exit }
			END { exit !found }' "$symvers" &&
			echo "#define HAVE_EXPORT_$(upper "$name")"
	done
	return 0
}

cmd=$1
shift
$cmd "$@"
