// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library for LD_PRELOAD that answers bpf(2) with the engines as compiled for user
 * space: programs of any client are judged without a VM, at the machine's own speed.
 * Nothing runs: maps have memory but no elements, there is nothing to attach to.
 *
 *	ENGINE_BTF=FILE    the kernel's BTF; programs look for it in /sys/kernel/btf/vmlinux
 *	                   (tests/host/engine/run binds it there)
 *
 * Objects belong to the process that made them, and its children have copies.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ebpf/arena.h>
#include <ebpf/kfunc.h>
#include <ebpf/services.h>
#include <ebpf/verifier.h>
#include <ebpf/jit.h>

#define OBJECTS_MAX	65536
#define LICENSE_GPL	"GPL"
#define KFUNC_BTF_ID	1

enum { OBJ_NONE, OBJ_MAP, OBJ_BTF, OBJ_PROG };

struct object {
	int kind;
	ino_t ino;
	struct ebpf_map *map;
	void *data;
	size_t size;
	struct ebpf_btf *btf;
};

static struct object *objects[OBJECTS_MAX];
static u32 object_cnt;

/* libbpf moves descriptors about with dup3(): files are known by their inode. */
static struct object *object_of(int fd, int kind)
{
	struct stat st;
	u32 i;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	for (i = 0; i < object_cnt; i++)
		if (objects[i]->ino == st.st_ino && objects[i]->kind == kind)
			return objects[i];
	return NULL;
}

/* A real descriptor, so that whatever else the program does with it works. What was behind
 * it is kept for as long as the process: others may still use it.
 */
