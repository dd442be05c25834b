/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For probes: an error unless @expr has exactly the type @type. A mismatch of
 * function pointers is only a warning to older compilers, hence this.
 */
#ifndef _COMPAT_PROBE_H
#define _COMPAT_PROBE_H

#define PROBE_TYPE(name, expr, type)					\
	typedef char probe_##name[					\
		__builtin_types_compatible_p(__typeof__(expr), type) ? 1 : -1]

#endif /* _COMPAT_PROBE_H */
