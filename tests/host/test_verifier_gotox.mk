# SPDX-License-Identifier: GPL-2.0-only
srcs-test_verifier_gotox := verif_run.c fake_map.c fake_helpers.c image_run.c jit_run.c interp.c
libs-test_verifier_gotox = $(libs-capstone)
