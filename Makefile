# SPDX-License-Identifier: GPL-2.0-only
#
# The door to everything: `make help` lists it. Kbuild, beside this file, is what
# the kernel's build system reads; it is never run in this tree but in a copy
# under build/, so that modules for several kernels can live side by side.

# Neither make nor kbuild takes such paths; half of what follows would go elsewhere.
blank := $(empty) $(empty)
$(foreach p,$(subst $(blank),?,$(CURDIR)) $(subst $(blank),?,$(strip $(MAKEFILE_LIST))),$(if \
	$(findstring ?,$(p))$(findstring :,$(p)),$(error $(subst ?, ,$(p)): no blank or colon may be in the \
	path of this directory: move it)))
$(foreach v,O EBPFDRV_BUILD KERNEL KDIR DESTDIR PREFIX LIBDIR INCLUDEDIR,$(if $(word 2,$($(v))),$(error \
	$(v)=$($(v)): no blank may be in it)))

top := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
# What is built goes to build/, or to O=DIR. O is another directory's in the makes below this one.
B   := $(abspath $(or $(if $(filter command,$(firstword $(origin O))),$(O)),$(EBPFDRV_BUILD),$(top)/build))
MAKEOVERRIDES := $(filter-out O=%,$(MAKEOVERRIDES))
unexport O
export EBPFDRV_BUILD := $(B)

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
MANDIR     ?= $(PREFIX)/share/man
COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
VERSION    := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' $(top)/dkms.conf 2>/dev/null)

all: module user

# --- the module ----------------------------------------------------------------

# Links, not copies: a file that changes is rebuilt, one that is gone is not.
module-dirs := kmod verifier jit helpers include uapi

$(BK)/src: force
	@mkdir -p $@
	@find $@ -type l ! -exec test -e {} \; -exec rm -f {} +
	@cd $@ && ln -sf $(top)/Kbuild $(top)/dkms.conf . && \
		for d in $(module-dirs); do cp -Rsf $(top)/$$d . || exit 1; done

module: $(BK)/src
	@$(top)/kmod/compat/check-tree $(KDIR) > /dev/null
	+@$(if $(WERROR),$(top)/tests/own-warnings $(BK)/src) flock $(BK)/lock $(MAKE) -C $(KDIR) M=$(BK)/src W=$(W) modules
	@cmp -s $(BK)/src/ebpfdrv.ko $(BK)/ebpfdrv.ko || cp $(BK)/src/ebpfdrv.ko $(BK)/ebpfdrv.ko

# --- user space ----------------------------------------------------------------

user: shim tools

# What is written into programs makes them anew when it changes: other flags all of them,
# another LIBDIR those that look for the library.
remember = printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $(B)/$(2) || { \
	test ! -e $(B)/$(2) || rm -rf $(3); printf '%s\n' '$(subst ','\'',$(1))' > $(B)/$(2); }

$(B)/flags: force
	@mkdir -p $(B)
	@$(call remember,$(CC) $(CFLAGS) $(LDFLAGS),flags,$(B)/shim $(B)/tools)
	@$(call remember,$(LIBDIR),libdir,$(B)/shim/ebpfdrv-run $(B)/tools/ebpfdrvctl)

shim: $(B)/flags
	@mkdir -p $(B)/shim
	$(MAKE) -C $(top)/shim O=$(B)/shim PREFIX=$(PREFIX) LIBDIR=$(LIBDIR)
	@test -L $(B)/libebpfdrv.so || ln -s shim/libebpfdrv.so $(B)/libebpfdrv.so
	@test -L $(B)/ebpfdrv-run || ln -s shim/ebpfdrv-run $(B)/ebpfdrv-run

tools: $(B)/flags
	$(MAKE) -C $(top)/tools O=$(B)/tools LIBDIR=$(LIBDIR)

# --- installing ----------------------------------------------------------------

# What is installed is written down, in /usr/lib/ebpfdrv/installed, for make uninstall. RECORD=no
# does not: packages know their files themselves.
put := DESTDIR='$(DESTDIR)' RECORD='$(RECORD)' $(top)/packaging/put

# User space first: it needs no kernel's tree.
install: install-user
	@$(MAKE) --no-print-directory install-module

# Not by kbuild's modules_install, which goes by include/config/kernel.release; with Debian's
# headers that is not what uname -r says.
install-module: kmod-file
	@test -n "$(KRELEASE)"
	$(put) 644 $(BK)/stripped/ebpfdrv.ko /lib/modules/$(KRELEASE)/extra/ebpfdrv.ko
	$(if $(DESTDIR),,depmod $(KRELEASE))
	@$(put) --module

# Without debug information, which is fifteen times the rest; signed where keys are given.
# PREBUILT=FILE is one that is built already.
kmod-file: $(if $(PREBUILT),,module)
	@$(top)/packaging/finish-module $(or $(PREBUILT),$(BK)/ebpfdrv.ko) $(BK)/stripped/ebpfdrv.ko $(KDIR)

