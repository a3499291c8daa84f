# regress.mk: libevent's own tests, run on this loop and, as the control, on libevent. They are not
# part of `make test`, because they come from Debian's archive and sleep for minutes.

REGRESS := $(BUILD)/regress
regress_folder  := loop/tests/regress
regress_tests   := regress $(addprefix regress_,main thread finalize et util) tinytest
regress_sources := $(regress_tests:%=$(REGRESS)/test/%.c)

# This project does not implement some parts of libevent. Their functions stay undefined at link
# time, and the tests that would call them are left out by name.
regress_flags := -std=gnu17 -D_GNU_SOURCE -DTINYTEST_LOCAL -g -O1 -I. -I$(REGRESS) \
	-I$(REGRESS)/test -Werror=implicit-function-declaration \
	-Wl,--unresolved-symbols=ignore-in-object-files -no-pie

$(REGRESS)/.done: $(regress_folder)/sources.py
	$(call quiet,FETCH,$(REGRESS)) $(regress_folder)/sources.py $(REGRESS)
	@touch $@
$(regress_sources): $(REGRESS)/.done ;

# The same sources are compiled with this loop's headers and with the installed headers of libevent.
regress_link = $(call quiet,LINK,$@) $(CC) $(regress_flags) $(1) $(filter %.c,$^) -o $@ $(2)

$(REGRESS)/on-loop: $(regress_sources) $(wildcard $(regress_folder)/internals.[ch]) \
		$(BUILD)/libtimerbed-event.so
	$(call regress_link,-Iloop/include -I$(REGRESS)/include,-L$(BUILD) -ltimerbed-event \
		-Wl$(comma)-rpath$(comma)'$$ORIGIN/..' -lpthread)

$(REGRESS)/on-libevent: $(regress_sources) $(wildcard $(regress_folder)/internals.[ch])
	$(call regress_link,,-levent_core -levent_pthreads -lpthread)

$(REGRESS)/exact: $(call objects,default,$(regress_folder)/exact.c) $(BUILD)/libtimerbed.a
	@mkdir -p $(@D)
	$(call quiet,LINK,$@) $(CC) $(flags_default) $^ -o $@ -lm

.PHONY: regress
regress: ## run libevent's tests on all exact structures and backends, and on libevent (6 minutes)
	@scripts/setup bench test
	@$(MAKE) --no-print-directory -j$(JOBS) $(addprefix $(REGRESS)/,on-loop on-libevent exact)
	@$(regress_folder)/run.py $(BUILD) $(if $(SEED),--seed $(SEED))

# Debian's programs run with the loop's library. They are unpacked, but not installed.
programs_folder := loop/tests/programs
DEBIAN_PROGRAMS := out/programs
$(DEBIAN_PROGRAMS)/packages: $(programs_folder)/fetch.py
	$(call quiet,FETCH,$(DEBIAN_PROGRAMS)) $(programs_folder)/fetch.py $(DEBIAN_PROGRAMS)

.PHONY: programs-test
programs-test: ## run Debian's unbound, nsd, memcached and others on this library (5 minutes)
	@scripts/setup bench test
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/libtimerbed-event.so $(REGRESS)/exact \
		$(DEBIAN_PROGRAMS)/packages
	@$(programs_folder)/run.py $(BUILD) $(DEBIAN_PROGRAMS)
