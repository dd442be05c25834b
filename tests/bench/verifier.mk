# SPDX-License-Identifier: GPL-2.0-only
## bench-verifier            cost of loading the programs of Debian's libbpf-tools
bench-verifier:
	@$(top)/tests/bench/run verifier $(TOOLS)
.PHONY: bench-verifier
