# SPDX-License-Identifier: GPL-2.0-only
# Files of the module, with what they include of the kernel from here.
$(O)/%/tests/host/test_tracepoint_keep.o: CFLAGS += -I$(here)kernel
