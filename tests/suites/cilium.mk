# SPDX-License-Identifier: GPL-2.0-only
## check-cilium [KERNEL=DIR] [PACKAGES="link perf"]  cilium/ebpf's own tests, adopted, compared
##                            with native
check-cilium:
	@PACKAGES="$(PACKAGES)" $(top)/tests/suites/test_cilium $(KERNEL)
.PHONY: check-cilium
