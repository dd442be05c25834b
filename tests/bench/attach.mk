# SPDX-License-Identifier: GPL-2.0-only
## bench-attach              cost of a hit, native against ebpfdrv
bench-attach:
	@$(top)/tests/bench/run attach
.PHONY: bench-attach