static int new_fd(int kind, size_t size, struct object **obj)
{
	int fd = memfd_create("ebpf", MFD_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (object_cnt == OBJECTS_MAX || fstat(fd, &st) || (size && ftruncate(fd, size))) {
		close(fd);
		return -EMFILE;
	}
	*obj = calloc(1, sizeof(**obj));
	(*obj)->kind = kind;
	(*obj)->size = size;
	(*obj)->ino = st.st_ino;
	objects[object_cnt++] = *obj;
	return fd;
}

/*
 * The log
 */
struct user_log {
	struct ebpf_log log;
	char *buf;
	u32 size;
	u64 len;
};

static int log_write(void *cookie, const char *text, u32 len)
{
	struct user_log *ulog = cookie;

	if (ulog->len + len + 1 > ulog->size)
		return -ENOSPC;
	memcpy(ulog->buf + ulog->len, text, len);
	ulog->len += len;
	ulog->buf[ulog->len] = '\0';
	return 0;
}

static void log_rewind(void *cookie, u64 len)
{
	struct user_log *ulog = cookie;

	if (len < ulog->len) {
		ulog->len = len;
		ulog->buf[len] = '\0';
	}
}

static void log_init(struct user_log *ulog, u64 buf, u32 size, u32 level)
{
	memset(ulog, 0, sizeof(*ulog));
	ulog->buf = (char *)(unsigned long)buf;
	ulog->size = size;
	ulog->log.level = buf && size ? level : 0;
	ulog->log.write = log_write;
	ulog->log.rewind = log_rewind;
	ulog->log.cookie = ulog;
}

/*
 * BTF
 */
static const struct ebpf_btf *kernel_btf(void)
{
	static struct ebpf_btf *btf;
	static bool tried;
	const char *path = getenv("ENGINE_BTF");
	struct stat st;
	char *data;
	int fd;

	if (tried)
		return btf;
	tried = true;
	fd = open(path ? path : "/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return NULL;
	data = malloc(st.st_size);
	if (data && read(fd, data, st.st_size) == st.st_size)
		btf = ebpf_btf_parse_vmlinux(data, st.st_size, NULL);
	if (IS_ERR(btf))
		btf = NULL;
	close(fd);
	return btf;
}

/* Of the kernel functions that programs may call: object 1. */
static const struct ebpf_btf *kfunc_btf(void)
{
	static struct ebpf_btf *btf;
	u32 size;
	void *raw;

	if (btf || !kernel_btf())
		return btf;
	raw = ebpf_kfunc_btf(kernel_btf(), &size);
	btf = raw ? ebpf_btf_parse_module(raw, size, kernel_btf(), NULL) : NULL;
	return btf;
}

static long btf_next_id(const union ebpf_attr *attr, union ebpf_attr *uattr)
{
	if (attr->start_id || !kfunc_btf())
		return -ENOENT;
	uattr->next_id = KFUNC_BTF_ID;
	return 0;
}

static long btf_by_id(const union ebpf_attr *attr)
{
	struct object *obj;
	int fd;

	if (attr->btf_id != KFUNC_BTF_ID || !kfunc_btf())
		return -ENOENT;
	fd = new_fd(OBJ_BTF, 0, &obj);
	if (fd >= 0)
		obj->btf = (struct ebpf_btf *)kfunc_btf();
	return fd;
}

static void btf_info(const struct object *obj, struct ebpf_btf_info *info)
{
	const bool own = obj->btf == kfunc_btf();
	const char *name = own ? "ebpfdrv" : "";
	const void *raw;
	u32 size;

	raw = ebpf_btf_raw(obj->btf, &size);
	memcpy((void *)(unsigned long)info->btf, raw, size < info->btf_size ? size : info->btf_size);
	info->btf_size = size;
	info->id = own ? KFUNC_BTF_ID : 2;
	info->kernel_btf = own;
	if (info->name_len > strlen(name))
		strcpy((char *)(unsigned long)info->name, name);
	info->name_len = strlen(name);
}

static long btf_load(const union ebpf_attr *attr)
{
	struct user_log ulog;
	struct ebpf_btf *btf;
	struct object *obj;
	int fd;

	log_init(&ulog, attr->btf_log_buf, attr->btf_log_size, attr->btf_log_level);
	btf = ebpf_btf_parse((void *)(unsigned long)attr->btf, attr->btf_size, NULL, &ulog.log);
	if (IS_ERR(btf))
		return PTR_ERR(btf);
	fd = new_fd(OBJ_BTF, 0, &obj);
	if (fd >= 0)
		obj->btf = btf;
	return fd;
}

/*
 * Maps
 */
static const struct ebpf_btf *kptr_btf(void)
{
	return kernel_btf();
}

static void no_dtor(void *obj)
{
}

static int dtor_of(const struct ebpf_btf *btf, const char *name, ebpf_dtor_t *dtor)
{
	if (strcmp(name, "prog_test_ref_kfunc") && strcmp(name, "prog_test_member"))
		return -ENOENT;
	*dtor = no_dtor;
	return 0;
}

static ebpf_dtor_t own_dtor(const char *name)
{
	return strcmp(name, "task_struct") ? NULL : no_dtor;
}

static const struct ebpf_kptr_env kptr_env = {
	.kernel_btf = kptr_btf,
	.dtor_of = dtor_of,
	.own_dtor = own_dtor,
};

static void *data_of(const struct ebpf_map *map)
{
	u32 i;

	for (i = 0; i < object_cnt; i++)
		if (objects[i]->map == map)
			return objects[i]->data;
	return NULL;
}

static int array_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	if (map->max_entries != 1)
		return -ENOTSUPP;
	if (off >= map->value_size)
		return -EINVAL;
	*imm = (unsigned long)data_of(map) + off;
	return 0;
}

static long no_walk(struct ebpf_map *map, void *callback_fn, void *callback_ctx, u64 flags,
		    u64 frame)
{
	return 0;
}

static int key_optional(const struct ebpf_map *map, const struct ebpf_btf *btf, u32 key_type_id,
			u32 value_type_id)
{
	return 0;
}

static const struct ebpf_map_ops array_ops = {
	.direct_value_addr = array_value_addr,
	.for_each_callback = no_walk,
	.check_btf = key_optional,
};

static const struct ebpf_map_ops hash_ops = {
	.for_each_callback = no_walk,
};

static const struct ebpf_map_ops other_ops = {
	.check_btf = key_optional,
};

/* Instructions: as kmod/map/kinds/insn_array.c has them. */
static struct ebpf_insn_array_value *insns_of(const struct ebpf_map *map)
{
	u32 i;

	for (i = 0; i < object_cnt; i++)
		if (objects[i]->kind == OBJ_MAP && objects[i]->map == map)
			return objects[i]->data;
	return NULL;
}

static u32 insn_target(const struct ebpf_map *map, u32 index)
{
	return insns_of(map)[index].orig_off;
}

static int insn_claim(struct ebpf_map *map)
{
	return 0;
}

static void insn_release(struct ebpf_map *map)
{
}

static void insn_place(struct ebpf_map *map, u32 index, u32 xlated)
{
	insns_of(map)[index].xlated_off = xlated;
}

static int insn_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	if (off % 8 || off / 8 >= map->max_entries)
		return -EACCES;
	*imm = (unsigned long)insns_of(map) + off;	/* nothing is run */
	return 0;
}

