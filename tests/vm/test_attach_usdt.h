/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_ATTACH_USDT_H
#define _TEST_ATTACH_USDT_H

#include <linux/ioctl.h>

#define USDT_DEVICE	"test_attach_usdt"
#define USDT_IOC_HOLD	_IO('u', 1)
#define USDT_IOC_HELD	_IO('u', 2)
#define USDT_IOC_ENOUGH	_IO('u', 3)

#endif /* _TEST_ATTACH_USDT_H */
