/**
 * What no agent may read unless the settings say otherwise: places for credentials that no build, test or git command in a slot needs.
 * `~/.npmrc` is none of them: it also says which registry npm asks.
 */
export const defaultDeniedReads: readonly string[] = [
  "~/.ssh",
  "~/.gnupg",
  "~/.aws",
  "~/.azure",
  "~/.config/gcloud",
  "~/.kube",
  "~/.docker/config.json",
  "~/.netrc",
  "~/.git-credentials",
  "~/.config/gh",
  "~/.claude/.credentials.json",
  "~/.claude/backups",
  "~/.claude.json",
  "~/.config/anthropic",
];
