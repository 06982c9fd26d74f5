import { rename, writeFile } from "node:fs/promises";

/** Writes a file so that whoever reads it finds the old text or the new one: also when we are killed in the middle. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  await writeFile(beside, text);
  await rename(beside, file);
}
