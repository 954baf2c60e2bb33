#!/usr/bin/env bash
# The names of macro arguments are shown, the values of expressions are not: so the settings say.
. "$(dirname "$0")/driver.sh"
start
see 'm::scenario\(name: "three"'
gone '= one'
finish
