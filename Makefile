# Each target is one line: without make, run `python3 tools/dev.py <target>`.
PYTHON ?= python3
.PHONY: help run test check bench demo reset backup restore shell messages lock

help: ; @$(PYTHON) tools/dev.py help
run: ; @$(PYTHON) tools/dev.py run
test: ; @$(PYTHON) tools/dev.py test $(ARGS)
check: ; @$(PYTHON) tools/dev.py check
bench: ; @$(PYTHON) tools/dev.py bench $(ARGS)
demo: ; @$(PYTHON) tools/dev.py demo
reset: ; @$(PYTHON) tools/dev.py reset $(ARGS)
backup: ; @$(PYTHON) tools/dev.py backup $(ARGS)
restore: ; @$(PYTHON) tools/dev.py restore $(ARGS)
shell: ; @$(PYTHON) tools/dev.py shell
messages: ; @$(PYTHON) tools/dev.py messages
lock: ; @$(PYTHON) tools/dev.py lock
