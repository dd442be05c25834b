/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/prog/nofault.c asks of the processor; tests fill it. */
#ifndef _TESTS_ASM_PROCESSOR_H
#define _TESTS_ASM_PROCESSOR_H

static struct {
	unsigned char x86_virt_bits;
} boot_cpu_data;

#endif
