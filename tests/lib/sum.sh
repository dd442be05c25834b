# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Adds up test programs: each prints TAP and, as its last line, a sum.

sum_passed=0 sum_failed=0 sum_skipped=0 sum_not_run=0
sum_re='^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$'

# sum_add NAME OUTPUT-FILE STATUS [WHY]: counts one test program that ended with
# STATUS and shows what failed. A program without a sum, or whose status
# contradicts it, is one failure. WHY is a failure found by somebody else.
sum_add()
{
	local name=$1 file=$2 rc=$3 why=${4:-} last p=0 f=0 s=0
	last=$(tail -n 1 "$file" 2>/dev/null | tr -d '\r')
	if [[ $last =~ $sum_re ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
		[ "$rc" -eq 0 ] || [ "$f" -gt 0 ] || why="${why:+$why; }status $rc"
		if [ $((p + f + s)) -eq 0 ] && [ -z "$why" ]; then
			why="no test in it"
		fi
	elif [ -z "$why" ]; then
		why="ended without a sum, status $rc"
	fi
	if [ -n "$why" ]; then
		f=$((f + 1))
	fi
	sum_passed=$((sum_passed + p))
	sum_failed=$((sum_failed + f))
	sum_skipped=$((sum_skipped + s))
	if [ "$f" -eq 0 ]; then
		echo "ok $name: $p passed, $s skipped"
		[ -z "${V:-}" ] || sed 's/^/    /' "$file"
		[ "$s" -eq 0 ] || grep -a '# SKIP' "$file" | sed 's/^/    /'
		return 0
	fi
	echo "not ok $name: $p passed, $f failed, $s skipped${why:+ ($why)}"
	# Of a test that came to its end, what failed and why; of another all.
	if [[ $last =~ $sum_re ]] && [ -z "${V:-}" ]; then
		awk '/^not ok/ { show = 1 } /^ok/ { show = 0 } show' "$file" | head -n 60
	else
		tail -n 200 "$file" 2>/dev/null
	fi | sed 's/^/    /'
	return 0
}

# sum_not_run NAME WHY [LOG]: something that has nothing to do with what is tested is in the
# way. That is no failure, and no success either.
sum_not_run()
{
	sum_not_run=$((sum_not_run + 1))
	echo "not run: $1: $2"
	[ ! -s "${3:-}" ] || tail -n 20 "$3" | sed 's/^/    /'
}

# sum_line_of FILE: adds the sum that ends the output of another run of this.
sum_line_of()
{
	local last
	last=$(tail -n 1 "$1")
	sum_not_run=$((sum_not_run + $(grep -c '^not run: ' "$1")))
	if [[ $last =~ $sum_re ]]; then
		sum_passed=$((sum_passed + BASH_REMATCH[1]))
		sum_failed=$((sum_failed + BASH_REMATCH[2]))
		sum_skipped=$((sum_skipped + BASH_REMATCH[3]))
	else
		# The line that should have been a sum may say why it is none.
		echo "not ok: ended without a sum: $last"
		sum_failed=$((sum_failed + 1))
	fi
}

# The last line of every check; its status is the caller's: 1 when something failed, 3 when
# nothing did of what was run, but not all was.
sum_end()
{
	echo "$sum_passed passed, $sum_failed failed, $sum_skipped skipped"
	[ "$sum_failed" -eq 0 ] || return 1
	[ "$sum_not_run" -eq 0 ] || return 3
}
