# SPDX-License-Identifier: GPL-2.0-only
## check-packages [SUITES="bookworm"] [NO_VM=1]  packages made, installed, upgraded and removed in
##                            clean roots of Debian 12 and 13 (a build of the module in each)
check-packages:
	@NO_VM=$(NO_VM) $(top)/tests/suites/packages $(SUITES)
.PHONY: check-packages
