// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_LOAD: from the caller's instructions to a program object.
 */
#include "kmod/syscall.h"
#include "kmod/attach/attach.h"
#include "kmod/btf/btf.h"
#include "kmod/caller.h"
#include "kmod/ids.h"
#include "kmod/log.h"
#include "kmod/map/map.h"
#include "kmod/map/map_view.h"
#include "kmod/prog/prog_internal.h"
#include "kmod/prog/prog_lines.h"
#include "kmod/prog/sleep.h"
#include "kmod/compat/ksyms.h"
#include "kmod/compat/lockdown.h"

#include <ebpf/services.h>
#include <ebpf/verifier.h>
#include <linux/cred.h>
#include <linux/license.h>

#define LICENSE_MAX	128
#define INFO_REC_MAX	252	/* bytes of one func_info or line_info record */

#define PROG_FLAGS (EBPF_F_STRICT_ALIGNMENT | EBPF_F_ANY_ALIGNMENT | EBPF_F_TEST_STATE_FREQ | \
		    EBPF_F_SLEEPABLE | EBPF_F_TEST_RND_HI32 | EBPF_F_XDP_HAS_FRAGS)

/* Everything copied from user space for one load. */
struct request {
	const union ebpf_attr *attr;
	struct ebpf_insn *insns;
	void *func_info;
	void *line_info;
	void *core_relos;
	struct ebpf_user_log log;
	struct ebpf_load load;
};

/*
 * What the verifier asks for
 */
static struct ebpf_map *load_map_get(void *cookie, int fd)
{
	return ebpf_map_get(fd);
}

static void load_map_put(void *cookie, struct ebpf_map *map)
{
	ebpf_map_put(map);
}

static int load_fd_array_get(void *cookie, u32 idx, int *fd)
{
	const struct request *req = cookie;

	return ebpf_copy_in(fd, req->attr->fd_array + (u64)idx * sizeof(*fd), sizeof(*fd));
}

static const struct ebpf_btf *load_vmlinux_btf(void *cookie)
{
	struct ebpf_btf_obj *obj = ebpf_btf_vmlinux();

	return obj ? obj->btf : NULL;
}

static int load_ksym_addr(void *cookie, const char *name, u64 *addr)
{
	return ebpf_compat_ksym_find(name, addr);
}

static const struct ebpf_btf *load_kfunc_btf(void *cookie, int fd)
{
	const struct ebpf_btf_obj *own = ebpf_btf_kfunc();
	const struct ebpf_btf *btf = NULL;
	struct ebpf_btf_obj *obj;

	if (!fd)
		return own ? own->btf : NULL;
	obj = ebpf_btf_obj_get(fd);
	if (IS_ERR(obj))
		return ERR_CAST(obj);
	if (obj == own)
		btf = obj->btf;
	else if (!obj->module)
		btf = ERR_PTR(-EINVAL);
	ebpf_btf_obj_put(obj);
	return btf;
}

static int load_map_views(void *cookie)
{
	return ebpf_map_views_want();
}

static bool load_locked_down(void *cookie, u32 what)
{
	switch (what) {
	case EBPF_LOCKDOWN_READ_KERNEL:
		return compat_locked_down_bpf_read();
	case EBPF_LOCKDOWN_WRITE_USER:
		return compat_locked_down_bpf_write_user();
	default:
		return false;
	}
}

static const struct ebpf_verifier_ops load_ops = {
	.map_get = load_map_get,
	.map_put = load_map_put,
	.vmlinux_btf = load_vmlinux_btf,
	.ksym_addr = load_ksym_addr,
	.kfunc_btf = load_kfunc_btf,
	.map_views = load_map_views,
	.locked_down = load_locked_down,
};

static const struct ebpf_verifier_ops load_ops_fd_array = {
	.map_get = load_map_get,
	.map_put = load_map_put,
	.fd_array_get = load_fd_array_get,
	.vmlinux_btf = load_vmlinux_btf,
	.ksym_addr = load_ksym_addr,
	.kfunc_btf = load_kfunc_btf,
	.map_views = load_map_views,
	.locked_down = load_locked_down,
};

/*
 * Checks that need no copy
 */
/* Types that change packets, or what may be sent and opened. */
static bool type_is_net_admin(u32 type)
{
	switch (type) {
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_XDP:
	case EBPF_PROG_TYPE_LWT_IN:
	case EBPF_PROG_TYPE_LWT_OUT:
	case EBPF_PROG_TYPE_LWT_XMIT:
	case EBPF_PROG_TYPE_SK_SKB:
	case EBPF_PROG_TYPE_SK_MSG:
	case EBPF_PROG_TYPE_CGROUP_DEVICE:
	case EBPF_PROG_TYPE_CGROUP_SOCK:
	case EBPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
	case EBPF_PROG_TYPE_CGROUP_SYSCTL:
	case EBPF_PROG_TYPE_SOCK_OPS:
	case EBPF_PROG_TYPE_NETFILTER:
		return true;
	default:
		return false;
	}
}

