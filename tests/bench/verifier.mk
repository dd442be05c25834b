# SPDX-License-Identifier: GPL-2.0-only
## bench-verifier [TOOLS="a b"]  cost and memory of loading Debian's libbpf-tools and generated programs
bench-verifier: TOOLS ?= $(shell dpkg -L libbpf-tools | grep '^/usr/sbin/.') generated
bench-verifier:
	@$(top)/tests/deps vm
	@$(top)/tests/bench/run verifier $(B)/bench/verifier_mem.bpf.o $(TOOLS)
.PHONY: bench-verifier
