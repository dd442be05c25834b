/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing in user space needs its macros. */
