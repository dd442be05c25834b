# SPDX-License-Identifier: GPL-2.0-only
#
# Features of the target kernel, found by compiling: each file NAME.c in probes/
# defines HAVE_NAME when it compiles against the target's headers with the
# target's own flags. Distributions port features back without a change of
# version number, so nothing else would tell. Included by Kbuild; runs within
# the same kbuild run that builds the module.
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
	ktime_get_tai_fast_ns \
	probe_kernel_read \
	si_mem_available \
	stack_trace_save \
	synchronize_rcu_tasks \
	tracepoint_iter_start \
	unwind_next_frame

compat-dir := $(obj)/kmod/compat
compat-features := $(compat-dir)/features.h
compat-names := $(sort $(patsubst $(src)/kmod/compat/probes/%.c,%, \
	$(wildcard $(src)/kmod/compat/probes/*.c)))
compat-results := $(patsubst %,$(compat-dir)/probes/%.probe,$(compat-names))

# What is in a header may warn with a compiler younger than the kernel: only
# errors count. Probes do not rely on warnings.
compat-cflags = $(NOSTDINC_FLAGS) $(LINUXINCLUDE) $(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) \
	$(KBUILD_CFLAGS_MODULE) $(CFLAGS_MODULE) -DMODULE -DKBUILD_MODNAME='"probe"' \
	-DKBUILD_BASENAME='"probe"' -I$(src)/kmod/compat/probes \
	-Wno-error -Werror=implicit-function-declaration

# One kernel's answers are not another's: a changed release or compiler asks anew.
compat-identity = $(KERNELRELEASE) $(CC) $(shell $(CC) -dumpversion)

$(compat-dir)/probes/identity: FORCE
	@echo '$(compat-identity)' | cmp -s - $@ || echo '$(compat-identity)' > $@

$(compat-dir)/probes/%.probe: $(src)/kmod/compat/probes/%.c $(compat-dir)/probes/identity
	@if $(CC) $(compat-cflags) -c -o $@.o $< > $@.log 2>&1; then \
		echo "#define HAVE_$*" ; \
	else \
		echo "/* no $* */" ; \
	fi | tr 'a-z' 'A-Z' | sed 's/^#DEFINE/#define/' > $@
	@rm -f $@.o

# probes/canary.c compiles everywhere: when it does not, no answer is worth
# anything.
$(compat-features): $(compat-results) $(src)/kmod/compat/probe.mk
	@grep -q HAVE_CANARY $(compat-dir)/probes/canary.probe || { \
		echo "ebpfdrv: cannot compile against this kernel's headers:" >&2; \
		cat $(compat-dir)/probes/canary.probe.log >&2; \
		rm -f $(compat-results); exit 1; }
	@{ echo "/* Made by kmod/compat/probe.mk for $(KERNELRELEASE). */"; \
	   cat $(compat-results); \
	   for s in $(compat-exports); do \
		grep -q "	$$s	" Module.symvers 2>/dev/null && \
			echo "#define HAVE_EXPORT_$$s" | tr 'a-z' 'A-Z' | sed 's/^#DEFINE/#define/'; \
	   done; :; } > $@.new
	@cmp -s $@.new $@ && rm -f $@.new && touch $@ || mv $@.new $@

clean-files += $(addprefix kmod/compat/,features.h features.h.new \
	$(foreach n,$(compat-names),probes/$(n).probe probes/$(n).probe.log) probes/identity)
