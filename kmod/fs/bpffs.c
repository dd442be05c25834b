// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file system of pinned objects: each of its files holds a reference of a map,
 * a program or a link, as an fd does, until it is removed and nobody looks at it,
 * or the file system is unmounted. Mounts have nothing in common with each other.
 */
#include "kmod/fs/bpffs.h"
#include "kmod/compat/fs.h"
#include "kmod/iter/iter.h"
#include "kmod/link/link.h"
#include "kmod/map/map.h"
#include "kmod/prog/prog.h"
#include "kmod/syscall.h"

#include <linux/fs_struct.h>
#include <linux/ratelimit.h>

#define BPFFS_MAGIC	0xcafe4a11
#define MOUNT_POINT	"bpf"

/* One per kind of object; a file's i_op tells what i_private is. */
static const struct inode_operations map_iops;
static const struct inode_operations prog_iops;
static const struct inode_operations link_iops;
static const struct inode_operations dir_iops;

static int bpffs_fill(struct super_block *sb, umode_t mode);
/* Both names for the same: one to mount by where the other is the kernel's own. */
static struct compat_fs bpf_fs = {
	.type = { .owner = THIS_MODULE, .name = "bpf" },
	.fill = bpffs_fill,
};
static struct compat_fs ebpfdrv_fs = {
	.type = { .owner = THIS_MODULE, .name = "ebpfdrvfs" },
	.fill = bpffs_fill,
};
static bool have_bpf_fs;
static bool have_mount_point;

/*
 * References
 */
static void object_put(const struct inode_operations *kind, void *object)
{
	if (kind == &map_iops)
		ebpf_map_put_with_uref(object);
	else if (kind == &prog_iops)
		ebpf_prog_put(object);
	else if (kind == &link_iops)
		ebpf_link_put(object);
}

static void object_inc(const struct inode_operations *kind, void *object)
{
	if (kind == &map_iops)
		ebpf_map_inc_with_uref(object);
	else if (kind == &prog_iops)
		ebpf_prog_inc(object);
	else
		atomic64_inc(&((struct ebpf_link *)object)->refcnt);
}

static bool is_object(const struct inode *inode)
{
	return inode->i_op == &map_iops || inode->i_op == &prog_iops || inode->i_op == &link_iops;
}

/* The object of @fd with a reference, and its kind. */
static void *object_of_fd(int fd, const struct inode_operations **kind)
{
	void *object = ebpf_map_get_with_uref(fd);

	*kind = &map_iops;
	if (!IS_ERR(object))
		return object;
	object = ebpf_prog_get(fd, EBPF_PROG_TYPE_UNSPEC);
	*kind = &prog_iops;
	if (!IS_ERR(object))
		return object;
	object = ebpf_link_get(fd);
	*kind = &link_iops;
	return IS_ERR(object) ? ERR_PTR(-EINVAL) : object;
}

/* A new fd that owns the reference on success. @flags: O_RDONLY... */
static int object_new_fd(const struct inode_operations *kind, void *object, int flags)
{
	if (kind == &map_iops)
		return ebpf_map_new_fd(object, flags);
	if (kind == &prog_iops)
		return ebpf_prog_new_fd(object);
	return flags == O_RDWR ? ebpf_link_new_fd(object) : -EINVAL;
}

/*
 * Inodes
 */
struct target {
	struct rcu_head rcu;
	char path[];
};

static struct inode *inode_new(struct super_block *sb, struct inode *dir, umode_t mode)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	compat_inode_init_times(inode);
	inode_init_owner(COMPAT_IDMAP inode, dir, mode);
	return inode;
}

static void bpffs_evict_inode(struct inode *inode)
{
	truncate_inode_pages(&inode->i_data, 0);
	clear_inode(inode);
	if (is_object(inode))
		object_put(inode->i_op, inode->i_private);
	else if (S_ISLNK(inode->i_mode))
		kfree_rcu(container_of(ebpf_compat_symlink_target(inode), struct target, path[0]),
			  rcu);
}

static int object_open(struct inode *inode, struct file *file)
{
	return -EIO;
}

