# SPDX-License-Identifier: GPL-2.0-only
srcs-test_verifier_fuzz := verif_run.c fake_map.c fake_helpers.c interp.c \
	../fuzz/gen.c ../fuzz/claims.c ../fuzz/suspects.c ../fuzz/world.c
$(O)/%/tests/host/../fuzz/suspects.o: CFLAGS += -DSUSPECTS_KNOWN='"$(top)/tests/fuzz/suspects.known"'
