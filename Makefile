# 需要 Python ≥ 3.11 和 make / needs Python ≥ 3.11 and make. 目标 / targets: setup demo demo-clean test check record bench docs

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo demo-clean test check record bench docs

help:
	@echo 'make setup       安装到 .venv / install into .venv'
	@echo 'make demo        启动演示:模拟平台、调度、看板 / start the demo: simulated platforms, scheduler, dashboards'
	@echo 'make demo-clean  删除演示数据 / remove the demo data'
	@echo 'make test        全部测试 / the whole suite'
	@echo 'make check       规范、类型、引用规则、生成的文档 / lint, types, import rules, generated docs'
	@echo 'make record      重写 tests/record/kept / keep anew what tests/record comes to'
	@echo 'make bench       基准测试 / the benchmark'
	@echo 'make docs        重新生成文档 / regenerate the docs'

# Each step leaves a copy of what it was made from, so that nothing is done twice and a changed lock, or a moved tree, is.
define unless_made_from
$(1) | cmp -s - .venv/made-$(2) ||
endef
define made_from
$(1) > .venv/made-$(2)
endef

setup:
	@[ -n "$(PYTHON)" ] || { echo '没有找到 Python 3.11 或更新版本 / no Python 3.11 or newer; try: make PYTHON=/path/to/python3'; exit 1; }
	@$(call unless_made_from,pwd,place) { \
	  echo '== 建立 .venv / creating .venv'; \
	  $(PYTHON) -m venv --clear .venv && $(call made_from,pwd,place); }
	@$(call unless_made_from,cat requirements.lock,lock) { \
	  echo '== 安装依赖,约 1 GB / installing dependencies, about 1 GB'; \
	  $(PIP) install --require-hashes -r requirements.lock -c requirements.lock && $(call made_from,cat requirements.lock,lock); }
	@$(call unless_made_from,cat pyproject.toml,project) { \
	  echo '== 安装本项目 / installing this project'; \
	  $(PIP) install --quiet --no-deps --no-build-isolation -e . && $(call made_from,cat pyproject.toml,project); }

setup-dev: setup
	@$(call unless_made_from,cat requirements-dev.lock,dev-lock) { \
	  echo '== 安装测试工具 / installing test tools'; \
	  $(PIP) install --require-hashes -r requirements-dev.lock -c requirements.lock -c requirements-dev.lock && $(call made_from,cat requirements-dev.lock,dev-lock); }

demo: setup
	@exec $(BIN)/baiyun demo

demo-clean: setup
	@exec $(BIN)/baiyun demo --clean

# which tests go to one worker, so that what they share is made once: tests/conftest.py; a process the tests start
# takes 2.5 s of CPU to import the house, and 6.6 where nobody may keep what was compiled
test: setup-dev
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

record: setup-dev
	@exec $(BIN)/python -m tests.record

bench: setup
	@exec $(BIN)/python -m bench

docs: setup
	@exec $(BIN)/python docs/generate.py
