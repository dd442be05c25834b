// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strings of the kernel, of a map and of the program's stack: run by test_strings.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_strcmp(const char *s1__ign, const char *s2__ign) __ksym;
extern int bpf_strcasecmp(const char *s1__ign, const char *s2__ign) __ksym;
extern int bpf_strncasecmp(const char *s1__ign, const char *s2__ign, unsigned long len) __ksym;
extern int bpf_strchr(const char *s__ign, char c) __ksym;
extern int bpf_strchrnul(const char *s__ign, char c) __ksym;
extern int bpf_strnchr(const char *s__ign, unsigned long count, char c) __ksym;
extern int bpf_strrchr(const char *s__ign, int c) __ksym;
extern int bpf_strlen(const char *s__ign) __ksym;
extern int bpf_strnlen(const char *s__ign, unsigned long count) __ksym;
extern int bpf_strspn(const char *s__ign, const char *accept__ign) __ksym;
extern int bpf_strcspn(const char *s__ign, const char *reject__ign) __ksym;
extern int bpf_strstr(const char *s1__ign, const char *s2__ign) __ksym;
extern int bpf_strcasestr(const char *s1__ign, const char *s2__ign) __ksym;
extern int bpf_strnstr(const char *s1__ign, const char *s2__ign, unsigned long len) __ksym;
extern int bpf_strncasestr(const char *s1__ign, const char *s2__ign, unsigned long len) __ksym;

char _license[] SEC("license") = "GPL";

char hello[16] = "hello world";
int got[16];

SEC("raw_tracepoint")
int all(__u64 *args)
{
	got[0] = bpf_strcmp(hello, "hello world");
	got[1] = bpf_strcasecmp(hello, "HELLO x");
	got[2] = bpf_strncasecmp(hello, "HELLO x", 6);
	got[3] = bpf_strchr(hello, 'o');
	got[4] = bpf_strchrnul(hello, 'x');
	got[5] = bpf_strnchr(hello, 5, 'w');
	got[6] = bpf_strrchr(hello, 'o');
	got[7] = bpf_strlen(hello);
	got[8] = bpf_strnlen(hello, 3);
	got[9] = bpf_strspn(hello, "ehl");
	got[10] = bpf_strcspn(hello, "o");
	got[11] = bpf_strstr(hello, "wor");
	got[12] = bpf_strcasestr(hello, "WOR");
	got[13] = bpf_strnstr(hello, "wor", 8);
	got[14] = bpf_strncasestr(hello, "WOR", 9);
	return 0;
}

/* The name of the task that runs it, on the stack. */
SEC("raw_tracepoint")
int comm(__u64 *args)
{
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
	return bpf_strcmp(name, "comm_of_test");
}

/* Any number is taken for an address. */
SEC("raw_tracepoint")
int anywhere(__u64 *args)
{
	return bpf_strlen((const char *)args[0]);
}
