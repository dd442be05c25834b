// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which helpers go when the kernel is locked down, and that it is asked for no others.
 */
#include "tap.h"
#include "verif_run.h"

#include <ebpf/helper.h>
#include <stdio.h>
#include <string.h>

#define FP	EBPF_REG_10

static struct verif_result res;

struct lock {
	u32 against;	/* bits by enum ebpf_lockdown */
	u32 asked;
};

static bool locked_down(void *cookie, u32 what)
{
	struct lock *lock = cookie;

	lock->asked |= 1U << what;
	return lock->against >> what & 1;
}

static const struct ebpf_verifier_ops lock_ops = { .locked_down = locked_down };
static const struct ebpf_verifier_ops no_ops = { NULL };

#define READ	(1U << EBPF_LOCKDOWN_READ_KERNEL)
#define WRITE	(1U << EBPF_LOCKDOWN_WRITE_USER)

static const struct {
	u32 func;
	const char *says;
	u32 what;
	bool write;
} helpers[] = {
	{ EBPF_FUNC_probe_read, "unknown func bpf_probe_read#4\n", READ, false },
	{ EBPF_FUNC_probe_read_str, "unknown func bpf_probe_read_str#45\n", READ, false },
	{ EBPF_FUNC_probe_read_kernel, "unknown func bpf_probe_read_kernel#113\n", READ, false },
	{ EBPF_FUNC_probe_read_kernel_str, "unknown func bpf_probe_read_kernel_str#115\n", READ, false },
	{ EBPF_FUNC_probe_write_user, "unknown func bpf_probe_write_user#36\n", WRITE, true },
	{ EBPF_FUNC_probe_read_user, NULL, 0, false },
	{ EBPF_FUNC_probe_read_user_str, NULL, 0, false },
};

static int load(u32 i, const struct ebpf_verifier_ops *ops, struct lock *lock)
{
	struct ebpf_insn insns[] = {
		ST(DW, FP, -8, 0), MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 8), MOV_K(3, 0),
		CALL_ID(helpers[i].func), MOV_K(0, 0), EXIT,
	};
	struct ebpf_insn write[] = {
		ST(DW, FP, -8, 0), MOV_K(1, 0), MOV_X(2, FP), ADD_K(2, -8), MOV_K(3, 8),
		CALL_ID(helpers[i].func), MOV_K(0, 0), EXIT,
	};
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.insns = helpers[i].write ? write : insns, .insn_cnt = ARRAY_SIZE(insns),
		.ops = ops, .cookie = lock,
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	return res.err;
}

static void test_one(u32 i)
{
	const char *name = ebpf_func_id_name(helpers[i].func);
	u32 what = helpers[i].what;
	struct lock lock = { .against = READ | WRITE };
	int err = load(i, &lock_ops, &lock);

	tap_ok(err == (what ? -EINVAL : 0) && (!what || strstr(res.log, helpers[i].says)),
	       "%s of a kernel that is locked down (%d)", name, err);
	tap_ok(lock.asked == what, "%s asks for 0x%x", name, what);
	lock.against = (READ | WRITE) & ~what;
	tap_ok(!load(i, &lock_ops, &lock) && !load(i, &no_ops, NULL),
	       "%s of one that is not, or not against that", name);
}

/* No other helper's prototype says so: Linux asks for none. */
static void test_others(void)
{
	u32 type, func, i, more = 0, seen = 0;

	for (func = 0; func < __EBPF_FUNC_MAX_ID; func++) {
		for (type = 0; type < 64; type++) {
			const struct ebpf_func_proto *fn = ebpf_func_proto_of(type, func);
			u32 what = 0;

			for (i = 0; i < ARRAY_SIZE(helpers); i++)
				if (helpers[i].func == func)
					what = helpers[i].what;
			if (!fn)
				continue;
			seen++;
			if ((fn->lockdown ? 1U << fn->lockdown : 0) == what)
				continue;
			tap_diag("%s, program type %u", fn->name, type);
			more++;
		}
	}
	tap_ok(seen > 500 && !more, "of %u prototypes %u ask for what they should not", seen, more);
}

int main(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(helpers); i++)
		test_one(i);
	test_others();
	return tap_end();
}
