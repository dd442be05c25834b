# SPDX-License-Identifier: GPL-2.0-only
## fuzz [SECONDS=N] [SEED=N] random programs: runs, claims and pruning of the verifier
# Two thirds of the time for long programs with some inputs each, one for small ones with all.
fuzz: SECONDS ?= 600
fuzz: fuzz-seed := $(or $(SEED),$(shell date +%s)000000)
fuzz:
	@$(top)/tests/deps host
	@$(MAKE) -s -C $(top)/tests/host O=$(B)/tests/host \
		TESTS="test_verifier_fuzz test_verifier_small" \
		$(B)/tests/host/plain/test_verifier_fuzz $(B)/tests/host/plain/test_verifier_small
	@VERIFIER_SMALL_SECONDS=$$(($(SECONDS) / 3)) VERIFIER_SMALL_SEED=$(fuzz-seed) \
		$(B)/tests/host/plain/test_verifier_small
	@VERIFIER_FUZZ_SECONDS=$$(($(SECONDS) - $(SECONDS) / 3)) VERIFIER_FUZZ_SEED=$(fuzz-seed) \
		$(B)/tests/host/plain/test_verifier_fuzz

.PHONY: fuzz

## check-native-diff [PROGRAMS=N] [SEED=N] [HERE=1]  verdicts on random programs beside Linux 6.1's own
check-native-diff:
	@HERE=$(HERE) $(top)/tests/suites/native_diff $(or $(PROGRAMS),20000) $(SEED)
.PHONY: check-native-diff
