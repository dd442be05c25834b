/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_ATTACH_NEST_H
#define _TEST_ATTACH_NEST_H

#define NR_NESTED	6
#define NR_MANY		39

/* The only value of the map "state". */
struct state {
	__u32 tgid;		/* runs in other processes do nothing */
	__u32 depth;		/* programs that call the function, inside each other */
	__u32 deepest;
	__u32 runs;
};

#endif /* _TEST_ATTACH_NEST_H */
