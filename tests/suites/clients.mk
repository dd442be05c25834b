# SPDX-License-Identifier: GPL-2.0-only
## check-clients              Debian's libbpf-tools (TOOLS="a b"), compared with native
check-clients:
	@$(top)/tests/suites/test_clients $(if $(KERNEL),--kernel $(KERNEL)) $(TOOLS)
.PHONY: check-clients
