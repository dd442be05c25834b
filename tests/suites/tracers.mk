# SPDX-License-Identifier: GPL-2.0-only
## check-tracers [KERNEL=DIR]     bpftool, bpftrace and BCC through the shim, compared with native
##                            (ROWS="prog-show bt-kprobe" runs only these)
check-tracers:
	@$(top)/tests/suites/test_tracers $(if $(KERNEL),--kernel $(KERNEL)) $(ROWS)
.PHONY: check-tracers
