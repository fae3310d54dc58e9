#!/usr/bin/env bash
# Prints the path of an installed Chromium or Chrome, or with --driver of its chromedriver. CHROME and CHROMEDRIVER say otherwise.
set -euo pipefail

first() {
    local candidate path
    for candidate in "$@"; do
        [ -n "$candidate" ] || continue
        path=$(command -v "$candidate") && [ -x "$path" ] && echo "$path" && return
    done
    return 1
}

if [ "${1:-}" = --driver ]; then
    first "${CHROMEDRIVER:-}" chromedriver /usr/lib/chromium/chromedriver /usr/lib/chromium-browser/chromedriver && exit
    echo "  chromedriver is missing: install the package chromium-driver (Debian), chromium-chromedriver (Ubuntu, Alpine), chromedriver (brew)" >&2
else
    first "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" && exit
    echo "  no Chromium or Chrome found: install one, or set CHROME to its path" >&2
fi
exit 1
