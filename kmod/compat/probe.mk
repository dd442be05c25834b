# SPDX-License-Identifier: GPL-2.0-only
#
# Features of the target kernel, found by compiling: each file NAME.c in probes/
# defines HAVE_NAME when it compiles, with PROBE defined, against the target's
# headers with the target's own flags. Distributions port features back without a
# change of version number, so nothing else would tell. Included by Kbuild; runs
# within the same kbuild run that builds the module.
#
# No answer by accident: a probe says in a line "asks: WORD..." what its question is
# about. What does not compile must fail at one of these words, else the build stops.
# Without PROBE all of them compile everywhere, which is what canary.c is for. And
# probes/choices lists the questions of which one answer must be yes.
#
# compat-exports lists symbols that headers declare on more kernels than export
# them; HAVE_EXPORT_NAME says that the target's Module.symvers has it.

compat-exports := \
	__x86_indirect_thunk_r11 \
	__x86_indirect_thunk_rcx \
	__x86_return_thunk \
	access_process_vm \
	cgroup_get_from_fd \
	copy_from_kernel_nofault \
	dump_trace \
	get_mem_cgroup_from_mm \
	int_active_memcg \
	kallsyms_lookup_name \
	kallsyms_on_each_symbol \
	ktime_get_boot_fast_ns \
	ktime_get_mono_fast_ns \
	ktime_get_raw_fast_ns \
	ktime_get_real_fast_ns \
	ktime_get_tai_fast_ns \
	module_mutex \
	probe_kernel_read \
	security_locked_down \
	si_mem_available \
	stack_trace_save \
	synchronize_rcu_tasks \
	tracepoint_iter_start \
	unwind_next_frame

compat-dir := $(obj)/kmod/compat
compat-features := $(compat-dir)/features.h
compat-names := $(sort $(patsubst $(src)/kmod/compat/probes/%.c,%, \
	$(filter-out %/canary.c,$(wildcard $(src)/kmod/compat/probes/*.c))))
compat-results := $(patsubst %,$(compat-dir)/probes/%.probe,$(compat-names))

compat-sh := $(CONFIG_SHELL) $(src)/kmod/compat/probe.sh
compat-symvers := $(objtree)/Module.symvers

# What is in a header may warn with a compiler younger than the kernel, and what one
# compiler warns of is an error to the next: only what every compiler refuses counts.
compat-cflags = $(NOSTDINC_FLAGS) $(LINUXINCLUDE) $(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) \
	$(KBUILD_CFLAGS_MODULE) $(CFLAGS_MODULE) -DMODULE -DKBUILD_MODNAME='"probe"' \
	-DKBUILD_BASENAME='"probe"' -I$(src)/kmod/compat/probes \
	-Wno-error -Wno-incompatible-pointer-types -Wno-int-conversion \
	-Werror=implicit-function-declaration -Wfatal-errors
compat-cc = LC_ALL=C $(CC) $(compat-cflags)

# One kernel's answers are not another's: a changed release, compiler or set of exports
# asks anew.
compat-identity = $(KERNELRELEASE) $(CC) $(shell $(CC) -dumpversion) \
	$(shell cksum < $(compat-symvers) 2>&1)

# Nothing is asked of a kernel that this is not for, or that nothing compiles against.
$(compat-dir)/probes/identity: $(src)/kmod/compat/probes/canary.c FORCE
	@$(compat-sh) bounds $(VERSION) $(PATCHLEVEL) $(KERNELRELEASE)
	@test -s $(compat-symvers) || { echo "ebpfdrv: the tree of Linux $(KERNELRELEASE) has no" \
		"Module.symvers, which says what it exports: it is configured, but not built" >&2; \
		exit 1; }
	@echo '$(compat-identity)' | cmp -s - $@ || { \
		$(compat-cc) -c -o $@.o $< > $@.log 2>&1 || \
			$(compat-sh) canary $@.log '$(CC)' $(KERNELRELEASE) || exit 1; \
		rm -f $@.o; \
		echo '$(compat-identity)' > $@; }

$(compat-dir)/probes/%.probe: $(src)/kmod/compat/probes/%.c $(compat-dir)/probes/identity
	@if $(compat-cc) -DPROBE -c -o $@.o $< > $@.log 2>&1; then \
		echo "#define HAVE_$*" ; \
	else \
		$(compat-sh) judge $< $@.log || exit 1; \
		echo "/* no $* */" ; \
	fi > $@.new
	@tr 'a-z' 'A-Z' < $@.new | sed 's/^#DEFINE/#define/' > $@
	@rm -f $@.o $@.new

$(compat-features): $(compat-results) $(src)/kmod/compat/probe.mk $(src)/kmod/compat/probes/choices
	@$(compat-sh) choices $(src)/kmod/compat/probes/choices $(compat-dir)/probes $(KERNELRELEASE)
	@{ echo "/* Made by kmod/compat/probe.mk for $(KERNELRELEASE). */"; \
	   cat $(compat-results); \
	   $(compat-sh) exports $(compat-symvers) $(compat-exports); } > $@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

clean-files += $(addprefix kmod/compat/,features.h features.h.new \
	$(foreach n,$(compat-names),probes/$(n).probe probes/$(n).probe.log probes/$(n).probe.new) \
	probes/identity probes/identity.log)