static const struct file_operations object_fops = {
	.owner = THIS_MODULE,
	.open = object_open,
};

/* Consumes the reference on success. */
static int object_create(struct inode *dir, struct dentry *dentry,
			 const struct inode_operations *kind, void *object)
{
	umode_t mode = S_IFREG | ((S_IRUSR | S_IWUSR) & ~current_umask());
	struct inode *inode = inode_new(dir->i_sb, dir, mode);

	if (!inode)
		return -ENOSPC;
	inode->i_op = kind;
	inode->i_fop = &object_fops;
	if (kind == &map_iops && ebpf_map_can_be_shown(object))
		inode->i_fop = &ebpf_map_show_fops;
	else if (kind == &link_iops && ebpf_link_is_iter(object))
		inode->i_fop = &ebpf_iter_fops;
	inode->i_private = object;
	compat_entry_add(dir, dentry, inode);
	return 0;
}

static void make_dir(struct inode *inode)
{
	inode->i_op = &dir_iops;
	inode->i_fop = &simple_dir_operations;
	inc_nlink(inode);
}

static int dir_add(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct inode *inode = inode_new(dir->i_sb, dir, mode | S_IFDIR);

	if (!inode)
		return -ENOSPC;
	make_dir(inode);
	inc_nlink(dir);
	compat_entry_add(dir, dentry, inode);
	return 0;
}

static compat_mkdir_t dir_mkdir(COMPAT_IDMAP_PARAM struct inode *dir, struct dentry *dentry,
				umode_t mode)
{
	return COMPAT_MKDIR_RESULT(dir_add(dir, dentry, mode));
}

static int dir_symlink(COMPAT_IDMAP_PARAM struct inode *dir, struct dentry *dentry,
		       const char *path)
{
	struct target *target = kmalloc(sizeof(*target) + strlen(path) + 1, GFP_KERNEL);
	struct inode *inode;

	if (!target)
		return -ENOMEM;
	strcpy(target->path, path);
	inode = inode_new(dir->i_sb, dir, S_IRWXUGO | S_IFLNK);
	if (!inode) {
		kfree(target);
		return -ENOSPC;
	}
	ebpf_compat_symlink_init(inode, target->path);
	compat_entry_add(dir, dentry, inode);
	return 0;
}

/* Linux keeps names with dots to itself. */
static struct dentry *dir_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	if (strchr(dentry->d_name.name, '.'))
		return ERR_PTR(-EPERM);
	return simple_lookup(dir, dentry, flags);
}

static const struct inode_operations dir_iops = {
	.lookup = dir_lookup,
	.mkdir = dir_mkdir,
	.symlink = dir_symlink,
	.rmdir = simple_rmdir,
	.rename = simple_rename,
	.link = simple_link,
	.unlink = simple_unlink,
};

/*
 * Mounting
 */
static int bpffs_show_options(struct seq_file *m, struct dentry *root)
{
	umode_t mode = root->d_inode->i_mode & S_IALLUGO & ~S_ISVTX;

	if (mode != S_IRWXUGO)
		seq_printf(m, ",mode=%o", mode);
	return 0;
}

static const struct super_operations bpffs_sops = {
	.statfs = simple_statfs,
	.drop_inode = compat_drop_inode,
	.evict_inode = bpffs_evict_inode,
	.show_options = bpffs_show_options,
};

