/* SPDX-License-Identifier: GPL-2.0-only */
static void msleep(unsigned int msecs);
