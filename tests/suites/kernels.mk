# SPDX-License-Identifier: GPL-2.0-only
## check-kernels [TESTS="a b"] [KERNELS="a b"]   VM tests on every kernel at hand, as a table
check-kernels:
	@$(top)/tests/deps vm
	@KERNELS="$(KERNELS)" $(top)/tests/suites/kernels $(TESTS)

.PHONY: check-kernels
