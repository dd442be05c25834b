# Two files of the module, with what they include of the kernel from here.
$(O)/%/tests/host/test_nofault.o: CFLAGS += -I$(here)kernel
