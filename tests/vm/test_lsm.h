/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_LSM_H
#define _TEST_LSM_H

/**
 * struct conf - whom programs decide for, and what they saw
 * @tgid:   the process
 * @answer: an error, or what is none
 */
struct conf {
	__u32 tgid;
	int answer;
	__u32 opened;
	__u32 freed;
	__u32 bound;
	__u32 flags;
	char path[64];
	char exe[256];
	int exe_len;
};

#endif /* _TEST_LSM_H */
