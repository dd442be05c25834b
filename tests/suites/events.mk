# SPDX-License-Identifier: GPL-2.0-only
## check-events [KERNEL=DIR]  the module's events on an old kernel beside those of Linux 6.1: formats,
##                            and what ftrace, perf and bpftrace print of the same connections
check-events:
	@$(top)/tests/suites/events $(KERNEL)
.PHONY: check-events
