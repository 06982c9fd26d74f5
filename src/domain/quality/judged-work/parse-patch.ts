import type { AddedLine, ChangedText } from "./changed-file.ts";

/**
 * Reads a patch whose context is the whole file, as `git diff-tree -p --unified=<very many>` prints it.
 * @returns one entry for each file of the patch, in its order; `undefined` for one that is no text
 */
export function parseWholePatch(patch: string): readonly (ChangedText | undefined)[] {
  // Lines of content begin with a sign, so that this can only be git's own.
  return patch
    .split(/^diff --git .*\n/mu)
    .slice(1)
    .map(parseFile);
}

function parseFile(section: string): ChangedText | undefined {
  const lines = section.split("\n");
  if (lines.some((line) => line.startsWith("Binary files ") || line === "GIT binary patch")) return undefined;
  // Only its mode: nothing is known of its text.
  if (lines.some((line) => line.startsWith("old mode ")) && !lines.some((line) => line.startsWith("@@ ")))
    return undefined;
  const start = lines.findIndex((line) => line.startsWith("@@ "));
  const reader = new FileReader();
  if (start !== -1) for (const line of lines.slice(start)) reader.read(line);
  return reader.text;
}

/** Line by line: ` ` in both, `-` before, `+` after, `\` for a last line without its end. */
class FileReader {
  #before = "";
  #after = "";
  #number = 0;
  #last = "";
  readonly #added: AddedLine[] = [];
  readonly #removed: string[] = [];

  read(line: string): void {
    const sign = line.charAt(0);
    const text = line.slice(1);
    if (sign === "\\") return this.#withoutEnd();
    if (sign === " " || sign === "-") this.#before += `${text}\n`;
    if (sign === " " || sign === "+") this.#after += `${text}\n`;
    if (sign === " " || sign === "+") this.#number += 1;
    if (sign === "+") this.#added.push({ number: this.#number, text });
    if (sign === "-") this.#removed.push(text);
    this.#last = sign;
  }

  get text(): ChangedText {
    return { before: this.#before, after: this.#after, added: this.#added, removed: this.#removed };
  }

  #withoutEnd(): void {
    if (this.#last !== "+") this.#before = this.#before.slice(0, -1);
    if (this.#last !== "-") this.#after = this.#after.slice(0, -1);
  }
}
