// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/compat.h"
#include "kmod/compat/hotplug.h"

static void (*hotplug_changed)(unsigned int cpu, bool online);

#ifdef HAVE_CPUHP_SETUP_STATE

#include <linux/cpuhotplug.h>

static int hotplug_state;

static int hotplug_online(unsigned int cpu)
{
	hotplug_changed(cpu, true);
	return 0;
}

static int hotplug_offline(unsigned int cpu)
{
	hotplug_changed(cpu, false);
	return 0;
}

int ebpf_compat_hotplug_register(void (*changed)(unsigned int cpu, bool online))
{
	int state;

	hotplug_changed = changed;
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "ebpfdrv:online",
					  hotplug_online, hotplug_offline);
	if (state < 0)
		return state;
	hotplug_state = state;
	return 0;
}

void ebpf_compat_hotplug_unregister(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
}

#else /* notifiers */

#include <linux/notifier.h>

static int hotplug_notify(struct notifier_block *nb, unsigned long action, void *cpu)
{
	switch (action & ~CPU_TASKS_FROZEN) {
	case CPU_ONLINE:
	case CPU_DOWN_FAILED:
		hotplug_changed((unsigned long)cpu, true);
		break;
	case CPU_DOWN_PREPARE:
		hotplug_changed((unsigned long)cpu, false);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block hotplug_nb = {
	.notifier_call = hotplug_notify,
};

int ebpf_compat_hotplug_register(void (*changed)(unsigned int cpu, bool online))
{
	hotplug_changed = changed;
	return register_cpu_notifier(&hotplug_nb);
}

void ebpf_compat_hotplug_unregister(void)
{
	unregister_cpu_notifier(&hotplug_nb);
}

#endif