static const struct ebpf_jump_ops insn_jump_ops = {
	.target = insn_target,
	.claim = insn_claim,
	.release = insn_release,
	.place = insn_place,
};

static const struct ebpf_map_ops insn_array_ops = {
	.direct_value_addr = insn_value_addr,
	.check_btf = key_optional,
	.jump = &insn_jump_ops,
};

static int arena_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	*imm = map->map_extra + off;
	return off < (u64)map->max_entries * 4096 ? 0 : -ERANGE;
}

/* All are where their makers wanted them, or somewhere. */
static const struct ebpf_arena *arena_of(const struct ebpf_map *map)
{
	static struct ebpf_arena arena;

	arena.user_start = map->map_extra ? map->map_extra : 1ULL << 44;
	return &arena;
}

static const struct ebpf_map_ops arena_ops = {
	.direct_value_addr = arena_value_addr,
	.check_btf = key_optional,
	.arena = arena_of,
};

/* As kmod/map/map_types.c has them. */
static const struct ebpf_map_ops *ops_of(u32 type)
{
	switch (type) {
	case EBPF_MAP_TYPE_ARRAY:
	case EBPF_MAP_TYPE_PERCPU_ARRAY:
		return &array_ops;
	case EBPF_MAP_TYPE_HASH:
	case EBPF_MAP_TYPE_PERCPU_HASH:
	case EBPF_MAP_TYPE_LRU_HASH:
	case EBPF_MAP_TYPE_LRU_PERCPU_HASH:
		return &hash_ops;
	case EBPF_MAP_TYPE_INSN_ARRAY:
		return &insn_array_ops;
	case EBPF_MAP_TYPE_ARENA:
		return &arena_ops;
	case EBPF_MAP_TYPE_PROG_ARRAY:
	case EBPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case EBPF_MAP_TYPE_STACK_TRACE:
	case EBPF_MAP_TYPE_CGROUP_ARRAY:
	case EBPF_MAP_TYPE_ARRAY_OF_MAPS:
	case EBPF_MAP_TYPE_HASH_OF_MAPS:
	case EBPF_MAP_TYPE_QUEUE:
	case EBPF_MAP_TYPE_STACK:
	case EBPF_MAP_TYPE_BLOOM_FILTER:
	case EBPF_MAP_TYPE_LPM_TRIE:
	case EBPF_MAP_TYPE_RINGBUF:
	case EBPF_MAP_TYPE_USER_RINGBUF:
	case EBPF_MAP_TYPE_CGROUP_STORAGE:
	case EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case EBPF_MAP_TYPE_SOCKMAP:
	case EBPF_MAP_TYPE_SOCKHASH:
	case EBPF_MAP_TYPE_XSKMAP:
	case EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
	case EBPF_MAP_TYPE_SK_STORAGE:
	case EBPF_MAP_TYPE_TASK_STORAGE:
		return &other_ops;
	default:
		return NULL;
	}
}

