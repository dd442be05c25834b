# SPDX-License-Identifier: GPL-2.0-only
# With libcapstone the bytes are disassembled, too.
libs-capstone := $(shell pkg-config --silence-errors --libs capstone)
$(O)/%/tests/host/jit_run.o: CFLAGS += $(if $(libs-capstone),-DHAVE_CAPSTONE)

srcs-test_jit_insn := interp.c jit_run.c
libs-test_jit_insn := $(libs-capstone)
