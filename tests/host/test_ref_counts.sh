#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Reference counts have 64 bits: a slot of a map of maps, a pin or a timer is a reference
# and costs a few bytes, so more of them than 32 bits count fit into a large machine's memory.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${EBPFDRV_TOP:-$here/../..}
. "$top/tests/lib/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# narrow DIR: what counts references in 32 bits there. Who frees at 0 asks by atomic_dec_and_test()
# or atomic_sub_and_test(), who must not revive by atomic_inc_not_zero() or atomic_add_unless();
# of the kernel's own counts mm_users is one that is taken so, and that of tasks, of which task_ref.c takes
# no more than a quarter of what it can count.
narrow()
{
	grep -rnE --include='*.[ch]' -e '\batomic_(dec_and_test|sub_and_test|inc_not_zero|add_unless)\(' \
		-e '\b(atomic|refcount)_t +[a-z_]*(ref|users|usercnt|refcnt|writecnt|mmap_count)[a-z_]*;' "$@" |
		grep -vE 'mm_(users|count)|task->usage' | grep -v /probes/
}

found=$(cd "$top" && narrow kmod helpers include)
[ -z "$found" ]
tap_result $? "no count of references has 32 bits" || tap_diag "$found"
found=$(cd "$top" && grep -rnE --include='*.[ch]' '\batomic64_(dec_and_test|inc_not_zero)\(' kmod | wc -l)
[ "$found" -ge 8 ]
tap_result $? "those of 64 bits are seen" || tap_diag "$found"

mkdir "$work/d"
cat >"$work/d/a.h" <<'END'
struct a {
	atomic_t refcnt;
	refcount_t users;
	atomic64_t usercnt;
	atomic_t poll;
};
END
cat >"$work/d/a.c" <<'END'
	if (atomic_dec_and_test(&a->n))
	if (atomic64_dec_and_test(&a->usercnt))
	if (atomic_inc_not_zero(&req->mm->mm_users))
	return atomic_inc_not_zero(&a->n) ? a : NULL;
END
[ "$(narrow "$work/d" | wc -l)" = 4 ]
tap_result $? "narrow ones would be seen" || tap_diag "$(narrow "$work/d")"
tap_end
