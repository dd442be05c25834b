# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# damaged_packs PACK DIR: makes of a pack one for each kind of damage, DIR/NAME, and prints a line
# for each: the name, a tab, and words that the refusal must hold.

# edited PACK TO SED-SCRIPT: what is compressed, changed in its head
edited() { xz -dc "$1" | LC_ALL=C sed -b -e "1,/^\$/{$3" -e "}" | xz -1 >"$2"; }

# cut PACK TO BYTES: the last BYTES of what is compressed away
cut_by() { xz -dc "$1" | head -c -"$3" | xz -1 >"$2"; }

said() { printf '%s\t%s\n' "$1" "$2"; }

damaged_packs()
{
	local pack=$1 dir=$2 size
	size=$(stat -c %s "$pack")
	: >"$dir/empty"
	said empty "no pack"
	echo "BTF of all kernels" >"$dir/text"
	said text "no pack"
	xz -dc "$pack" | gzip -1 >"$dir/gzip"
	said gzip "no pack"
	head -c $((size / 2)) "$pack" >"$dir/half"
	said half "damaged or truncated"
	head -c $((size - 1)) "$pack" >"$dir/one-byte-short"
	said one-byte-short "damaged or truncated"
	{ head -c $((size / 2)) "$pack"; printf '\377\0\377'; tail -c +$((size / 2 + 4)) "$pack"; } \
		>"$dir/three-bytes"
	said three-bytes "damaged or truncated"
	{ cat "$pack"; echo more; } >"$dir/more-behind"
	said more-behind "damaged or truncated"
	echo "something else" | xz -1 >"$dir/foreign"
	said foreign "not a pack of this version"
	edited "$pack" "$dir/version" '1s/ 1$/ 2/'
	said version "not a pack of this version"
	edited "$pack" "$dir/path" '/^kernel/s, [^ ]* , ../../../etc/passwd ,'
	said path "malformed line of kernel 1"
	edited "$pack" "$dir/dots" '/^kernel/s, [^ ]* , .. ,'
	said dots "malformed line of kernel 1"
	edited "$pack" "$dir/build-id" '/^kernel/s/^\(kernel [^ ]*\) [^ ]*/\1 xyz/'
	said build-id "malformed line of kernel 1"
	edited "$pack" "$dir/huge" '/^kernel/s/ [0-9]*$/ 999999996/'
	said huge "bytes of types"
	edited "$pack" "$dir/too-many-digits" '/^kernel/s/ [0-9]*$/ 4294967308/'
	said too-many-digits "malformed line of kernel 1"
	edited "$pack" "$dir/names" '/^names/s/ [0-9]*$/ 4294967297/'
	said names "malformed head"
	edited "$pack" "$dir/fewer-names" '/^names/s/^names \([0-9]*\)[0-9] /names \1 /'
	said fewer-names "not as many names"
	edited "$pack" "$dir/no-kernels" '/^kernel/d'
	said no-kernels "no kernels"
	edited "$pack" "$dir/sum" "/^kernel/s/ [0-9a-f]\{64\} / $(printf '%064d' 0) /"
	said sum "SHA-256"
	cut_by "$pack" "$dir/ends-early" 4
	said ends-early "ends within its types"
	{ xz -dc "$pack"; printf '\0'; } | xz -1 >"$dir/goes-on"
	said goes-on "behind its end"
	# The last type's words are as many bytes of 0xff: names and types that do not exist.
	{ xz -dc "$pack" | head -c -12; printf '\377\377\377\377\0\0\0\2\377\377\377\377'; } | xz -1 \
		>"$dir/no-such-name"
	said no-such-name "does not exist"
}
