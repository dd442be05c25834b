// SPDX-License-Identifier: GPL-2.0-only
#include "verif_run.h"

#include <stdio.h>
#include "services.h"

const struct ebpf_btf *verif_kernel_btf;

static struct verif_result result;

void verif_maps(void)
{
	static const u32 constants[] = { 7, 0, 4096, 0xffffffff };
	struct fake_map *ro;

	fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 48, 1, 0);
	fake_map_new(EBPF_MAP_TYPE_HASH, 8, 16, 64, 0);
	ro = fake_map_of(fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 16, 1, EBPF_F_RDONLY_PROG));
	memcpy(ro->data, constants, sizeof(constants));
	ro->map.frozen = true;
	fake_map_new(EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	fake_map_new(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0);
	fake_map_new(EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0);
	fake_map_new(EBPF_MAP_TYPE_STACK_TRACE, 4, 1016, 64, 0);
	fake_map_new(EBPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	fake_map_new(EBPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1, 0);
}

u32 verif_len(const struct ebpf_insn *insns, u32 max)
{
	while (max && !insns[max - 1].code && !insns[max - 1].imm)
		max--;
	return max;
}

u32 verif_funcs(const struct ebpf_insn *insns, u32 cnt, struct ebpf_func_info *funcs, u32 type_id)
{
	bool starts[VERIF_INSNS] = { true };
	u32 i, n = 0;

	for (i = 0; i < cnt; i++) {
		bool call = insns[i].code == (EBPF_JMP | EBPF_CALL) &&
			    insns[i].src_reg == EBPF_PSEUDO_CALL;
		bool func = insns[i].code == (EBPF_LD | EBPF_IMM | EBPF_DW) &&
			    insns[i].src_reg == EBPF_PSEUDO_FUNC;

		if (call || func)
			starts[i + 1 + insns[i].imm] = true;
	}
	for (i = 0; i < cnt; i++)
		if (starts[i])
			funcs[n++] = (struct ebpf_func_info){ i, type_id };
	return n;
}

static int sink_write(void *cookie, const char *text, u32 len)
{
	struct verif_result *res = cookie;

	if (res->log_len + len + 1 > res->log_size)
		return -ENOSPC;
	memcpy(res->log + res->log_len, text, len);
	res->log_len += len;
	res->log[res->log_len] = '\0';
	return 0;
}

static void sink_rewind(void *cookie, u64 len)
{
	struct verif_result *res = cookie;

	/* What did not fit is lost. */
	if (len >= res->log_len)
		return;
	res->log_len = len;
	res->log[len] = '\0';
}

void verif_load(struct verif_result *res, const struct ebpf_load *load, u32 log_level)
{
	struct ebpf_log log = {
		.level = log_level, .write = sink_write, .rewind = sink_rewind, .cookie = res,
	};
	struct ebpf_load copy = *load;
	u32 i;

	for (i = 0; i < res->img.used_map_cnt; i++)
		((struct fake_map *)res->img.used_maps[i])->refs--;
	ebpf_prog_image_free(&res->img);
	res->log_len = 0;
	res->log[0] = '\0';
	if (!res->log_size || res->log_size > VERIF_LOG_SIZE)
		res->log_size = VERIF_LOG_SIZE;
	if (!copy.ops)
		copy.ops = &fake_map_verifier_ops;
	copy.log = &log;
	res->err = ebpf_verify(&copy, &res->img);
}

bool verif_ok(const struct verif_case *c)
{
	struct ebpf_load load = {
		.prog_type = c->type ? c->type : EBPF_PROG_TYPE_KPROBE,
		.prog_flags = c->flags,
		.gpl_compatible = true,
		.insns = c->insns,
		.insn_cnt = verif_len(c->insns, VERIF_INSNS),
		.vmlinux_btf = verif_kernel_btf,
	};
	unsigned long bugs = test_bugs();
	bool ok;

	/* The text of a path without end would not fit. */
	/* The text of what is accepted stays with level 2 only. */
	verif_load(&result, &load, c->err == E2BIG ? EBPF_LOG_STATS :
				   !c->err && c->says ? EBPF_LOG_LEVEL2 : EBPF_LOG_LEVEL1);
	ok = result.err == -c->err && (!c->says || strstr(result.log, c->says)) &&
	     bugs == test_bugs();
	if (!ok)
		printf("# want %d \"%s\", got %d:\n%s\n", -c->err, c->says ? c->says : "",
		       result.err, result.log);
	return ok;
}

bool verif_ok_often(const struct verif_case *c)
{
	static struct verif_case often;

	often = *c;
	often.flags |= EBPF_F_TEST_STATE_FREQ;
	return verif_ok(&often);
}
