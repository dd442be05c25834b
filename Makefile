# SPDX-License-Identifier: GPL-2.0-only
#
# The door to everything: `make help` lists it. Kbuild, beside this file, is what
# the kernel's build system reads; it is never run in this tree but in a copy
# under build/, so that modules for several kernels can live side by side.

top := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
B   := $(or $(EBPFDRV_BUILD),$(top)/build)

# The kernel to build for: KERNEL=DIR (a directory with bzImage and build/), or
# KDIR=TREE (a kernel build tree), or the running one.
ifneq ($(KERNEL),)
KDIR  := $(abspath $(KERNEL))/build
KNAME := $(shell $(top)/tests/vm/kernel-name $(KERNEL) 2>/dev/null)
$(if $(KNAME),,$(error KERNEL=$(KERNEL) is no kernel directory: tests/README.md says what it holds))
else
KDIR  ?= /lib/modules/$(shell uname -r)/build
KNAME ?= $(or $(KRELEASE),unknown)
endif
# What uname -r says there.
KRELEASE = $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
BK := $(B)/$(KNAME)

PREFIX     ?= /usr
# RHEL and its kin keep 64-bit libraries apart.
LIBDIR     ?= $(PREFIX)/$(shell test -d /usr/lib64 -a -e /etc/redhat-release && echo lib64 || echo lib)
INCLUDEDIR ?= $(PREFIX)/include
VERSION    := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' $(top)/dkms.conf 2>/dev/null)

all: module user

# --- the module ----------------------------------------------------------------

# Links, not copies: a file that changes is rebuilt, one that is gone is not.
module-dirs := kmod verifier jit helpers include uapi

$(BK)/src: force
	@mkdir -p $@
	@find $@ -type l ! -exec test -e {} \; -exec rm -f {} +
	@cd $@ && ln -sf $(top)/Kbuild Kbuild && \
		for d in $(module-dirs); do cp -Rsf $(top)/$$d . || exit 1; done

module: $(BK)/src
	@$(top)/kmod/compat/check-tree $(KDIR) > /dev/null
	+@flock $(BK)/lock $(MAKE) -C $(KDIR) M=$(BK)/src W=$(W) modules
	@cmp -s $(BK)/src/ebpfdrv.ko $(BK)/ebpfdrv.ko || cp $(BK)/src/ebpfdrv.ko $(BK)/ebpfdrv.ko

# --- user space ----------------------------------------------------------------

user: shim tools

shim:
	@mkdir -p $(B)/shim
	$(MAKE) -C $(top)/shim O=$(B)/shim PREFIX=$(PREFIX) LIBDIR=$(LIBDIR)
	@test -L $(B)/libebpfdrv.so || ln -s shim/libebpfdrv.so $(B)/libebpfdrv.so
	@test -L $(B)/ebpfdrv-run || ln -s shim/ebpfdrv-run $(B)/ebpfdrv-run

tools:
	$(MAKE) -C $(top)/tools O=$(B)/tools

# --- installing ----------------------------------------------------------------

install: install-module install-user

install-module: module
	$(MAKE) -C $(KDIR) M=$(BK)/src INSTALL_MOD_DIR=extra \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	@# kbuild leaves it out where the kernel's System.map is not installed.
	test -n "$(DESTDIR)" || depmod $(KRELEASE)
	@echo "DKMS rebuilds the module with each new kernel instead:" \
		"dkms add $(top) && dkms install ebpfdrv/$(VERSION)"

install-user: user
	$(MAKE) -C $(top)/shim O=$(B)/shim PREFIX=$(PREFIX) LIBDIR=$(LIBDIR) install
	install -d $(DESTDIR)$(INCLUDEDIR)/ebpfdrv
	install -m 644 $(top)/uapi/ebpfdrv/*.h $(DESTDIR)$(INCLUDEDIR)/ebpfdrv/
	@install -d $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(top)/tools/ebpfdrv-btf $(B)/tools/ebpfdrv-btf-edit $(DESTDIR)$(PREFIX)/sbin/

# BTF files that were made stay: they lie in /usr/lib/ebpfdrv/btf.
uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/libebpfdrv.so $(DESTDIR)$(PREFIX)/bin/ebpfdrv-run
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/sbin/,ebpfdrv-btf ebpfdrv-btf-edit)
	rm -rf $(DESTDIR)$(INCLUDEDIR)/ebpfdrv
	rm -f $(DESTDIR)/lib/modules/*/extra/ebpfdrv.ko*
	test -n "$(DESTDIR)" || depmod

# --- tests ---------------------------------------------------------------------

# Each installs what it lacks. TESTS="test_x test_y" runs only these; V=1 says more.

demo:
	@$(top)/tests/deps vm
	@$(top)/tests/demo $(KERNEL)

check:
	@$(top)/tests/run all

check-host:
	@$(top)/tests/run host $(TESTS)

check-vm:
	@$(top)/tests/run vm $(or $(KERNEL),-) $(TESTS)

# Benchmarks: each tests/bench/NAME.mk adds a target bench-NAME.
-include $(wildcard $(top)/tests/bench/*.mk $(top)/tests/suites/*.mk)

# -------------------------------------------------------------------------------

help:
	@echo 'make                        module for the running kernel, shim and tools, in build/'
	@echo 'make module [KDIR=TREE]     the module for that kernel build tree'
	@echo 'make install                module, shim, ebpfdrv-run, tools and headers'
	@echo '                            (PREFIX, LIBDIR, DESTDIR as usual; install-module and'
	@echo '                            install-user do one half); make uninstall undoes it'
	@echo 'make demo [KERNEL=DIR]      unmodified libbpf tools on a kernel in a VM'
	@echo 'make check                  all tests; the last line is the sum'
	@echo 'make check-host             tests of verifier and JIT in user space'
	@echo 'make check-vm [KERNEL=DIR]  tests of the module in a VM'
	@for f in $(wildcard $(top)/tests/bench/*.mk $(top)/tests/suites/*.mk); do sed -n 's/^## /make /p' $$f; done
	@echo 'make clean'
	@echo
	@echo 'KERNEL=DIR: DIR holds bzImage and build/ (the kernel build tree) and may hold'
	@echo 'vmlinux or vmlinux.btf. Without it VMs run the packaged Debian kernel. make check'
	@echo 'adds each directory of ~/.cache/ebpfdrv/kernels/.'
	@echo 'demo and check* install the Debian packages they lack, when run as root.'

clean:
	rm -rf $(B)

force:
.PHONY: all module user shim tools install install-module install-user uninstall demo check \
	check-host check-vm help clean force
