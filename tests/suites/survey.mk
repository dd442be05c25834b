# SPDX-License-Identifier: GPL-2.0-only
## survey [KERNEL=DIR] [TREES="4.19=DIR"]  events and functions that the tools of three Debian suites
##                            name and that kernel lacks, into docs/events.md
survey:
	@$(top)/tests/suites/survey $(KERNEL) $(TREES) > $(B)/events.md
	@mv $(B)/events.md $(top)/docs/events.md
.PHONY: survey
