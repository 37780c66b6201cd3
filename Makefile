# socktrace: make, make demo, make check. `make help` says the rest.
#
# Objects, tests and the demos' programs go to build/; the program is ./socktrace.

# Everything that has a version has this one.
VERSION := 0.1.0
PREFIX  ?= /usr/local
BUILD   ?= build
CC      ?= cc
PYTHON  ?= python3

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say := @printf '  %-5s %s\n'
endif

# --- libraries ---------------------------------------------------------------------------

LIBRARIES := libseccomp libmnl
# pkg-config's name : Debian's package
PACKAGES  := libseccomp:libseccomp-dev libmnl:libmnl-dev

# Without these two there is no line of C at each call, and no -k.
HAVE_LIBDW := $(shell pkg-config --exists libdw libelf 2>/dev/null && echo yes)
ifeq ($(HAVE_LIBDW),yes)
LIBRARIES += libdw libelf
endif

LIBRARY_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null)
LIBRARY_LIBS   = $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null)

# --- flags -------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	    -Wvla -Wformat=2 -Wimplicit-fallthrough -Wpointer-arith -Wundef -Wcast-qual
ifneq ($(CI),)
WARNINGS += -Werror
endif
ifneq ($(SANITIZE),)
SANITIZERS := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif

# Counts what is run of socktrace's own sources, never of the programs that are traced.
ifneq ($(COVERAGE),)
COUNTING := --coverage -fprofile-update=atomic
COUNTED  := -lgcov
endif

CFLAGS   ?= -O2 -g
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -DSOCKTRACE_VERSION='"$(VERSION)"' \
	     -DSOCKTRACE_LIBDIR='"$(PREFIX)/lib/socktrace"' \
	     -DSOCKTRACE_LOCALEDIR='"$(PREFIX)/share/locale"' -Itracer -I. \
	     $(WARNINGS) $(SANITIZERS) $(CPPFLAGS) $(CFLAGS) -MMD -MP

# --- sources -----------------------------------------------------------------------------

