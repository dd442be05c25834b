/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HELPERS_SIGNAL_H
#define _HELPERS_SIGNAL_H

/* Process context. exit waits for signals that are on their way. */
void ebpf_signal_init(void);
void ebpf_signal_exit(void);

#endif /* _HELPERS_SIGNAL_H */
