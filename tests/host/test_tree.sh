#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The repository holds sources, nothing that a compiler made, and they are all built: a folder
# that Kbuild does not name would be left out without a word.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# compiled DIR: its tracked files that are programs, objects or archives
compiled()
{
	local file
	git -C "$1" ls-files -z | while IFS= read -r -d '' file; do
		case $(head -c 8 "$1/$file" 2>/dev/null | od -A n -t x1 | tr -d ' ') in
		7f454c46*|213c617263683e0a) echo "$file" ;;
		esac
	done
}

if ! git -C "$top" rev-parse >/dev/null 2>&1; then
	tap_skip "no git repository"
	tap_end
fi
[ "$(git -C "$top" ls-files | wc -l)" -gt 100 ]
tap_result $? "the tracked files are seen"
found=$(compiled "$top")
[ -z "$found" ]
tap_result $? "no compiled file is tracked" || tap_diag "$found"
# The test sees what it is made for.
git init -q "$work/repo" && echo 'int x;' | ${CC:-cc} -x c -c -o "$work/repo/a b.o" - &&
	echo text >"$work/repo/text" && git -C "$work/repo" add -f . &&
	[ "$(compiled "$work/repo")" = "a b.o" ]
tap_result $? "one would be seen"

# sources: those of the product, as Kbuild finds them
sources()
{
	printf 'sources:\n\t@printf "%%s\\n" $(ebpfdrv-srcs)\nsrc := %s\nobj := %s\ninclude $(src)/Kbuild\n' \
		"$1" "$work" | "${MAKE:-make}" -s -f - sources | sed "s,^$1/,," | sort
}

top=$(cd "$top" && pwd)
found=$(cd "$top" && find kmod helpers verifier jit \( -name '*.c' -o -name '*.S' \) \
	! -path '*/probes/*' | sort)
[ -n "$found" ] && [ "$found" = "$(sources "$top")" ]
tap_result $? "Kbuild builds each source" || tap_diag "$(diff <(echo "$found") <(sources "$top"))"
tap_end