SOURCES := $(wildcard tracer/*.c tracer/*/*.c tracer/*/*/*.c formatters/*.c formatters/*/*.c)
# One of the two: what finds lines of C, or what stands in for it.
ifeq ($(HAVE_LIBDW),yes)
SOURCES := $(filter-out tracer/source/native_none.c,$(SOURCES))
else
SOURCES := $(filter-out $(filter-out %/native_none.c,$(wildcard tracer/source/native*.c)),$(SOURCES))
endif
# Tables made of the texts that teachers write.
TEXTS   := $(patsubst %.txt,%,$(wildcard tracer/teach/texts/*.txt))
# The page of the format html, and in which order its scripts stand.
PAGE    := formatters/html
SCRIPTS := $(addprefix $(PAGE)/,words.js records.js world.js calls.js diagram.js lanes.js \
	   listing.js details.js overview.js filter.js player.js paper.js page.js)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(TEXTS:%=$(BUILD)/%.o) $(BUILD)/$(PAGE)/page.o
# Everything but main(), so that tests can link with it.
ARCHIVE := $(BUILD)/libsocktrace.a
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*_test.c))
HELPERS := $(patsubst tests/programs/%.c,$(BUILD)/tests/programs/%,$(wildcard tests/programs/*.c))
PRELOADS := $(patsubst tests/preload/%.c,$(BUILD)/tests/preload/%.so,$(wildcard tests/preload/*.c))
TORTURES := $(patsubst tests/torture/%.c,$(BUILD)/tests/torture/%,$(wildcard tests/torture/*.c))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
DEMOS   := $(patsubst demos/%.c,$(BUILD)/demos/%,$(wildcard demos/*/*.c))
# A demo runs from one folder, here as when installed: its programs, twins and scenario.
CATALOGUES := $(patsubst po/%.po,$(BUILD)/locale/%/LC_MESSAGES/socktrace.mo,$(wildcard po/*.po))
DEMO_FILES := $(patsubst demos/%,$(BUILD)/demos/%,$(wildcard demos/*/*.py demos/*/scenario))

ALL_C := $(wildcard tracer/*.[ch] tracer/*/*.[ch] tracer/*/*/*.[ch] formatters/*.[ch] formatters/*/*.[ch] \
	 demos/*/*.[ch] tests/*/*.[ch])

PROGRAM ?= socktrace
PROGRAM_PATH = $(abspath $(PROGRAM))

.PHONY: all demos languages manual po demo check syntax portable coverage bench screenshots fuzz torture lint asan install uninstall dist deb \
	help clean distclean deps deps-build deps-test libraries programs
all: $(PROGRAM) demos languages manual

$(PROGRAM): $(BUILD)/tracer/main.o $(ARCHIVE)
	$(say) LINK $@
	$(Q)$(CC) $(SANITIZERS) $(LDFLAGS) -o $@ $^ $(LIBRARY_LIBS) $(LDLIBS) $(COUNTING)

$(ARCHIVE): $(filter-out $(BUILD)/tracer/main.o,$(OBJECTS))
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(COUNTING) $(LIBRARY_CFLAGS) -c -o $@ $<

# The version stands above.
$(BUILD)/tracer/main.o $(BUILD)/tracer/frame.o: Makefile

$(TEXTS:%=$(BUILD)/%.c): $(BUILD)/%.c: %.txt tracer/teach/texts/texts.awk
	@mkdir -p $(@D)
	$(say) TEXT $<
	$(Q)LC_ALL=C awk -v name=$(notdir $*) -f tracer/teach/texts/texts.awk $< >$@.new
	$(Q)mv $@.new $@

$(BUILD)/tracer/teach/texts/%.o: $(BUILD)/tracer/teach/texts/%.c
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# What a script's or style's text hashes to, as a Content-Security-Policy wants it: sha256sum gives
# hexadecimal digits, and the policy has the bytes in Base64.
hash_of = { printf '\n'; cat $(1); } | sha256sum | awk '{ for (i = 1; i < 65; i += 2) \
	  printf "\\%03o", (index("0123456789abcdef", substr($$1, i, 1)) - 1) * 16 + \
	  index("0123456789abcdef", substr($$1, i + 1, 1)) - 1 }' | \
	  { read -r bytes; printf "$$bytes"; } | base64

$(BUILD)/$(PAGE)/page.c: $(PAGE)/page.awk $(PAGE)/page.html $(PAGE)/page.css $(SCRIPTS)
	@mkdir -p $(@D)
	$(say) PAGE $@
	$(Q){ echo "(() => {"; echo "'use strict';"; cat $(SCRIPTS); echo "})();"; } >$(@D)/script.js
	$(Q)LC_ALL=C awk -v script="$$($(call hash_of,$(@D)/script.js))" \
		-v style="$$($(call hash_of,$(PAGE)/page.css))" -f $(PAGE)/page.awk \
		$(PAGE)/page.html $(@D)/script.js $(PAGE)/page.css >$@.new
	$(Q)mv $@.new $@

$(BUILD)/$(PAGE)/page.o: $(BUILD)/$(PAGE)/page.c $(PAGE)/page.h
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# A missing library is named with its package before the compiler stumbles over it.
libraries:
	@status=0; for library in $(LIBRARIES); do \
		pkg-config --exists $$library 2>/dev/null && continue; \
		for pair in $(PACKAGES); do case $$pair in $$library:*) \
			echo "socktrace needs the library $$library: install $${pair#*:} (or run: make deps)" >&2;; \
		esac; done; status=1; \
	done; exit $$status
ifneq ($(HAVE_LIBDW),yes)
	@echo "without libdw and libelf (packages libdw-dev, libelf-dev): no line of C at each call"
endif

