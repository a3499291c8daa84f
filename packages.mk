# packages.mk: Debian packages, and the binary interface of the shared libraries. Neither is part of
# `make test`: both need packages of their own, and the first takes minutes.

PACKAGES := out/packages

.PHONY: packages abi abi-keep
packages: ## Debian packages of what is committed, checked by lintian, in out/packages
	@scripts/setup packages test
	@scripts/packages $(PACKAGES)

shared_libraries := $(addprefix $(BUILD)/,libtimerbed.so libtimerbed-event.so)

abi: ## compare the shared libraries' binary interface with the committed one in abi/
	@scripts/setup packages
	@$(MAKE) --no-print-directory -j$(JOBS) $(shared_libraries)
	@scripts/abi compare $(shared_libraries)

abi-keep: ## write the shared libraries' binary interface to abi/, after a change that is intended
	@scripts/setup packages
	@$(MAKE) --no-print-directory -j$(JOBS) $(shared_libraries)
	@scripts/abi keep $(shared_libraries)
