# SPDX-License-Identifier: GPL-2.0-only
srcs-test_btf_pack_fuzz := $(addprefix ../../tools/ebpfdrv-btf-,names.c pack.c types.c)