static int map_set_btf(struct ebpf_map *map, const union ebpf_attr *attr)
{
	struct object *obj = object_of(attr->btf_fd, OBJ_BTF);
	struct ebpf_map_fields *tab;
	u32 size;
	int err;

	if (!attr->btf_key_type_id && !attr->btf_value_type_id)
		return 0;
	if (!obj)
		return -EINVAL;
	if (attr->btf_key_type_id && (!ebpf_btf_type_size(obj->btf, attr->btf_key_type_id, &size) ||
				      size != map->key_size))
		return -EINVAL;
	if (!attr->btf_key_type_id && !map->ops->check_btf)
		return -EINVAL;
	if (!ebpf_btf_type_size(obj->btf, attr->btf_value_type_id, &size) ||
	    size != map->value_size)
		return -EINVAL;
	tab = calloc(1, sizeof(*tab));
	err = ebpf_map_fields_find(obj->btf, attr->btf_value_type_id, map->value_size, &kptr_env,
				   tab);
	if (err)
		return err;
	map->spin_lock_off = tab->spin_lock_off;
	map->timer_off = tab->timer_off;
	map->kptr_err = tab->kptr_err;
	map->fields = tab->nr ? tab : NULL;
	map->btf = obj->btf;
	map->btf_key_type_id = attr->btf_key_type_id;
	map->btf_value_type_id = attr->btf_value_type_id;
	return 0;
}

