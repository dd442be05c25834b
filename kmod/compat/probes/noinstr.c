// SPDX-License-Identifier: GPL-2.0-only
/* Since 5.8 code that runs while RCU does not watch is marked noinstr and kept out of
 * reach of ftrace and kprobes.
 */
#include <linux/compiler.h>

#ifndef noinstr
#error not here
#endif

noinstr void probe(void);
