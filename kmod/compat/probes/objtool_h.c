// SPDX-License-Identifier: GPL-2.0-only
/* <linux/objtool.h> since 5.10; ANNOTATE_NOENDBR came with indirect branch tracking. */
/* asks: objtool.h */

#ifdef PROBE
#include <linux/objtool.h>
#endif
