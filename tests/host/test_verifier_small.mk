# SPDX-License-Identifier: GPL-2.0-only
srcs-test_verifier_small := verif_run.c fake_map.c fake_helpers.c interp.c jit_run.c \
	../fuzz/gen.c ../fuzz/claims.c ../fuzz/suspects.c ../fuzz/small.c \
	../fuzz/small_parts.c ../fuzz/small_nested.c ../fuzz/small_ends.c ../fuzz/small_world.c \
	../fuzz/iter_gen.c ../fuzz/iter_world.c
libs-test_verifier_small = $(libs-capstone)
