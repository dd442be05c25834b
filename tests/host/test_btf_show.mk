# SPDX-License-Identifier: GPL-2.0-only
srcs-test_btf_show := fake_map.c fake_helpers.c
