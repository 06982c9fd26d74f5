import { readFile, writeFile } from "node:fs/promises";

const begin = (part: string): string => `<!-- results:${part} -->`;
const end = (part: string): string => `<!-- /results:${part} -->`;

/**
 * Puts a section between its markers and leaves the rest of the file alone.
 * @throws {Error} when the markers are missing
 */
export async function writeSection(path: string, part: string, section: string): Promise<void> {
  const text = await readFile(path, "utf8");
  const from = text.indexOf(begin(part));
  const to = text.indexOf(end(part));
  if (from === -1 || to < from) throw new Error(`${path} has no section ${begin(part)} … ${end(part)}`);
  const before = text.slice(0, from + begin(part).length);
  await writeFile(path, `${before}\n${section}\n${text.slice(to)}`);
}
