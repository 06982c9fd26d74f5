import { gitAnswer } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/**
 * Settings of the user's repository that decide what bytes a checkout has and who may read objects, so that a slot reads and
 * writes as the user's checkout does. Nothing else is taken over: no remote, no branch, no alias, no hook.
 */
const taken =
  /^(filter|merge)\..+\.[a-z]+$|^core\.(autocrlf|eol|safecrlf|filemode|symlinks|ignorecase|precomposeunicode|sharedrepository|attributesfile|excludesfile|longpaths)$|^user\.(name|email)$|^lfs\./i;

export type ConfigEntry = { readonly key: string; readonly value: string };

export async function takenConfig(repo: Repository): Promise<readonly ConfigEntry[]> {
  const answer = await gitAnswer(home(repo), ["config", "--local", "--includes", "--list", "-z"], {
    okExitCodes: [0, 1],
  });
  return answer.stdout
    .split("\0")
    .map((entry) => splitOnce(entry, "\n"))
    .filter(({ key }) => taken.test(key));
}

/** Text of a git configuration file. */
export function configText(entries: readonly ConfigEntry[]): string {
  return entries.map(({ key, value }) => `${header(key)}\n\t${nameOf(key)} = "${quote(value)}"\n`).join("");
}

function header(key: string): string {
  const [section, subsection] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1, key.lastIndexOf("."))];
  return key.indexOf(".") === key.lastIndexOf(".") ? `[${section}]` : `[${section} "${quote(subsection)}"]`;
}

const nameOf = (key: string): string => key.slice(key.lastIndexOf(".") + 1);

const quote = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t");

function splitOnce(text: string, separator: string): ConfigEntry {
  const at = text.indexOf(separator);
  return at < 0 ? { key: text, value: "true" } : { key: text.slice(0, at), value: text.slice(at + 1) };
}
