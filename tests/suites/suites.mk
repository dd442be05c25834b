# SPDX-License-Identifier: GPL-2.0-only
## check-selftests           Linux's test_verifier through the shim, compared with native
check-selftests:
	@$(top)/tests/suites/test_verifier
.PHONY: check-selftests