/* Linux lets CAP_BPF alone load types that see packets only, with a verifier that hides
 * addresses from them. This one hides none.
 */
static bool may_load(u32 type)
{
	if (!compat_perfmon_capable())
		return false;
	return !type_is_net_admin(type) || capable(CAP_NET_ADMIN) || capable(CAP_SYS_ADMIN);
}

/* Targets in BTF are for tracing, LSM and extension programs. */
static bool target_fits(const union ebpf_attr *attr)
{
	if (!ebpf_prog_type_has_target(attr->prog_type))
		return !attr->attach_btf_id && !attr->attach_btf_obj_fd;
	return attr->attach_btf_id ? attr->attach_btf_id <= EBPF_BTF_MAX_TYPE :
				     !attr->attach_btf_obj_fd;
}

static int check_attr(const union ebpf_attr *attr)
{
	if (attr->prog_flags & ~PROG_FLAGS)
		return -EINVAL;
	if (!attr->insn_cnt || attr->insn_cnt > EBPF_COMPLEXITY_LIMIT)
		return -E2BIG;
	if (!may_load(attr->prog_type))
		return -EPERM;
	if (attr->prog_ifindex)		/* offload to a device */
		return -EINVAL;
	if (!target_fits(attr))
		return -EINVAL;
	if (!ebpf_prog_type_supported(attr->prog_type) ||
	    !ebpf_attach_type_fits(attr->prog_type, attr->expected_attach_type))
		return -EINVAL;
	return 0;
}

static int check_license(const union ebpf_attr *attr, bool *gpl)
{
	char license[LICENSE_MAX];

	if (ebpf_copy_in_str(license, attr->license, LICENSE_MAX) < 0)
		return -EFAULT;
	*gpl = license_is_gpl_compatible(license);
	return 0;
}

/*
 * Copies
 */
static void *copy_records(u64 uaddr, u32 cnt, u32 size)
{
	void *buf = ebpf_calloc(cnt, size);

	if (!buf)
		return ERR_PTR(-ENOMEM);
	if (ebpf_copy_in(buf, uaddr, (size_t)cnt * size)) {
		ebpf_free(buf);
		return ERR_PTR(-EFAULT);
	}
	return buf;
}

/* Records of a size that is refused anyway are not copied; the verifier says so. */
static void *copy_info(u64 uaddr, u32 cnt, u32 size, u32 min, u32 max_cnt)
{
	if (!cnt || size < min || size > INFO_REC_MAX || cnt > max_cnt)
		return NULL;
	return copy_records(uaddr, cnt, size);
}

static int request_copy(struct request *req)
{
	const union ebpf_attr *attr = req->attr;
	void *p;

	p = copy_records(attr->insns, attr->insn_cnt, sizeof(struct ebpf_insn));
	if (IS_ERR(p))
		return PTR_ERR(p);
	req->insns = p;
	p = copy_info(attr->func_info, attr->func_info_cnt, attr->func_info_rec_size,
		      sizeof(struct ebpf_func_info), attr->insn_cnt);
	if (IS_ERR(p))
		return PTR_ERR(p);
	req->func_info = p;
	p = copy_info(attr->line_info, attr->line_info_cnt, attr->line_info_rec_size,
		      sizeof(struct ebpf_line_info), attr->insn_cnt);
	if (IS_ERR(p))
		return PTR_ERR(p);
	req->line_info = p;
	p = copy_info(attr->core_relos, attr->core_relo_cnt, attr->core_relo_rec_size,
		      sizeof(struct ebpf_core_relo), EBPF_COMPLEXITY_LIMIT);
	if (IS_ERR(p))
		return PTR_ERR(p);
	req->core_relos = p;
	return 0;
}

static void request_free(struct request *req)
{
	ebpf_free(req->core_relos);
	ebpf_free(req->line_info);
	ebpf_free(req->func_info);
	ebpf_free(req->insns);
}

static int prog_set_btf(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	struct ebpf_btf_obj *obj;

	if (!attr->func_info_cnt && !attr->line_info_cnt)
		return 0;
	obj = ebpf_btf_obj_get(attr->prog_btf_fd);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (obj->kernel) {
		ebpf_btf_obj_put(obj);
		return -EACCES;
	}
	prog->btf = obj;
	return 0;
}

/* The descriptor is of the kernel's BTF, or of a module's, or of a program. */
static struct ebpf_btf_obj *target_by_fd(int fd, struct ebpf_log *log)
{
	struct ebpf_prog *prog = ebpf_prog_get(fd, EBPF_PROG_TYPE_UNSPEC);
	struct ebpf_btf_obj *obj;
	int err = -ENOTSUPP;

