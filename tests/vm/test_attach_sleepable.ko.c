// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/slow_memory: mappings of it have a page that takes as long as the test wants.
 * read(2) tells how many wait for it, write(2) lets them have it.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/wait.h>

struct slow {
	wait_queue_head_t wait;
	atomic_t waiting;
	bool there;
};

static int slow_wait(struct slow *slow, struct page **page)
{
	int err;

	atomic_inc(&slow->waiting);
	err = wait_event_killable(slow->wait, slow->there);
	atomic_dec(&slow->waiting);
	if (err)
		return VM_FAULT_SIGBUS;
	*page = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	if (!*page)
		return VM_FAULT_OOM;
	strcpy(page_address(*page), "slow");
	return 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 17, 0)
static vm_fault_t slow_fault(struct vm_fault *vmf)
{
	return slow_wait(vmf->vma->vm_file->private_data, &vmf->page);
}
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(4, 11, 0)
static int slow_fault(struct vm_fault *vmf)
{
	return slow_wait(vmf->vma->vm_file->private_data, &vmf->page);
}
#else
static int slow_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	return slow_wait(vma->vm_file->private_data, &vmf->page);
}
#endif

static const struct vm_operations_struct slow_vm_ops = {
	.fault = slow_fault,
};

static int slow_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &slow_vm_ops;
	return 0;
}

static int slow_open(struct inode *inode, struct file *file)
{
	struct slow *slow = kzalloc(sizeof(*slow), GFP_KERNEL);

	if (!slow)
		return -ENOMEM;
	init_waitqueue_head(&slow->wait);
	file->private_data = slow;
	return 0;
}

static int slow_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static ssize_t slow_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct slow *slow = file->private_data;
	int n = atomic_read(&slow->waiting);

	if (size < sizeof(n) || copy_to_user(buf, &n, sizeof(n)))
		return -EFAULT;
	return sizeof(n);
}

static ssize_t slow_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	struct slow *slow = file->private_data;

	slow->there = true;
	wake_up_all(&slow->wait);
	return size;
}

static const struct file_operations slow_fops = {
	.owner = THIS_MODULE,
	.open = slow_open,
	.release = slow_release,
	.mmap = slow_mmap,
	.read = slow_read,
	.write = slow_write,
};

static struct miscdevice slow_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "slow_memory",
	.fops = &slow_fops,
};

static int __init slow_init(void)
{
	return misc_register(&slow_device);
}

static void __exit slow_exit(void)
{
	misc_deregister(&slow_device);
}

module_init(slow_init);
module_exit(slow_exit);
MODULE_LICENSE("GPL");
