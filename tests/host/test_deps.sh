#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/deps with an apt that is busy, broken or well.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"

stand_in() { { echo '#!/bin/bash'; cat; } >"$work/bin/$1" && chmod +x "$work/bin/$1"; }

stand_in id <<<'echo 0'
stand_in sleep <<<"echo x >>$work/slept"
stand_in dpkg-query <<<"[ -e $work/installed ] && printf installed"
# Fails as often as install.fails or update.fails has lines, with that line's text.
stand_in apt-get <<EOF
for last; do case \$last in install|update) what=\$last ;; esac; done
echo \$what >>$work/calls
if [ -s $work/\$what.fails ]; then
	head -n 1 $work/\$what.fails >&2
	sed -i 1d $work/\$what.fails
	exit 100
fi
[ \$what = update ] || : >$work/installed
EOF

# deps INSTALL UPDATE: how these fail before they do not; leaves its output in out
deps()
{
	rm -f "$work"/{installed,slept,calls,*.fails}
	printf '%b' "$1" >"$work/install.fails"
	printf '%b' "$2" >"$work/update.fails"
	out=$(PATH=$work/bin:$PATH "$top/tests/deps" host 2>&1)
}

calls() { tr '\n' ' ' <"$work/calls"; }
count() { cat "$1" 2>/dev/null | wc -l; }

dpkg='E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt)\n'
lists='E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt)\n'
gone='E: Unable to locate package libelf-dev\n'

deps "" ""
tap_result $? "nobody else is there"
[ "$(calls)" = "install " ] && ! grep -q waiting <<<"$out"
tap_result $? "one call, and no word of waiting" || tap_diag "$(calls): $out"

deps "$dpkg$dpkg$dpkg" ""
tap_result $? "another dpkg is waited for" || tap_diag "$out"
[ "$(calls)" = "install install install install " ] && [ "$(count "$work/slept")" -eq 3 ]
tap_result $? "until it is done" || tap_diag "$(calls)"
[ "$(grep -c '^waiting.*lock-frontend' <<<"$out")" -eq 1 ]
tap_result $? "which is said, once" || tap_diag "$out"

deps "$gone" "$lists$lists"
tap_result $? "another update of the lists is waited for" || tap_diag "$out"
[ "$(calls)" = "install update update update install " ] && grep -q '^waiting.*lists/lock' <<<"$out"
tap_result $? "and said, too" || tap_diag "$(calls): $out"

deps "$gone$gone" ""
[ $? -ne 0 ] && [ "$(calls)" = "install update install " ] && [ "$(count "$work/slept")" -eq 0 ]
tap_result $? "another fault is not waited for" || tap_diag "$(calls): $out"

deps "$(for ((i = 0; i < 1000; i++)); do printf %s "$dpkg"; done)" ""
[ $? -ne 0 ] && [ "$(count "$work/slept")" -lt 130 ] && grep -q lock-frontend <<<"$out"
tap_result $? "who never ends is not waited for for ever" || tap_diag "$(calls): $out"

DEPS=no deps "" ""
[ $? -ne 0 ] && [ ! -e "$work/calls" ] && grep -q '^missing: .*libelf-dev.*DEPS=no' <<<"$out"
tap_result $? "DEPS=no: says what is missing and installs nothing" || tap_diag "$out"
tap_end
