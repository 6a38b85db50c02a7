#!/bin/sh
# Installs the browser that tests/page drives: Debian's Chromium and its driver. Needs root and Debian's packages, once.
set -eu
if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then
    echo "chromium and chromedriver are there"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium chromium-driver fonts-dejavu-core
chromium --version
