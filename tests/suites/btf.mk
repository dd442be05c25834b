# SPDX-License-Identifier: GPL-2.0-only
## check-btf                  packs of real kernels' BTF: size, choice, damage

check-btf:
	@$(top)/tests/deps vm
	@$(MAKE) -s --no-print-directory tools
	@$(top)/tests/suites/btf

.PHONY: check-btf
