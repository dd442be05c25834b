# SPDX-License-Identifier: GPL-2.0-only
# A file of the module, with what it includes of the kernel from here.
srcs-test_verifier_arena := verif_run.c fake_map.c fake_helpers.c image_run.c jit_run.c interp.c
libs-test_verifier_arena = $(libs-capstone)
