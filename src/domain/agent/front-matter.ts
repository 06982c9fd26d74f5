/** A file that begins with a block of YAML between two lines `---`. */
export type FrontMatter = {
  readonly yaml: string;
  /** 1-based line of the file on which the YAML begins. */
  readonly line: number;
  /** What follows, without blank lines around it. */
  readonly body: string;
};

/** @returns `undefined` when the file does not begin with such a block */
export function splitFrontMatter(text: string): FrontMatter | undefined {
  const plain = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const found = /^---[ \t]*\n(?<yaml>(?:[^]*?\n)?)---[ \t]*(?:\n(?<body>[^]*))?$/.exec(plain);
  if (found?.groups === undefined) return undefined;
  return { yaml: found.groups["yaml"] ?? "", line: 2, body: (found.groups["body"] ?? "").trim() };
}

/**
 * The same block with the value of each top-level line that YAML can't read as a plain text put in quotes. Descriptions in
 * the wild hold colons (`Use this when: …`), and Claude Code reads them.
 */
export function withQuotedValues(yaml: string): string {
  return yaml.replaceAll(/^(?<key>[A-Za-z][\w-]*):[ \t]+(?<value>[^\s"'[{|>].*)$/gm, (_line, key, value) => {
    const text = String(value).trim();
    return `${String(key)}: ${/^(?:true|false|null|-?\d+)$/.test(text) ? text : JSON.stringify(text)}`;
  });
}
