# SPDX-License-Identifier: GPL-2.0-only
srcs-test_core_relo := fake_map.c fake_helpers.c
