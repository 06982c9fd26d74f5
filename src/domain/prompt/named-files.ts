/** More would be a listing, not a hint. */
const maxFiles = 12;

/** A path with a folder or an ending, as compilers, linters and test runners print it. It begins where such a run does: a long one is read once. */
const pathPattern = /(?<![\w@./-])(?:[\w@.-]+\/)*[\w@-][\w@.-]*\.[A-Za-z]\w{0,9}/g;

/**
 * The repository's files that a text names, such as a failed command's output, in the order in which it names them.
 * @param isFile - whether the repository holds this path
 */
export function namedFiles(text: string, isFile: (path: string) => boolean): readonly string[] {
  const found = new Set<string>();
  for (const [candidate] of text.matchAll(pathPattern)) {
    if (found.size === maxFiles) break;
    const path = candidate.replace(/^(?:\.\/)+/, "");
    if (isFile(path)) found.add(path);
  }
  return [...found];
}
