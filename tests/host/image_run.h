/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TESTS_HOST_IMAGE_RUN_H
#define _TESTS_HOST_IMAGE_RUN_H

#include <ebpf/prog.h>

/* Compiles what the verifier made of a program and executes it. False when it cannot
 * be compiled or leaves the caller's registers changed.
 */
bool image_run(const struct ebpf_prog_image *img, void *ctx, u64 *ret);

#endif /* _TESTS_HOST_IMAGE_RUN_H */
