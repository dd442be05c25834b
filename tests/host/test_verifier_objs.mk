# SPDX-License-Identifier: GPL-2.0-only
srcs-test_verifier_objs := verif_run.c fake_map.c fake_helpers.c
