#!/usr/bin/env bash
# Installs the programs that Tutti and its tests call: git, and what the agents' sandbox needs. Run it as often as you like.
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

mapfile -t missing < <(missing_packages)
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

if command -v apt-get >/dev/null 2>&1 && [[ $(id -u) -eq 0 ]]; then
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null; then
    echo "provision: apt-get could not install: ${missing[*]}" >&2
  fi
  mapfile -t missing < <(missing_packages)
fi

if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi
echo "provision: please install: ${missing[*]} (without them agents run outside a sandbox and some tests are skipped)" >&2
if [[ ${CI:-} == true ]]; then
  exit 1
fi
