# SPDX-License-Identifier: GPL-2.0-only
## check-clients [KERNEL=DIR]     Debian's libbpf-tools through the shim, compared with native
##                            (TOOLS="opensnoop biolatency" runs only these)
check-clients:
	@$(top)/tests/suites/test_clients $(if $(KERNEL),--kernel $(KERNEL)) $(TOOLS)
.PHONY: check-clients