-include $(OBJECTS:.o=.d) $(UNITS:=.d) $(HELPERS:=.d) $(PRELOADS:.so=.d) $(TORTURES:=.d) $(BENCHES:=.d) $(DEMOS:=.d) \
	 $(BUILD)/tests/unit/main.d $(wildcard $(BUILD)/fuzz/*.d $(BUILD)/fuzz/*/*.d $(BUILD)/fuzz/*/*/*.d) \
	 $(wildcard $(BUILD)/fuzz/*/*/*/*.d)

# --- demos -------------------------------------------------------------------------------

demos: $(DEMOS) $(DEMO_FILES)

# libc only: each program stands for itself, as on a slide.
$(DEMOS): $(BUILD)/demos/%: demos/%.c
	@mkdir -p $(@D)
	$(say) DEMO $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(SANITIZERS) $(CPPFLAGS) $(CFLAGS) -MMD -MP \
		$(LDFLAGS) -o $@ $<

$(DEMO_FILES): $(BUILD)/demos/%: demos/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

demo:
	@.ci/packages build
	@$(MAKE) --no-print-directory all
	@$(PROGRAM_PATH) --demo echo

# --- languages ---------------------------------------------------------------------------

ifneq ($(shell command -v msgfmt),)
languages: $(CATALOGUES)
else
languages:
	@echo "msgfmt is not installed (package gettext): socktrace will speak English only"
endif

$(CATALOGUES): $(BUILD)/locale/%/LC_MESSAGES/socktrace.mo: po/%.po
	@mkdir -p $(@D)
	$(say) LANG $@
	$(Q)msgfmt --check -o $@.new $<
	$(Q)mv $@.new $@

# What is to be translated is marked (support/language.h).
PO       ?= po
XGETTEXT := xgettext --language=C --from-code=UTF-8 --omit-header --add-location=file \
	    --keyword --keyword=_ --keyword=N_ --keyword=P_:1,2 --directory=. --directory=$(BUILD)

# Gathers what there is to translate anew. What has changed comes back untranslated, never as a
# guess, and what is gone is dropped.
po: $(TEXTS:%=$(BUILD)/%.c)
	$(Q)$(XGETTEXT) --output=$(PO)/socktrace.pot $(sort $(SOURCES)) $(TEXTS:%=%.c)
	$(Q)for language in $(PO)/*.po; do \
		msgmerge --quiet --no-fuzzy-matching --add-location=file --output-file=$$language.new \
			$$language $(PO)/socktrace.pot && \
		msgattrib --no-obsolete --add-location=file --output-file=$$language $$language.new && \
		rm $$language.new || exit 1; \
	done

# --- manual page -------------------------------------------------------------------------

MANUAL := $(BUILD)/docs/socktrace.1
manual: $(MANUAL)

# The program says what options and formats there are; the rest is in docs/socktrace.1.in.
$(MANUAL): docs/socktrace.1.in docs/man.awk $(PROGRAM) Makefile
	@mkdir -p $(@D)
	$(say) MAN $@
	$(Q)$(PROGRAM_PATH) --lang=en --list options >$@.options
	$(Q)$(PROGRAM_PATH) --lang=en --list formats >$@.formats
	$(Q)$(PROGRAM_PATH) --lang=en --help >$@.help
	$(Q)LC_ALL=C awk -v version=$(VERSION) -f docs/man.awk $@.options $@.formats $@.help $< >$@.new
	$(Q)mv $@.new $@

# --- tests -------------------------------------------------------------------------------

CHECK_CFLAGS = $(shell pkg-config --cflags check jansson 2>/dev/null)
CHECK_LIBS   = $(shell pkg-config --libs check jansson 2>/dev/null)

$(BUILD)/tests/unit/main.o: tests/unit/main.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(CHECK_CFLAGS) -c -o $@ $<

$(UNITS): $(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/tests/unit/main.o $(ARCHIVE)
	$(say) UNIT $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LIBRARY_CFLAGS) $(CHECK_CFLAGS) -Itests/unit -o $@ $< \
		$(BUILD)/tests/unit/main.o $(ARCHIVE) $(LIBRARY_LIBS) $(CHECK_LIBS) $(COUNTED)

# Programs to be traced: small, libc only, unless they test a room of ours.
$(HELPERS): $(BUILD)/tests/programs/%: tests/programs/%.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(ARCHIVE) $(LIBRARY_LIBS) -pthread $(COUNTED)

# What stands before the C library, to let its functions fail. No sanitizers: socktrace has its own.
$(PRELOADS): $(BUILD)/tests/preload/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	$(say) TEST $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O2 -g -MMD -MP -MF $(@:.so=.d) -shared -fPIC \
		-o $@ $< -ldl

# Makes its records as the unit tests do.
$(BUILD)/tests/programs/random_records: LIBRARY_LIBS += $(CHECK_LIBS)

# As the demos' programs: libc only. A torture of the tracer, not of the program: no sanitizers,
# which would make calls and threads of their own.
$(TORTURES): $(BUILD)/tests/torture/%: tests/torture/%.c
	@mkdir -p $(@D)
	$(say) TEST $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARNINGS) -O2 -g -MMD -MP -o $@ $< -pthread

$(BENCHES): $(BUILD)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(say) BENCH $@
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< -pthread

# What reads bytes that anybody may send is linked with an archive of its own, always with the
# sanitizers. With clang (packages clang and libclang-rt-dev) libFuzzer drives it, which follows
# what an input reaches; without, tests/fuzz/driver.c does, which only mutates.
FUZZ := $(BUILD)/fuzz
FUZZ_CHECKS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifneq ($(wildcard $(shell clang -print-resource-dir 2>/dev/null)/lib/linux/libclang_rt.fuzzer-*),)
FUZZ_CC := clang
FUZZ_OBJECT := -fsanitize=fuzzer-no-link $(FUZZ_CHECKS)
FUZZ_LINK := -fsanitize=fuzzer $(FUZZ_CHECKS)
else
FUZZ_CC := $(CC)
# With -O1 gcc sees cuts in what is cut on purpose.
FUZZ_OBJECT := $(FUZZ_CHECKS) -Wno-format-truncation
FUZZ_LINK := $(FUZZ_CHECKS)
FUZZ_DRIVER := $(FUZZ)/tests/fuzz/driver.o
endif
FUZZ_CFLAGS = $(filter-out $(SANITIZERS) $(CFLAGS),$(ALL_CFLAGS)) -O1 -g $(FUZZ_OBJECT) -Itests/fuzz
FUZZ_ARCHIVE := $(FUZZ)/libsocktrace.a
FUZZ_OBJECTS := $(patsubst $(BUILD)/%,$(FUZZ)/%,$(filter-out $(BUILD)/tracer/main.o,$(OBJECTS)))

$(FUZZ_ARCHIVE): $(FUZZ_OBJECTS)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(FUZZ)/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(say) FUZZ $<
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(LIBRARY_CFLAGS) -c -o $@ $<

# What is made of texts and of the page.
$(FUZZ)/%.o: $(BUILD)/%.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -c -o $@ $<

$(FUZZERS): $(FUZZ)/%: $(FUZZ)/tests/fuzz/%.o $(FUZZ_DRIVER) $(FUZZ_ARCHIVE)
	$(say) LINK $@
	$(Q)$(FUZZ_CC) $(FUZZ_LINK) -o $@ $^ $(LIBRARY_LIBS)

# With SANITIZE they would be the same ones once more.
programs: all $(UNITS) $(HELPERS) $(PRELOADS) $(TORTURES) $(if $(SANITIZE),,$(FUZZERS))

check:
	@.ci/packages test
	@$(MAKE) --no-print-directory programs
	@BUILD=$(BUILD) SOCKTRACE=$(PROGRAM_PATH) $(PYTHON) tests/run.py $(TESTS)

# All of it, at full size: the torture programs, and real servers under load (QUICK=1: less of
# it). `make check` runs a quick part of the programs.
torture:
	@.ci/packages torture
	@$(MAKE) --no-print-directory programs
	@BUILD=$(BUILD) SOCKTRACE=$(PROGRAM_PATH) $(PYTHON) tests/run.py --torture $(TESTS)

# What CC says of every source: both for a machine with libdw and without. EXCEPT: not these.
syntax:
	$(Q)printf '%s\n' $(filter-out $(EXCEPT),$(filter %.c,$(ALL_C))) | xargs -P 2 -n 16 \
		$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Werror -Itests/unit -Itests/fuzz -fsyntax-only

# With clang, for aarch64, with musl, without what is optional.
portable: programs
	@BUILD=$(BUILD) SOCKTRACE=$(PROGRAM_PATH) $(PYTHON) tests/run.py portable_test

bench: all $(BENCHES)
	@BUILD=$(BUILD) SOCKTRACE=$(PROGRAM_PATH) $(PYTHON) tests/bench/bench.py
	@BUILD=$(BUILD) SOCKTRACE=$(PROGRAM_PATH) $(PYTHON) tests/bench/growth.py

# The pictures in docs/: look at them before you keep them.
screenshots: all
	@BUILD=$(BUILD) SOCKTRACE=$(PROGRAM_PATH) $(PYTHON) tests/browser/screenshots.py docs/pictures

# For longer, from what the last time has found on: SECONDS for each, or ROUNDS inputs.
fuzz: $(FUZZERS)
	@ROUNDS=$(ROUNDS) $(PYTHON) tests/fuzz/run.py $(if $(ROUNDS),,--seconds=$(or $(SECONDS),60)) \
		$(if $(NAME),$(FUZZ)/$(NAME)_fuzz,$(FUZZERS))

# The same tests with AddressSanitizer and UndefinedBehaviorSanitizer, in a folder of their own.
asan:
	@$(MAKE) --no-print-directory BUILD=build/asan PROGRAM=build/asan/socktrace \
		SANITIZE=address,undefined CFLAGS='-O1 -g' programs
	@BUILD=build/asan SOCKTRACE=./build/asan/socktrace \
		ASAN_OPTIONS=detect_leaks=0 $(PYTHON) tests/run.py $(TESTS)

# The same tests, with a count of each line and branch; then how many they reached, by folder. Some
# tests run as another user, who may count too: hence the umask.
coverage:
	@command -v gcovr >/dev/null || { echo 'gcovr is not installed (package gcovr)' >&2; exit 1; }
	@$(MAKE) --no-print-directory BUILD=build/coverage PROGRAM=build/coverage/socktrace \
		COVERAGE=yes CFLAGS='-O0 -g' programs
	@find build/coverage -name '*.gcda' -delete
	@find build/coverage -type d -exec chmod a+rwx '{}' +
	-@umask 000; BUILD=build/coverage SOCKTRACE=./build/coverage/socktrace \
		$(PYTHON) tests/run.py $(TESTS)
	@$(PYTHON) tests/coverage.py build/coverage

lint: lint-format lint-tidy lint-cppcheck
	@sh tests/check_layers.sh
.PHONY: lint-format lint-tidy lint-cppcheck
lint-format:
	$(say) FORMAT "clang-format"
	$(Q)clang-format --dry-run --Werror $(ALL_C)
lint-tidy:
	$(say) TIDY "clang-tidy"
	$(Q)printf '%s\n' $(filter %.c,$(ALL_C)) | xargs -P 2 -n 1 sh -c \
		'clang-tidy --quiet "$$@" -- -std=gnu17 -D_GNU_SOURCE -DSOCKTRACE_VERSION=\"x\" \
		-DSOCKTRACE_LIBDIR=\"x\" -DSOCKTRACE_LOCALEDIR=\"x\" -Itracer -I. -Itests/unit 2>/dev/null' lint
# Its leak checks do not know __attribute__((cleanup)): valgrind and ASan find leaks.
lint-cppcheck:
	$(say) CHECK "cppcheck"
	$(Q)cppcheck --quiet --enable=warning,portability,performance --inline-suppr \
		--error-exitcode=1 --std=c11 -D_GNU_SOURCE -D__x86_64__ -Itracer -I. \
		--suppress=missingIncludeSystem --suppress=memleak --suppress=resourceLeak \
		$(filter %.c,$(ALL_C)) 2>&1 || exit 1

# --- installation ------------------------------------------------------------------------

SHARE   = $(DESTDIR)$(PREFIX)/share
LIBDIR  = $(DESTDIR)$(PREFIX)/lib/socktrace
DOCDIR  = $(SHARE)/doc/socktrace
# Where each shell looks for completions that a package brings.
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR  = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d

# What is to be read, below its own folder, so that links lead where they lead here.
READING = README.md demos/README.md \
	  $(shell find docs -type f ! -path 'docs/completions/*' ! -name '*.in' ! -name '*.awk')

install: all
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/socktrace
	for demo in $(sort $(dir $(DEMOS) $(DEMO_FILES))); do \
		name=$$(basename $$demo); target=$(LIBDIR)/demos/$$name; \
		install -d $$target && \
		install -m 755 $$(find $$demo -maxdepth 1 -type f -perm -100) $$target && \
		install -m 644 $$demo/scenario $$demo/*.py demos/$$name/*.c $$target || exit 1; \
	done
	for catalogue in $(CATALOGUES:$(BUILD)/locale/%=%); do \
		test -e $(BUILD)/locale/$$catalogue || continue; \
		install -D -m 644 $(BUILD)/locale/$$catalogue $(SHARE)/locale/$$catalogue || exit 1; \
	done
	install -D -m 644 $(MANUAL) $(SHARE)/man/man1/socktrace.1
	install -D -m 644 docs/completions/socktrace.bash $(DESTDIR)$(BASHDIR)/socktrace
	install -D -m 644 docs/completions/_socktrace $(DESTDIR)$(ZSHDIR)/_socktrace
	install -D -m 644 docs/completions/socktrace.fish $(DESTDIR)$(FISHDIR)/socktrace.fish
	for file in $(READING); do install -D -m 644 $$file $(DOCDIR)/$$file || exit 1; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/socktrace
	rm -rf $(LIBDIR) $(DOCDIR)
	rm -f $(CATALOGUES:$(BUILD)/locale/%=$(SHARE)/locale/%) $(SHARE)/man/man1/socktrace.1
	rm -f $(DESTDIR)$(BASHDIR)/socktrace $(DESTDIR)$(ZSHDIR)/_socktrace \
		$(DESTDIR)$(FISHDIR)/socktrace.fish

# --- releases ----------------------------------------------------------------------------

RELEASE := socktrace-$(VERSION)
TARBALL := $(BUILD)/$(RELEASE).tar.gz
DEB     := $(BUILD)/deb/$(RELEASE)

# Its files: what git knows here, or, where this was unpacked from a tarball, all but what is built.
# Whoever packs the same files later gets the same bytes.
dist:
	@mkdir -p $(BUILD)
	$(say) DIST $(TARBALL)
	$(Q)if [ "$$(git rev-parse --show-toplevel 2>/dev/null)" = "$(CURDIR)" ]; then \
		git ls-files -z; \
	else \
		find . -path ./$(BUILD) -prune -o -path ./debian -prune -o -name __pycache__ -prune -o \
			-path ./$(PROGRAM) -prune -o -type f -printf '%P\0'; \
	fi | LC_ALL=C sort -z | \
	tar --create --file=$(TARBALL).new --use-compress-program='gzip -9n' --format=gnu \
		--transform='s,^,$(RELEASE)/,' --mtime=@$$($(RELEASED)) --mode=go=rX \
		--owner=0 --group=0 --numeric-owner --no-recursion --null --files-from=-
	$(Q)mv $(TARBALL).new $(TARBALL)

# When, in seconds since 1970: of the last commit, else of the Makefile in the tarball.
RELEASED = git log -1 --format=%ct 2>/dev/null || stat --format=%Y Makefile

# From the tarball, as Debian's own machines would. .ci/debian/ has what becomes debian/ there.
deb: dist
	@.ci/packages deb
	$(Q)rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb && tar -xzf $(TARBALL) -C $(BUILD)/deb
	$(Q)cp -r $(DEB)/.ci/debian $(DEB)/debian
	$(Q)sed "s/@libraries/$$(.ci/packages --print libraries | sed 's/ /, /g')/" .ci/debian/control.in \
		>$(DEB)/debian/control && rm $(DEB)/debian/control.in
	$(Q)sed -e 's/@version/$(VERSION)/' -e "s/@date/$$(LC_ALL=C date -uR -d @$$($(RELEASED)))/" \
		.ci/debian/changelog.in >$(DEB)/debian/changelog && rm $(DEB)/debian/changelog.in
	$(say) DEB $(BUILD)/deb
	$(Q)cd $(DEB) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u BUILD -u PROGRAM -u PREFIX \
		-u CFLAGS -u LDFLAGS -u DESTDIR -u CI \
		dpkg-buildpackage -us -uc -b -j$$(nproc) >../build.log 2>&1 || { cat ../build.log >&2; exit 1; }
	@ls $(BUILD)/deb/*.deb

# --- the rest ----------------------------------------------------------------------------

deps:
	@.ci/packages test

clean:
	rm -rf $(BUILD) $(PROGRAM)
distclean: clean

help:
	@echo 'make            build ./socktrace and the demos'
	@echo 'make demo       install what is missing, build, run the echo demo, annotated'
	@echo 'make check      install what is missing, build, run every test (TESTS=NAME: some)'
	@echo 'make torture    install what is missing; torture programs, real servers under load'
	@echo 'make portable   the tests with clang, for aarch64, with musl, without optional libraries'
	@echo 'make bench      compare with strace, and what grows: tables of ratios'
	@echo 'make fuzz       the readers of bytes that anybody may send, for longer (SECONDS=N, NAME=)'
	@echo 'make screenshots  the pictures in docs/pictures, made anew by chromium'
	@echo 'make po         gather what is to be translated, into po/'
	@echo 'make lint       clang-format, clang-tidy, cppcheck, the layers'
	@echo 'make asan       the tests under AddressSanitizer and UBSan'
	@echo 'make coverage   the tests, and which lines and branches they reach, by folder'
	@echo 'make deps       install the packages that are missing (Debian), or name them'
	@echo 'make install    into PREFIX ($(PREFIX)), below DESTDIR; make uninstall'
	@echo 'make dist       the release as a tarball; make deb: a package for Debian made from it'
	@echo 'make clean      remove what was built'
	@echo 'V=1 shows the commands; CI=1 makes warnings errors'
