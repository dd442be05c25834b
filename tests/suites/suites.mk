# SPDX-License-Identifier: GPL-2.0-only
## check-selftests [SUITES="test_maps"]  Linux's test_verifier and tests of maps through the shim, compared with native
check-selftests:
	@$(top)/tests/suites/selftests $(SUITES)
.PHONY: check-selftests

## check-selftests-new [FILES="a b"] [CPUS=v3]  the programs of Linux 7.2's verifier tests, beside 6.1 and 7.2
check-selftests-new:
	@CPUS="$(CPUS)" $(top)/tests/suites/selftests_new $(FILES)
.PHONY: check-selftests-new

## judge-selftests [FILES="a b"] [CPUS=v3]  the same programs, judged on this machine in seconds
judge-selftests:
	@CPUS="$(CPUS)" $(top)/tests/suites/selftests_judge $(FILES)
.PHONY: judge-selftests