	if (!IS_ERR(prog)) {
		ebpf_prog_put(prog);
		ebpf_log_printf(log, "Attaching to other programs is not supported\n");
		return ERR_PTR(-EOPNOTSUPP);
	}
	obj = ebpf_btf_obj_get(fd);
	if (IS_ERR(obj))
		return ERR_PTR(-EINVAL);
	if (obj->module)
		err = ebpf_btf_module_load(obj);
	else if (obj->kernel)
		err = ebpf_btf_vmlinux() ? 0 : -ENOENT;
	if (!err)
		return obj;
	ebpf_btf_obj_put(obj);
	return ERR_PTR(err);
}

/* Those run in the function's own context, which only the trampoline has. */
static int check_trampoline(const union ebpf_attr *attr, struct ebpf_log *log)
{
	const char *what = attr->prog_type == EBPF_PROG_TYPE_LSM ? "LSM" :
			   attr->prog_flags & EBPF_F_SLEEPABLE ? "sleepable" : "fmod_ret";

	if (ebpf_attach_can_modify() || attr->expected_attach_type == EBPF_TRACE_ITER)
		return 0;
	if (attr->expected_attach_type != EBPF_MODIFY_RETURN &&
	    attr->prog_type != EBPF_PROG_TYPE_LSM && !(attr->prog_flags & EBPF_F_SLEEPABLE))
		return 0;
	ebpf_log_printf(log, "%s programs need a kernel whose ftrace can send calls elsewhere\n",
			what);
	return -EOPNOTSUPP;
}

static int prog_set_target(struct ebpf_prog *prog, const union ebpf_attr *attr,
			   struct ebpf_log *log)
{
	struct ebpf_btf_obj *obj;
	int err;

	if (!attr->attach_btf_id)
		return 0;
	err = check_trampoline(attr, log);
	if (err)
		return err;
	if (attr->attach_btf_obj_fd) {
		obj = target_by_fd(attr->attach_btf_obj_fd, log);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	} else {
		obj = ebpf_btf_vmlinux();
		/* Without, the verifier says so. */
		if (!obj)
			return 0;
		ebpf_btf_obj_inc(obj);
	}
	prog->attach_btf = obj;
	prog->attach_btf_id = attr->attach_btf_id;
	return 0;
}

static void request_fill(struct request *req, const struct ebpf_prog *prog)
{
	const union ebpf_attr *attr = req->attr;
	struct ebpf_load *load = &req->load;

	load->prog_type = attr->prog_type;
	load->expected_attach_type = ebpf_attach_type_of(attr->prog_type, attr->expected_attach_type);
	load->prog_flags = attr->prog_flags;
	load->gpl_compatible = prog->gpl_compatible;
	load->no_sys_admin = !capable(CAP_SYS_ADMIN);
	load->insns = req->insns;
	load->insn_cnt = attr->insn_cnt;
	load->btf = prog->btf ? prog->btf->btf : NULL;
	load->func_info = req->func_info;
	load->func_info_cnt = attr->func_info_cnt;
	load->func_info_rec_size = attr->func_info_rec_size;
	load->line_info = req->line_info;
	load->line_info_cnt = attr->line_info_cnt;
	load->line_info_rec_size = attr->line_info_rec_size;
	load->core_relos = req->core_relos;
	load->core_relo_cnt = attr->core_relo_cnt;
	load->core_relo_rec_size = attr->core_relo_rec_size;
	load->attach_btf_id = attr->attach_btf_id;
	load->attach_btf = prog->attach_btf ? prog->attach_btf->btf : NULL;
	load->ops = attr->fd_array ? &load_ops_fd_array : &load_ops;
	load->self = prog;
	load->cookie = req;
	load->log = &req->log.log;
}

static int prog_verify(struct ebpf_prog *prog, struct request *req)
{
	const union ebpf_attr *attr = req->attr;
	u64 start = ebpf_now_ns();
	int err;

	err = ebpf_user_log_init(&req->log, attr->log_buf, attr->log_size, attr->log_level);
	if (err)
		return err;
	err = prog_set_btf(prog, attr);
	if (!err)
		err = prog_set_target(prog, attr, &req->log.log);
	if (err)
		return ebpf_user_log_result(&req->log, err);
	request_fill(req, prog);
	/* Linux looks at them only beside other information of the program's types. */
	if (attr->core_relo_cnt && prog->btf)
		err = req->core_relos ? ebpf_core_relocate(&req->load, req->insns) : -EINVAL;
	if (!err)
		err = ebpf_verify(&req->load, &prog->image);
	prog->verify_ns = ebpf_now_ns() - start;
	/* On error the image is empty and holds no map. */
	return ebpf_user_log_result(&req->log, err);
}

