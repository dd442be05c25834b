#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who calls whom, and includes whose headers: arrows between the files of a folder go one way,
# and so do those between the rooms of docs/architecture.md.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# arrows DIR SUBDIR...: "FROM TO NAME" for each C file there that names what another one
# defines, functions and data alike. Names are told apart by the prefix that global ones have.
arrows()
{
	(cd "$1" && find "${@:2}" -name '*.c' ! -path '*/probes/*' | sort | xargs perl -0777 -ne '
		s{/\*.*?\*/}{}gs;
		s{"(?:\\.|[^"\\\n])*"}{""}g;
		s/\b(struct|union|enum)\s+\w+/$1/g;	# tags are names of another kind
		($file = $ARGV) =~ s{^\./}{};
		$text{$file} = $_;
		# A definition begins in the first column, ends in { or = and is not static.
		while (/^(?!static\b|extern\b|typedef\b|EBPF_)[a-z][^;{}=]*?\b(ebpf_\w+)\s*(?:\([^;{}]*\)\s*\{|(?:\[[^;{}=]*\])?\s*=[^=])/gm) {
			$owner{$1} = $file;
		}
		# Helpers: EBPF_HELPER(name).
		while (/^EBPF_HELPER\((\w+)\)/gm) { $owner{"ebpf_helper_$1"} = $file; }
		END {
			for $file (sort keys %text) {
				%seen = ();
				while ($text{$file} =~ /\b(ebpf_\w+)/g) {
					next if $seen{$1}++ || !$owner{$1} || $owner{$1} eq $file;
					print "$file $owner{$1} $1\n";
				}
			}
		}')
}

# includes DIR SUBDIR...: "FROM TO" for each include of one of our headers, a header standing for itself
includes()
{
	(cd "$1" && grep -rnoE --include='*.[ch]' '^#include ["<](kmod|helpers|verifier|jit|ebpf)/[^">]*' "${@:2}" |
		sed -E 's,^([^:]*):[0-9]+:#include .,\1 ,')
}

# circles: the arrows on stdin that lead round, as "FROM TO"
circles()
{
	perl -ane '
		$to{$F[0]}{$F[1]} = 1;
		END {
			# What nobody comes from or goes to is in no circle.
			do {
				$less = 0;
				for $a (keys %to) {
					for $b (keys %{$to{$a}}) {
						next if $to{$b} && %{$to{$b}};
						delete $to{$a}{$b};
						$less = 1;
					}
				}
				%from = ();
				for $a (keys %to) { $from{$_} = 1 for keys %{$to{$a}}; }
				for $a (keys %to) {
					next if $from{$a} && %{$to{$a}};
					delete $to{$a};
					$less = 1;
				}
			} while ($less);
			for $a (sort keys %to) { print "$a $_\n" for sort keys %{$to{$a}}; }
		}'
}

# nothing NAME LINES: passes when there are none
nothing()
{
	[ -z "$2" ]
	tap_result $? "$1" || tap_diag "$2"
}

arrows "$top" kmod helpers verifier jit >"$work/calls"
[ "$(wc -l <"$work/calls")" -gt 1000 ]
tap_result $? "calls are seen" || tap_diag "$(wc -l <"$work/calls")"

# in_folder DIR: arrows between files of it
in_folder() { awk -v d="$1/" 'function f(p) { sub(/[^\/]*$/, "", p); return p } f($1) == d && f($2) == d' "$work/calls"; }

for dir in kmod kmod/attach kmod/btf kmod/fs kmod/iter kmod/link kmod/map kmod/map/kinds kmod/prog helpers; do
	nothing "no circle of calls in $dir" "$(in_folder $dir | circles)"
done
# pair FROM TO: there are arrows from one to the other and none back
pair()
{
	grep -q "^$1 $2 " "$work/calls" && ! grep -q "^$2 $1 " "$work/calls"
	tap_result $? "$1 stands on $2" || tap_diag "$(grep -E "^($1 $2|$2 $1) " "$work/calls")"
}
pair kmod/attach/event.c kmod/attach/ring.c
pair kmod/attach/output.c kmod/attach/event.c
pair kmod/attach/tracepoint.c kmod/attach/event.c
pair kmod/attach/tracepoint.c kmod/attach/tp_point.c
pair kmod/attach/tracepoint.c kmod/attach/tp_record.c
pair kmod/attach/tracing.c kmod/attach/tracing_site.c
pair kmod/map/kinds/hash.c kmod/map/kinds/hash_lru.c
pair kmod/map/kinds/hash_lru.c kmod/map/kinds/hash_bucket.c
pair helpers/dynptr.c kmod/map/kinds/ringbuf.c

includes "$top" kmod helpers verifier jit include >"$work/includes"
[ "$(wc -l <"$work/includes")" -gt 500 ]
tap_result $? "includes are seen"
nothing "the engines include neither each other nor helpers nor the kernel's side" \
	"$(grep -E '^verifier/' "$work/includes" | grep -E ' (jit|kmod|helpers)/'
	   grep -E '^jit/' "$work/includes" | grep -E ' (verifier|kmod|helpers)/')"
nothing "ring buffers know of no helper" "$(grep -E '^kmod/map/kinds/ringbuf' "$work/includes" | grep ' helpers/')"
nothing "interfaces include interfaces" "$(grep -E '^include/' "$work/includes" | grep -vE ' ebpf/')"
nothing "the kernel side's headers are for itself and for helpers" \
	"$(grep -E ' kmod/' "$work/includes" | grep -vE '^(kmod|helpers)/')"
nothing "no circle of includes" "$(sed 's, ebpf/, include/ebpf/,' "$work/includes" | circles)"

# The test sees what it is made for.
mkdir "$work/sample"
echo 'int ebpf_one(int x) { return ebpf_two(x); }' >"$work/sample/one.c"
printf 'static int ebpf_none(void)\n{\n}\n/* ebpf_three() */\nint ebpf_two(int x)\n{\n\treturn ebpf_table[x];\n}\n' \
	>"$work/sample/two.c"
printf 'const int ebpf_table[] = { 1 };\nint ebpf_three(void) { return ebpf_one(1); }\n' \
	>"$work/sample/three.c"
echo 'int ebpf_four(void) { return ebpf_one(1); }' >"$work/sample/four.c"
[ "$(arrows "$work/sample" . | circles | tr '\n' ' ')" = "one.c two.c three.c one.c two.c three.c " ]
tap_result $? "a circle would be seen" || tap_diag "$(arrows "$work/sample" .)"
tap_end
