/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _COMPAT_UNINIT_H
#define _COMPAT_UNINIT_H

/* For a variable of a hot path whose every field is written before it is read:
 * kernels since 5.15 may be compiled to zero all that lies on the stack first.
 */
#ifdef __has_attribute
#if __has_attribute(__uninitialized__)
#define COMPAT_UNINIT	__attribute__((__uninitialized__))
#endif
#endif
#ifndef COMPAT_UNINIT
#define COMPAT_UNINIT
#endif

#endif /* _COMPAT_UNINIT_H */
