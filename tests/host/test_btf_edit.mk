# SPDX-License-Identifier: GPL-2.0-only
# All of ebpfdrv-btf-edit but its main(); the interface's types come from the header.
srcs-test_btf_edit := $(addprefix ../../tools/ebpfdrv-btf-,elf.c events.c merge.c modern.c names.c own.c types.c uapi.c)
btf-edit-inc := $(O)/btf-edit/ebpfdrv-btf-uapi.inc

$(btf-edit-inc): $(wildcard $(top)/uapi/ebpfdrv/*.h) $(top)/tools/Makefile
	@$(MAKE) -s -C $(top)/tools O=$(O)/btf-edit $@

$(foreach v,plain san,$(O)/$(v)/tests/host/../../tools/ebpfdrv-btf-uapi.o): $(btf-edit-inc)
$(foreach v,plain san,$(O)/$(v)/tests/host/../../tools/ebpfdrv-btf-uapi.o): CFLAGS += -I$(O)/btf-edit
