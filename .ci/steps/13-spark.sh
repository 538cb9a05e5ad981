#!/usr/bin/env bash
# Checks that the PySpark job in examples/spark, on a local cluster, collects the same evidence as one machine, even if executors
# are killed.
# ROTAUDIT_SPARK_VENV names a virtual environment that already has its packages.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need java openjdk-17-jre-headless
need npm npm
build

npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" azurite@3.37.0 >/dev/null
venv=${ROTAUDIT_SPARK_VENV:-$work/venv}
if ! "$venv/bin/python" -c 'import adlfs, pyspark, ruff' 2>/dev/null; then
    virtual_environment "$venv" pyspark==3.5.9 fsspec==2026.9.0 adlfs==2026.8.0 ruff==0.17.6
fi
PATH=$venv/bin:$PATH

ruff check --quiet --no-cache examples/spark tests/spark
ruff format --check --quiet --no-cache examples/spark tests/spark

PYTHONDONTWRITEBYTECODE=1 ROTAUDIT=$rotaudit AZURITE=$work/node_modules/.bin/azurite-blob python tests/spark/test_collect.py
