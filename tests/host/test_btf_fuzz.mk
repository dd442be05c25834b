# SPDX-License-Identifier: GPL-2.0-only
# The log brings the verifier along, and that the maps.
srcs-test_btf_fuzz := fake_map.c fake_helpers.c
