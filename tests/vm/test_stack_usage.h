/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_STACK_USAGE_H
#define _TEST_STACK_USAGE_H

#include <linux/ioctl.h>

#define STACK_DEVICE	"ebpfdrv_test_stack"

/* Fills the caller's kernel stack below the handler with a pattern. */
#define STACK_IOC_FILL	_IO('S', 1)
/* Bytes that were used since, from the entry of an ioctl handler down. */
#define STACK_IOC_READ	_IO('S', 2)
/* Uses that many bytes of it. */
#define STACK_IOC_USE	_IO('S', 3)

#endif /* _TEST_STACK_USAGE_H */