install-user: user
	$(put) 755 $(B)/shim/libebpfdrv.so $(LIBDIR)/libebpfdrv.so
	$(put) 755 $(B)/shim/ebpfdrv-run $(PREFIX)/bin/ebpfdrv-run
	@for f in $(user-sbin); do $(put) 755 $$f $(PREFIX)/sbin/$${f##*/} || exit 1; done
	@for f in $(top)/uapi/ebpfdrv/*.h; do \
		$(put) 644 $$f $(INCLUDEDIR)/ebpfdrv/$${f##*/} || exit 1; done
	@for f in $(notdir $(wildcard $(top)/packaging/man/*.[148])); do \
		$(put) 644 $(top)/packaging/man/$$f $(MANDIR)/man$${f##*.}/$$f || exit 1; done
	@for f in $(completed); do \
		$(put) 644 $(top)/packaging/files/completion $(COMPLETIONS)/$$f || exit 1; done
	@mkdir -p $(B) && sed 's,/usr/bin/ebpfdrv-run,$(PREFIX)/bin/ebpfdrv-run,' \
		$(top)/packaging/files/ebpfdrv@.service > $(B)/ebpfdrv@.service
	$(put) 644 $(B)/ebpfdrv@.service $(PREFIX)/lib/systemd/system/ebpfdrv@.service
	@sed 's,:-ebpfdrv-btf,:-$(PREFIX)/sbin/ebpfdrv-btf,' $(top)/packaging/files/kernel-hook > $(B)/kernel-hook
	@for f in $(kernel-hooks); do $(put) 755 $(B)/kernel-hook $$f || exit 1; done

# Where distributions look for what to run when a kernel comes or goes.
kernel-hooks = $(PREFIX)/lib/kernel/install.d/60-ebpfdrv-btf.install \
	$(foreach d,postinst postrm prerm,/etc/kernel/$(d).d/ebpfdrv-btf)

completed = ebpfdrv-run ebpfdrv-btf $(filter ebpfdrvctl,$(notdir $(user-sbin)))
user-sbin = $(top)/tools/ebpfdrv-btf $(top)/tools/ebpfdrv-btf-pack $(B)/tools/ebpfdrv-btf-edit $(B)/tools/ebpfdrvctl

# The module's sources for DKMS, nothing else: dkms add of this directory would copy all of it,
# with what was built.
DKMS_DIR := /usr/src/ebpfdrv-$(VERSION)

install-dkms-source:
	@cd $(top) && { printf '%s\n' Kbuild dkms.conf LICENSE; find $(module-dirs) -type f \( \
		-name '*.[chS]' -o -name 'probe.*' ! -name '*.probe' -o -name choices -o -name check-tree \) \
		! -name '*.mod.c' ! -path '*/compat/features.h'; } | $(put) --tree $(DKMS_DIR)

install-dkms: install-dkms-source
	$(if $(DESTDIR),,dkms status -m ebpfdrv -v $(VERSION) | grep -q . || dkms add -m ebpfdrv -v $(VERSION))
	$(if $(DESTDIR),,dkms install -m ebpfdrv -v $(VERSION) --force)
	@$(put) --module

# BTF files that were made stay: they lie in /usr/lib/ebpfdrv/btf.
uninstall:
	@DESTDIR='$(DESTDIR)' $(top)/packaging/uninstall '$(PREFIX)' '$(LIBDIR)' '$(INCLUDEDIR)'

# --- packages ------------------------------------------------------------------

# All of them go to build/dist, made from the tarball, which holds what git knows of.
D := $(B)/dist

dist:
	@$(top)/packaging/dist $(D)

deb:
	@$(top)/tests/deps packages
	@$(top)/packaging/deb $(D)

# DIST=.el8 for the one; KDIR or KERNEL for kmod-ebpfdrv of that kernel, too.
rpm:
	@$(top)/tests/deps packages
	@$(top)/packaging/rpm/build $(D) $(or $(DIST),.el7) $(if $(filter file,$(origin KDIR)),$(if $(KERNEL),$(KDIR)),$(KDIR)) $(PREBUILT)

kmod: kmod-file
	@$(top)/packaging/kmod $(D) $(BK)/stripped/ebpfdrv.ko $(KRELEASE) $(VERSION)

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
	@echo '                            install-user do one half)'
	@echo 'make install-dkms           the module by DKMS, for each kernel that is installed'
	@echo 'make uninstall              undoes all three, wherever they went'
	@echo 'make dist                   the tarball, in build/dist, always of the same bytes'
	@echo 'make deb                    packages for Debian: ebpfdrv, ebpfdrv-dkms'
	@echo 'make rpm [DIST=.el8] [KDIR=TREE]  for CentOS 7 and RHEL 8; with KDIR kmod-ebpfdrv, too'
	@echo 'make kmod KDIR=TREE         the module alone, for machines without a compiler'
	@echo 'make demo [KERNEL=DIR]      unmodified libbpf tools on a kernel in a VM'
	@echo 'make check                  all tests; the last line is the sum'
	@echo 'make check-host             tests of verifier and JIT in user space'
	@echo 'make check-vm [KERNEL=DIR]  tests of the module in a VM'
	@for f in $(wildcard $(top)/tests/bench/*.mk $(top)/tests/suites/*.mk); do \
		sed -n 's/^##  /      /p; s/^## /make /p' $$f; done
	@echo 'make clean'
	@echo
	@echo 'KERNEL=DIR: DIR holds bzImage and build/ (the kernel build tree) and may hold'
	@echo 'vmlinux or vmlinux.btf. Without it VMs run the packaged Debian kernel. make check'
	@echo 'adds each directory of ~/.cache/ebpfdrv/kernels/.'
	@echo 'demo and check* install the Debian packages they lack, when run as root (DEPS=no: never).'
	@echo
	@echo 'O=DIR      builds there instead of in build/        -jN        N jobs (JOBS=N for tests)'
	@echo 'V=1        the commands; of tests, what passes, too  TESTS="test_a test_b"  only these'
	@echo 'SIGN_KEY=FILE SIGN_CERT=FILE  signs the module that is installed or packed'

clean:
	rm -rf $(B)

force:
.PHONY: all module user shim tools install install-module install-user install-dkms \
	install-dkms-source kmod-file uninstall dist deb rpm kmod demo check check-host check-vm help \
	clean force
