# SPDX-License-Identifier: GPL-2.0-only
srcs-test_helper_table := verif_run.c fake_map.c fake_helpers.c
