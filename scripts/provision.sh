#!/usr/bin/env bash
# Installs the programs that Tutti and its tests call: git, and what the agents' sandbox needs; and the package that the tests of
# models in process need. Run it as often as you like.
# Debian and Ubuntu as root: installs what is missing. Elsewhere: says what is missing; fails only when CI=true.
set -euo pipefail

# Command and Debian package, one pair a line.
programs=(
  "git git"
  "bwrap bubblewrap"
  "socat socat"
  "rg ripgrep"
  "tmux tmux"
  "faketime faketime"
)

missing_packages() {
  local pair command package
  for pair in "${programs[@]}"; do
    read -r command package <<<"$pair"
    command -v "$command" >/dev/null 2>&1 || printf '%s\n' "$package"
  done
}

# Without the binaries for graphics cards: 85 MB instead of 742. The lock file knows the one for Linux on x64.
provide_llama() {
  local place="${BASH_SOURCE[0]%/*}/../test/llama"
  [[ $place/node_modules/.package-lock.json -nt $place/package-lock.json ]] && return 0
  [[ $OSTYPE == linux* && $HOSTTYPE == x86_64 ]] && command -v npm >/dev/null 2>&1 || return 1
  npm --prefix "$place" install --no-save --omit=optional --ignore-scripts >/dev/null
}

is_complete=true
if ! provide_llama; then
  echo "provision: test/llama could not be installed (without it the tests of models in process are skipped)" >&2
  is_complete=false
fi

finish() {
  if [[ $is_complete == false && ${CI:-} == true ]]; then
    exit 1
  fi
  exit 0
}

mapfile -t missing < <(missing_packages)
if [[ ${#missing[@]} -eq 0 ]]; then
  finish
fi

if command -v apt-get >/dev/null 2>&1 && [[ $(id -u) -eq 0 ]]; then
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null; then
    echo "provision: apt-get could not install: ${missing[*]}" >&2
  fi
  mapfile -t missing < <(missing_packages)
fi

if [[ ${#missing[@]} -eq 0 ]]; then
  finish
fi
echo "provision: please install: ${missing[*]} (without them agents run outside a sandbox and some tests are skipped)" >&2
if [[ ${CI:-} == true ]]; then
  exit 1
fi
