# SPDX-License-Identifier: GPL-2.0-only
## check-coverage [MIN=N] [TESTS="a b"] [ADD=1]  lines of kmod/ that the VM tests run, at least
##                            N % (85), on the debug kernel; ADD=1 adds to what ran before
check-coverage:
	@ADD=$(ADD) MIN=$(or $(MIN),85) $(top)/tests/suites/coverage $(TESTS)
.PHONY: check-coverage