static int prog_check_maps(struct ebpf_prog *prog)
{
	u32 i;

	prog->tail_map_cnt = prog->image.used_map_cnt;
	for (i = 0; i < prog->image.used_map_cnt; i++)
		if (prog->image.used_maps[i]->map_type == EBPF_MAP_TYPE_PROG_ARRAY &&
		    !ebpf_prog_array_compatible(prog->image.used_maps[i], prog))
			return -EINVAL;
	return 0;
}

/* Maps that are freed from now on wait for the program. */
static void prog_count_inner(struct ebpf_prog *prog)
{
	u32 i;

	for (i = 0; prog->sleepable && i < prog->image.used_map_cnt; i++)
		prog->counts_inner |= !!prog->image.used_maps[i]->inner_map_meta;
	if (prog->counts_inner)
		ebpf_sleep_inner_get();
}

static int prog_describe(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	int err;

	prog->type = attr->prog_type;
	prog->sleepable = attr->prog_flags & EBPF_F_SLEEPABLE;
	prog->xdp_has_frags = attr->prog_flags & EBPF_F_XDP_HAS_FRAGS;
	prog->expected_attach_type = ebpf_attach_type_of(attr->prog_type, attr->expected_attach_type);
	prog->load_time = compat_ktime_get_boot_ns();
	prog->created_by_uid = from_kuid_munged(current_user_ns(), current_uid());
	err = check_license(attr, &prog->gpl_compatible);
	if (err)
		return err;
	err = ebpf_name_copy(prog->name, attr->prog_name, sizeof(prog->name));
	return err < 0 ? err : 0;
}

static int prog_build(struct ebpf_prog *prog, struct request *req)
{
	int err;

	err = prog_describe(prog, req->attr);
	if (err)
		return err;
	err = request_copy(req);
	if (err)
		return err;
	err = prog_verify(prog, req);
	if (err)
		return err;
	prog->kprobe_override = prog->image.kprobe_override;
	prog->has_callchain = prog->image.has_callchain;
	err = prog_check_maps(prog);
	if (err)
		return err;
	prog_count_inner(prog);
	ebpf_prog_tag(req->insns, req->attr->insn_cnt, prog->tag);
	err = ebpf_prog_set_lines(prog, &req->load);
	if (err)
		return err;
	return ebpf_prog_compile(prog);
}

long ebpf_cmd_prog_load(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog;
	struct request *req;
	int err;

	err = check_attr(attr);
	if (err)
		return err;
	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	req->attr = attr;
	prog = ebpf_prog_alloc();
	if (IS_ERR(prog)) {
		kfree(req);
		return PTR_ERR(prog);
	}
	err = prog_build(prog, req);
	request_free(req);
	kfree(req);
	if (err)
		goto drop;
	err = ebpf_ids_alloc(&ebpf_prog_ids, NULL);
	if (err < 0)
		goto drop;
	prog->id = err;
	ebpf_ids_publish(&ebpf_prog_ids, prog->id, prog);
	err = ebpf_prog_new_fd(prog);
	if (err < 0)
		ebpf_prog_put(prog);
	return err;

drop:
	ebpf_prog_drop(prog);
	return err;
}

/*
 * PROG_BIND_MAP
 */
static int bind_map(struct ebpf_prog *prog, struct ebpf_map *map)
{
	struct ebpf_prog_image *img = &prog->image;
	struct ebpf_map **maps;
	u32 i;

	for (i = 0; i < img->used_map_cnt; i++) {
		if (img->used_maps[i] != map)
			continue;
		ebpf_map_put(map);
		return 0;
	}
	maps = ebpf_realloc(img->used_maps, img->used_map_cnt * sizeof(*maps),
			    (img->used_map_cnt + 1) * sizeof(*maps));
	if (!maps)
		return -ENOMEM;
	maps[img->used_map_cnt++] = map;
	img->used_maps = maps;
	return 0;
}

long ebpf_cmd_prog_bind_map(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog;
	struct ebpf_map *map;
	long err;

	if (attr->prog_bind_map.flags)
		return -EINVAL;
	prog = ebpf_prog_get(attr->prog_bind_map.prog_fd, EBPF_PROG_TYPE_UNSPEC);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	map = ebpf_map_get(attr->prog_bind_map.map_fd);
	err = PTR_ERR(map);
	if (!IS_ERR(map)) {
		ebpf_prog_maps_lock();
		err = bind_map(prog, map);
		ebpf_prog_maps_unlock();
		if (err)
			ebpf_map_put(map);
	}
	ebpf_prog_put(prog);
	return err;
}
