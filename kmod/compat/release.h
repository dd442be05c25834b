/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that the module was built for.
 */
#ifndef _KMOD_COMPAT_RELEASE_H
#define _KMOD_COMPAT_RELEASE_H

/* 0, or -ENOEXEC with a line in the log when another one runs. */
int ebpf_compat_check_release(void);

#endif /* _KMOD_COMPAT_RELEASE_H */
