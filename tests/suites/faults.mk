# SPDX-License-Identifier: GPL-2.0-only
## check-faults [KERNEL=DIR] [TESTS="a b"]  VM tests, on the debug kernel, in which each call
##                            fails first at each of its allocations and copies
check-faults:
	@$(top)/tests/run faults $(or $(KERNEL),-) $(TESTS)
.PHONY: check-faults
