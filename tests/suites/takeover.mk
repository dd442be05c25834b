# SPDX-License-Identifier: GPL-2.0-only
## check-takeover [KERNEL=DIR]    every process's bpf(2) is the module's: unmodified programs, a container and
##                            a service at once, and the kernel's own answers again
check-takeover:
	@$(top)/tests/suites/test_takeover $(KERNEL)
.PHONY: check-takeover
