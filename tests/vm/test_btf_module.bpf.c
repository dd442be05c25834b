// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a function of a module whose first argument points to a struct of the module's
 * that starts with a number. test_btf_module.c names the function.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

struct first {
	int number;
};

int entries = 0;
int exits = 0;
int number = 0;
int result = 0;
int probes = 0;
int wrong = 0;

SEC("fentry")
int BPF_PROG(entry, const struct first *dev, void *second)
{
	entries++;
	number = dev->number;
	return 0;
}

SEC("fexit")
int BPF_PROG(leave, const struct first *dev, void *second, int ret)
{
	exits++;
	result = ret;
	return 0;
}

/* The module's, found by its BTF. */
enum sctp_endpoint_type { OF_SOCKET, OF_ASSOCIATION };

struct sctp_ep_common {
	enum sctp_endpoint_type type;
} __attribute__((preserve_access_index));

struct sctp_association {
	struct sctp_ep_common base;
} __attribute__((preserve_access_index));

SEC("tp_btf")
int BPF_PROG(probe, const void *endpoint, const struct sctp_association *asoc)
{
	probes++;
	wrong += asoc->base.type != OF_ASSOCIATION;
	return 0;
}
