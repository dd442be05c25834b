# SPDX-License-Identifier: GPL-2.0-only
## bench-jit                 cost of compiled programs, native against ebpfdrv
bench-jit:
	@$(top)/tests/bench/run jit
.PHONY: bench-jit
