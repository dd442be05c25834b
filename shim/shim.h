/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of libebpfdrv.so share. Everything declared here is hidden: the library
 * exports the libc functions that it stands in for, and __asan_default_options().
 */
#ifndef _SHIM_H
#define _SHIM_H

/*
 * Flags of distributions' packages that give the functions defined here other names and
 * bodies in libc's headers. So this header comes first.
 */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS

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
 * @bad_choice: EBPFDRV where it is something else, taken for always; or NULL
 * @quiet:    shim_quiet() was called
 */
struct shim_config {
	const char *device;
	const char *btf;
	bool debug;
	enum shim_choice choice;
	const char *bad_choice;
	bool quiet;
};

/* What the environment was when the process began. */
const struct shim_config *shim_config(void);

/* Log no calls, whatever EBPFDRV_DEBUG says: for programs that only ask. */
void shim_quiet(void);

/*
 * Whether the kernel's own bpf(2) has what the module has. Makes objects of the kernel's and
 * closes them again.
 */
bool shim_kernel_suffices(void);

/*
 * One line on stderr, "ebpfdrv: " before it; none where descriptor 2 is another file than
 * at the process's beginning. Keeps errno.
 */
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

/* Whether calls ought to go to the module and cannot: @why is the beginning of a sentence then. */
bool shim_device_refused(char *why, size_t size);

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

/*
 * The next definition of a function, libc's or that of a library preloaded after this one:
 * found once, all of them before the program runs, for dlsym() takes the dynamic linker's
 * lock, which a signal handler or the child of a threaded process had better not wait for.
 */
struct shim_next {
	void *function;
	const char *name;
};

/* NULL where there is none, and for a call that comes out of dlsym() itself. */
void *shim_find_next(struct shim_next *next);

/* Of syscall() and mount(); their callers look for them before. */
extern struct shim_next shim_next_syscall, shim_next_mount, shim_next_memfd_create;

/* On to the next syscall(), with all of its arguments; returns as that. */
long shim_pass_on(long nr, long a, long b, long c, long d, long e, long f);

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
 * @dir:   where it begins when it is not absolute: a descriptor, or AT_FDCWD
 * @path:  as the program gave it; must be readable
 * @error: 0 when the kernel found the file, else the errno it gave
 */
enum shim_answer shim_path_lookup(int dir, const char *path, int error, struct shim_path *out);

/* Look for the next definitions of the functions in stat.c. */
void shim_stat_find_all(void);

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