static long map_create(const union ebpf_attr *attr)
{
	const struct ebpf_map_ops *ops = ops_of(attr->map_type);
	struct object *inner, *obj;
	struct ebpf_map *map;
	size_t size = 0;
	int fd, err;

	if (!ops)
		return -EINVAL;
	map = calloc(1, sizeof(*map));
	map->ops = ops;
	map->map_type = attr->map_type;
	map->key_size = attr->key_size;
	map->value_size = attr->value_size;
	map->max_entries = attr->max_entries;
	map->map_flags = attr->map_flags;
	map->map_extra = attr->map_extra;
	map->spin_lock_off = map->timer_off = -EINVAL;
	map->id = object_cnt + 1;
	memcpy(map->name, attr->map_name, sizeof(map->name) - 1);
	if (attr->map_type == EBPF_MAP_TYPE_ARRAY_OF_MAPS ||
	    attr->map_type == EBPF_MAP_TYPE_HASH_OF_MAPS) {
		inner = object_of(attr->inner_map_fd, OBJ_MAP);
		if (!inner)
			return -EBADF;
		map->inner_map_meta = calloc(1, sizeof(*map));
		*map->inner_map_meta = *inner->map;
		map->inner_map_meta->is_meta = true;
	}
	err = map_set_btf(map, attr);
	if (err)
		return err;
	if (map->map_type == EBPF_MAP_TYPE_INSN_ARRAY)
		map->map_flags |= EBPF_F_RDONLY_PROG;
	if (map->map_type == EBPF_MAP_TYPE_ARRAY || map->map_type == EBPF_MAP_TYPE_INSN_ARRAY)
		size = (((size_t)map->value_size + 7) & ~7UL) * map->max_entries;
	if (map->map_type == EBPF_MAP_TYPE_ARENA)
		size = (size_t)map->max_entries * 4096;
	size = (size + 4095) & ~4095UL;
	fd = new_fd(OBJ_MAP, size ? size : 4096, &obj);
	if (fd < 0)
		return fd;
	obj->map = map;
	obj->data = mmap(NULL, obj->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return fd;
}

static long map_update(const union ebpf_attr *attr)
{
	struct object *obj = object_of(attr->map_fd, OBJ_MAP);
	u32 index;

	if (!obj)
		return -EBADF;
	if (obj->map->map_type != EBPF_MAP_TYPE_ARRAY &&
	    obj->map->map_type != EBPF_MAP_TYPE_INSN_ARRAY)
		return 0;
	index = *(u32 *)(unsigned long)attr->key;
	if (index >= obj->map->max_entries)
		return -E2BIG;
	memcpy((char *)obj->data + (size_t)index * ((obj->map->value_size + 7) & ~7U),
	       (void *)(unsigned long)attr->value, obj->map->value_size);
	return 0;
}

static long map_freeze(const union ebpf_attr *attr)
{
	struct object *obj = object_of(attr->map_fd, OBJ_MAP);

	if (!obj)
		return -EBADF;
	obj->map->frozen = true;
	return 0;
}

bool ebpf_map_is_rdonly(const struct ebpf_map *map)
{
	return map->frozen && (map->map_flags & EBPF_F_RDONLY_PROG);
}

/*
 * Programs
 */
static struct ebpf_map *map_get(void *cookie, int fd)
{
	struct object *obj = object_of(fd, OBJ_MAP);

	return obj ? obj->map : ERR_PTR(-EBADF);
}

static void map_put(void *cookie, struct ebpf_map *map)
{
}

static int fd_array_get(void *cookie, u32 idx, int *fd)
{
	const union ebpf_attr *attr = cookie;

	*fd = ((int *)(unsigned long)attr->fd_array)[idx];
	return 0;
}

static const struct ebpf_btf *vmlinux_btf(void *cookie)
{
	return kernel_btf();
}

static int ksym_addr(void *cookie, const char *name, u64 *addr)
{
	*addr = 0xffffffff81000000ULL;
	return 0;
}

static const struct ebpf_btf *load_kfunc_btf(void *cookie, int fd)
{
	const struct object *obj = object_of(fd, OBJ_BTF);

	if (!fd)
		return kfunc_btf();
	if (!obj)
		return ERR_PTR(-EBADF);
	return obj->btf == kfunc_btf() ? obj->btf : ERR_PTR(-EINVAL);
}

static int map_views(void *cookie)
{
	return 0;
}

static const struct ebpf_verifier_ops verifier_ops = {
	.map_get = map_get,
	.map_put = map_put,
	.vmlinux_btf = vmlinux_btf,
	.ksym_addr = ksym_addr,
	.kfunc_btf = load_kfunc_btf,
	.map_views = map_views,
};

static const struct ebpf_verifier_ops verifier_ops_fd_array = {
	.map_get = map_get,
	.map_put = map_put,
	.fd_array_get = fd_array_get,
	.vmlinux_btf = vmlinux_btf,
	.ksym_addr = ksym_addr,
	.kfunc_btf = load_kfunc_btf,
	.map_views = map_views,
};

#define PROG_FLAGS (EBPF_F_STRICT_ALIGNMENT | EBPF_F_ANY_ALIGNMENT | EBPF_F_TEST_STATE_FREQ | \
		    EBPF_F_SLEEPABLE | EBPF_F_TEST_RND_HI32 | EBPF_F_XDP_HAS_FRAGS)

static const struct ebpf_insn nothing[1];

