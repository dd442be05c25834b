# SPDX-License-Identifier: GPL-2.0-only
## check-hostile [SECONDS=N] [KERNEL=DIR] [SEED=N]  random hostile calls, on the debug kernel and on each
##                            kernel of the cache, or on that one; N s (1800) on each
check-hostile:
	@SECONDS_EACH=$(or $(SECONDS),1800) SEED=$(SEED) $(top)/tests/suites/hostile $(KERNEL)
.PHONY: check-hostile
