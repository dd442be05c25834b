/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TESTS_TEST_STRESS_H
#define _TESTS_TEST_STRESS_H

/* The programs of test_stress.bpf.c, and where each counts its runs. */
enum kind {
	KIND_KPROBE,
	KIND_KRETPROBE,
	KIND_TRACEPOINT,
	KIND_RAW_TP,
	KIND_FENTRY,
	KIND_FEXIT,
	KIND_UPROBE,
	KIND_URETPROBE,
	KIND_SAMPLE,
	NR_KINDS,
};

#endif /* _TESTS_TEST_STRESS_H */
