/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of libebpfdrv.so share. Everything declared here is hidden:
 * the library exports nothing but the libc functions it stands in for.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <stdbool.h>
#include <stddef.h>

#define SHIM_EXPORT __attribute__((visibility("default")))

/* Whose bpf(2) the process gets (EBPFDRV); all of its calls go to the same one. */
enum shim_choice {
	SHIM_ALWAYS,		/* the module's */
	SHIM_NEVER,		/* the kernel's */
	SHIM_AUTO,		/* the kernel's where shim_kernel_suffices(), else the module's */
};

/**
 * struct shim_config - what the environment asks for
 * @device:   path of the device node (EBPFDRV_DEVICE)
 * @btf:      BTF file for kernels that serve none (EBPFDRV_BTF), or NULL
 * @debug:    log each call (EBPFDRV_DEBUG=1)
 * @choice:   EBPFDRV=auto, always (also when it is not set) or never (as EBPFDRV_DISABLE=1)
 */
struct shim_config {
	const char *device;
	const char *btf;
	bool debug;
	enum shim_choice choice;
};

/* Read from the environment once, at the first call from any thread. */
const struct shim_config *shim_config(void);

/*
 * Whether the kernel's own bpf(2) has what the module has. Makes objects of the kernel's and
 * closes them again.
 */
bool shim_kernel_suffices(void);

/* One line on stderr, "ebpfdrv: " before it. Keeps errno. */
void shim_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As shim_say(), only with EBPFDRV_DEBUG=1 and with the thread's id. */
#define shim_debug(...) \
	do { \
		if (shim_config()->debug) \
			shim_trace(__VA_ARGS__); \
	} while (0)
void shim_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Store -@ret in errno and return -1 when @ret is a kernel error, else @ret. */
long shim_result(long ret);

/**
 * shim_device_usable() - can calls go to the module?
 * @complain: say why not on stderr, once per process
 *
 * Opens the device at the first call; a refusal is remembered for the life
 * of the process.
 */
bool shim_device_usable(bool complain);

/* Whether a failed shim_device_ioctl() means that there is no device. */
#define SHIM_NO_DEVICE	(-(long)4096)

/**
 * shim_device_ioctl() - one ioctl on the device
 * @complain: as for shim_device_usable()
 *
 * Return: the ioctl's value, a negative errno, or SHIM_NO_DEVICE.
 */
long shim_device_ioctl(unsigned long request, void *arg, bool complain);

/* Set by the first bpf call of this process image; children inherit it. */
extern bool shim_bpf_used;

/* The calls that syscall() takes; they return as syscall() does. */
long shim_bpf(long nr, long cmd, long attr, long size);
long shim_perf_event_open(long nr, long attr, long pid, long cpu, long group_fd, long flags);
long shim_memfd_create(long nr, long name, long flags);

/* A file in memory without a name, @name for the eye only, where the kernel has memfd_create(2)
 * or not. Return: a descriptor, or a negative errno.
 */
long shim_nameless_file(const char *name, bool cloexec);

/**
 * enum shim_answer - what to do about a path
 * @SHIM_NATIVE:   the kernel's answer stands
 * @SHIM_CONTENT:  serve shim_path.content
 * @SHIM_REDIRECT: use shim_path.target instead
 */
enum shim_answer {
	SHIM_NATIVE,
	SHIM_CONTENT,
	SHIM_REDIRECT,
};

/* Small, because open may be called on a signal handler's little stack. */
struct shim_path {
	enum shim_answer answer;
	const char *content;	/* static */
	const char *target;	/* static, or @buffer */
	char buffer[288];
};

/**
 * shim_path_lookup() - does the shim serve @path?
 * @path:  as the program gave it; must be readable
 * @error: 0 when the kernel found the file, else the errno it gave
 */
enum shim_answer shim_path_lookup(const char *path, int error, struct shim_path *out);

/* The text of a tracepoint's file that the module stands for, or NULL. */
const char *shim_tracepoint_file(const char *path);

/* May a file get this long? More than RLIMIT_FSIZE ends the program by a signal, in memory as
 * on a disk.
 */
bool shim_file_allowed(size_t size);

/**
 * shim_kernel_config() - the kernel's configuration as BCC wants to see it
 * @fd:   what opening @path with @flags gave
 *
 * Return: @fd, or what to read instead; @fd is closed then. Keeps errno.
 */
int shim_kernel_config(int fd, const char *path, int flags);

#endif /* _SHIM_H */
