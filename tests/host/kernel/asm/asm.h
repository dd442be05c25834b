/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of the module's own assembler in user space: where test_nofault.c finds what
 * to do about a fault. Offsets are from their own places, as in the kernel.
 */
#define _ASM_EXTABLE(from, to)						\
	".pushsection fixups, \"a\"\n"					\
	".balign 4\n"							\
	".long (" #from ") - .\n"					\
	".long (" #to ") - .\n"						\
	".popsection\n"
