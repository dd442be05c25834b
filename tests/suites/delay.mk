# SPDX-License-Identifier: GPL-2.0-only
## demo-delay [KERNEL=DIR]    examples/rcvdelay finds when a server does not read, in a VM
demo-delay:
	@$(top)/tests/deps vm
	@$(top)/tests/demo --delay $(KERNEL)
.PHONY: demo-delay
