# SPDX-License-Identifier: GPL-2.0-only
## check-debug [SECONDS=N] [TESTS="a b"]  VM tests and N s of stress on a debug kernel, which
##                            tests/vm/build-debug-kernel builds (KASAN, lockdep, kmemleak)
check-debug:
	@STRESS_SECONDS=$(or $(SECONDS),60) $(top)/tests/run debug $(TESTS)
.PHONY: check-debug