static long prog_load(const union ebpf_attr *attr)
{
	struct ebpf_prog_image img = { 0 };
	struct user_log ulog;
	struct ebpf_load load = {
		.prog_type = attr->prog_type,
		.expected_attach_type = ebpf_attach_type_of(attr->prog_type, attr->expected_attach_type),
		.prog_flags = attr->prog_flags,
		.insns = attr->insns ? (void *)(unsigned long)attr->insns : nothing,
		.insn_cnt = attr->insn_cnt,
		.func_info = (void *)(unsigned long)attr->func_info,
		.func_info_cnt = attr->func_info_cnt,
		.func_info_rec_size = attr->func_info_rec_size,
		.line_info = (void *)(unsigned long)attr->line_info,
		.line_info_cnt = attr->line_info_cnt,
		.line_info_rec_size = attr->line_info_rec_size,
		.attach_btf_id = attr->attach_btf_id,
		.attach_btf = attr->attach_btf_id ? kernel_btf() : NULL,
		.ops = attr->fd_array ? &verifier_ops_fd_array : &verifier_ops,
		.cookie = (void *)attr,
		.log = &ulog.log,
		.self = attr,
	};
	const char *license = (void *)(unsigned long)attr->license;
	struct object *btf = object_of(attr->prog_btf_fd, OBJ_BTF), *obj;
	int err;

	if ((attr->prog_flags & ~PROG_FLAGS) || !ebpf_prog_type_supported(attr->prog_type))
		return -EINVAL;
	if (attr->prog_type == EBPF_PROG_TYPE_CGROUP_SOCK_ADDR &&
	    attr->expected_attach_type >= MAX_EBPF_ATTACH_TYPE)
		return -EINVAL;
	if (!attr->insn_cnt || attr->insn_cnt > 1000000)
		return -E2BIG;
	log_init(&ulog, attr->log_buf, attr->log_size, attr->log_level);
	load.gpl_compatible = license && (strstr(license, LICENSE_GPL) != NULL);
	if (attr->func_info_cnt || attr->line_info_cnt) {
		if (!btf)
			return -EINVAL;
		load.btf = btf->btf;
	}
	err = ebpf_verify(&load, &img);
	if (!err && ulog.log.failed)
		err = -ENOSPC;
	ebpf_prog_image_free(&img);
	if (err)
		return err;
	return new_fd(OBJ_PROG, 0, &obj);
}

/*
 * The rest
 */
static long obj_info(union ebpf_attr *attr)
{
	struct ebpf_map_info *info = (void *)(unsigned long)attr->info.info;
	struct object *obj = object_of(attr->info.bpf_fd, OBJ_MAP);
	struct object *btf = object_of(attr->info.bpf_fd, OBJ_BTF);

	if (btf)
		btf_info(btf, (void *)info);
	if (!obj)
		return btf ? 0 : -EINVAL;
	memset(info, 0, attr->info.info_len);
	if (attr->info.info_len < 32)
		return -EINVAL;
	info->type = obj->map->map_type;
	info->id = obj->map->id;
	info->key_size = obj->map->key_size;
	info->value_size = obj->map->value_size;
	info->max_entries = obj->map->max_entries;
	info->map_flags = obj->map->map_flags;
	return 0;
}

static long bpf(u32 cmd, void *uattr, u32 size)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memcpy(&attr, uattr, size < sizeof(attr) ? size : sizeof(attr));
	for (; size > sizeof(attr); size--)
		if (((char *)uattr)[size - 1])
			return -E2BIG;
	switch (cmd) {
	case EBPF_MAP_CREATE:
		return map_create(&attr);
	case EBPF_MAP_UPDATE_ELEM:
		return map_update(&attr);
	case EBPF_MAP_FREEZE:
		return map_freeze(&attr);
	case EBPF_PROG_LOAD:
		return prog_load(&attr);
	case EBPF_BTF_LOAD:
		return btf_load(&attr);
	case EBPF_OBJ_GET_INFO_BY_FD:
		return obj_info(&attr);
	case EBPF_BTF_GET_NEXT_ID:
		return btf_next_id(&attr, uattr);
	case EBPF_BTF_GET_FD_BY_ID:
		return btf_by_id(&attr);
	case EBPF_MAP_LOOKUP_ELEM:
	case EBPF_PROG_GET_NEXT_ID:
	case EBPF_MAP_GET_NEXT_ID:
	case EBPF_LINK_GET_NEXT_ID:
		return -ENOENT;
	case EBPF_PROG_BIND_MAP:
		return 0;
	default:
		return -EINVAL;
	}
}

__attribute__((visibility("default"))) long syscall(long nr, ...)
{
	static long (*real)(long, ...);
	long a[6], ret;
	va_list args;
	int i;

	va_start(args, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (nr == SYS_bpf) {
		ret = bpf(a[0], (void *)a[1], a[2]);
		if (ret >= 0)
			return ret;
		errno = -ret;
		return -1;
	}
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
