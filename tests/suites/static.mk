# SPDX-License-Identifier: GPL-2.0-only
## check-static [KERNEL=DIR]      programs that nothing can be preloaded into (Go on cilium/ebpf, static
##                            glibc and musl), adopted, compared with native
check-static:
	@$(top)/tests/suites/test_static $(KERNEL)
.PHONY: check-static
