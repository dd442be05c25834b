# SPDX-License-Identifier: GPL-2.0-only
## check-doctor               faults made on purpose, and the line and status that name each

check-doctor:
	@$(top)/tests/run host test_doctor test_shim test_shim_btf

.PHONY: check-doctor
