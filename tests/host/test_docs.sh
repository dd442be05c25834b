#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/supported.md says what the code says, and the version is one.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
doc=$top/docs/supported.md
. "$top/tests/lib/tap.sh"

# section TITLE: its text
section() { awk -v title="## $1" '/^## /{on = $0 == title} on' "$doc"; }

# rows PATTERN: first columns of the section's rows whose second matches
rows() { sed -n 's/^| *\([A-Z_]*\) *| *\(.*\) *|$/\1 \2/p' | grep -E "^[A-Z_]+ $1" | cut -d' ' -f1 | sort; }

# same NAME EXPECTED FOUND: lists of words, not empty
same()
{
	[ -n "$2" ] && [ "$2" = "$3" ]
	tap_result $? "$1" || tap_diag "$(diff <(echo "$2") <(echo "$3"))"
}

syscall=$top/kmod/syscall.c
same "commands that work" \
	"$(sed -n 's/^\tCMD[_A-Z]*(\([A-Z_]*\),.*/\1/p' "$syscall" | sort)" \
	"$(section Commands | rows yes)"
# Nothing is left to do one day, so an empty list is right here.
same "commands that do not, yet" \
	"none $(sed -n 's/^\tNOT_YET(\([A-Z_]*\),.*/\1/p' "$syscall" | sort)" \
	"none $(section Commands | rows 'not yet')"
same "map types" \
	"$(sed -n 's/^\t\[EBPF_MAP_TYPE_\([A-Z_]*\)\] = .*/\1/p' "$top/kmod/map/map_types.c" | sort)" \
	"$(section "Map types" | rows yes)"
same "program types" \
	"$(sed -n 's/^\t{ EBPF_PROG_TYPE_\([A-Z_]*\),.*/\1/p' "$top/verifier/ctx.c" | sort)" \
	"$(section "Program types" | rows .)"
same "helpers" \
	"$(sed -n 's/^\t\(FN[A-Z_]*\|PROTO\)(\([a-z0-9_]*\),.*/\2/p' "$top/helpers/protos.c" | grep -vx fn | sort -u)" \
	"$(section Helpers | grep '^|' | grep -o '`[a-z0-9_]*`' | tr -d '`' | sort)"
# What tests/suites/survey found is no longer true where an event or a name has gone.
same "events that tools ask for and the module has" \
	"$(sed -n "s/^| \`\(\w*:\)\?\(\w*\)\` .* the module's event |\$/\2/p" "$top/docs/events.md" | sort)" \
	"$(sed -n 's/^\(TRACE_EVENT_FN\|OWN_[A-Z_]*_EVENT\)(\([a-z_]*\).*/\2/p' "$top"/kmod/events/trace_*.h | sort -u |
		grep -xE "$(sed -n 's/^| `\(\w*:\)\?\(\w*\)` .*/\2/p' "$top/docs/events.md" | paste -sd'|')")"
same "functions that tools ask for and are never called here" \
	"$(sed -n 's/^| `\(\w*\)` .* never called |$/\1/p' "$top/docs/events.md" | sort)" \
	"$(sed -n 's/^\t{ "\(\w*\)", KERNEL_VERSION.*/\1/p' "$top/kmod/compat/func_names.c" | sort |
		grep -xE "$(sed -n 's/^| `\(\w*\)` .*/\1/p' "$top/docs/events.md" | paste -sd'|')")"
# dkms.conf's; all others read it there.
[ -n "$(sed -n 's/^PACKAGE_VERSION="\([0-9.]*\)"$/\1/p' "$top/dkms.conf")" ] &&
	! grep -rnE 'define EBPFDRV_VERSION\b|VERSION[^A-Za-z]*"[0-9]+\.[0-9]' "$top"/{kmod,shim,tools,Kbuild,Makefile,packaging}
tap_result $? "one version, in one place"
tap_end