static int bpffs_fill(struct super_block *sb, umode_t mode)
{
	struct inode *root;

	sb->s_magic = BPFFS_MAGIC;
	sb->s_op = &bpffs_sops;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_time_gran = 1;
	root = inode_new(sb, NULL, S_IFDIR | S_ISVTX | mode);
	if (!root)
		return -ENOMEM;
	make_dir(root);
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

/*
 * Commands
 */
static int pin_at(struct path *dir, struct dentry *dentry, const struct inode_operations *kind,
		  void *object)
{
	struct inode *inode = dir->dentry->d_inode;
	int err;

	if (inode->i_op != &dir_iops) {
		pr_info_ratelimited("ebpfdrv: %s[%d]: can pin objects only in a file system of its own: mount -t ebpfdrvfs none /sys/fs/bpf\n",
				    current->comm, task_pid_nr(current));
		return -EPERM;
	}
	err = inode_permission(COMPAT_IDMAP inode, MAY_WRITE | MAY_EXEC);
	return err ? err : object_create(inode, dentry, kind, object);
}

long ebpf_cmd_obj_pin(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	const struct inode_operations *kind;
	struct dentry *dentry;
	struct path dir;
	void *object;
	long err;

	if (attr->file_flags)
		return -EINVAL;
	object = object_of_fd(attr->bpf_fd, &kind);
	if (IS_ERR(object))
		return PTR_ERR(object);
	dentry = compat_create_begin(ebpf_user_ptr(attr->pathname), &dir);
	if (IS_ERR(dentry)) {
		err = PTR_ERR(dentry);
		goto put;
	}
	err = pin_at(&dir, dentry, kind, object);
	compat_create_end(&dir, dentry);
put:
	if (err)
		object_put(kind, object);
	return err;
}

static void *object_of_path(const struct path *path, int access,
			    const struct inode_operations **kind)
{
	struct inode *inode = path->dentry->d_inode;
	int err = inode_permission(COMPAT_IDMAP inode, access);

	if (err)
		return ERR_PTR(err);
	if (!is_object(inode))
		return ERR_PTR(-EACCES);
	*kind = inode->i_op;
	/* The path holds the inode, which holds the object. */
	object_inc(*kind, inode->i_private);
	return inode->i_private;
}

long ebpf_cmd_obj_get(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	const u32 one_way = EBPF_F_RDONLY | EBPF_F_WRONLY;
	int access = MAY_READ | MAY_WRITE, flags = O_RDWR, fd;
	const struct inode_operations *kind = NULL;
	struct path path;
	void *object;

	if (attr->bpf_fd || (attr->file_flags & ~one_way) || attr->file_flags == one_way)
		return -EINVAL;
	if (attr->file_flags & EBPF_F_RDONLY) {
		access = MAY_READ;
		flags = O_RDONLY;
	} else if (attr->file_flags & EBPF_F_WRONLY) {
		access = MAY_WRITE;
		flags = O_WRONLY;
	}
	fd = user_path_at(AT_FDCWD, ebpf_user_ptr(attr->pathname), LOOKUP_FOLLOW, &path);
	if (fd)
		return fd;
	object = object_of_path(&path, access, &kind);
	path_put(&path);
	if (IS_ERR(object))
		return PTR_ERR(object);
	fd = object_new_fd(kind, object, flags);
	if (fd < 0)
		object_put(kind, object);
	return fd;
}

/*
 * Module start and end: the end comes only when nothing is mounted
 */
static void bpf_fs_exit(void)
{
	if (have_mount_point)
		ebpf_compat_mount_point_del(MOUNT_POINT);
	if (have_bpf_fs)
		ebpf_compat_fs_unregister(&bpf_fs);
}

int ebpf_bpffs_init(void)
{
	int err;

	/* Whoever has the name has made the mount point, too. */
	have_bpf_fs = !ebpf_compat_fs_register(&bpf_fs);
	have_mount_point = have_bpf_fs && !ebpf_compat_mount_point_add(MOUNT_POINT);
	if (have_bpf_fs && !have_mount_point)
		pr_warn("ebpfdrv: /sys/fs/" MOUNT_POINT " cannot be made\n");
	/* Tools look for mounts of type bpf. */
	if (have_bpf_fs)
		ebpfdrv_fs.shown = &bpf_fs;
	err = ebpf_compat_fs_register(&ebpfdrv_fs);
	if (err)
		bpf_fs_exit();
	return err;
}

void ebpf_bpffs_start(void)
{
	WRITE_ONCE(bpf_fs.open, true);
	WRITE_ONCE(ebpfdrv_fs.open, true);
}

void ebpf_bpffs_exit(void)
{
	ebpf_compat_fs_unregister(&ebpfdrv_fs);
	bpf_fs_exit();
}
