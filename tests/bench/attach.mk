# SPDX-License-Identifier: GPL-2.0-only
## bench-attach [ROWS="a b"] cost of a hit, native against ebpfdrv
bench-attach:
	@$(top)/tests/bench/run attach $(ROWS)
.PHONY: bench-attach
