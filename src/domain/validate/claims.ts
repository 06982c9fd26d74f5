/** What an agent says it did with a file. */
export type FileClaim = { readonly what: "made" | "changed" | "deleted" | "there"; readonly path: string };

export type Claims = {
  readonly files: readonly FileClaim[];
  /** "I added tests" */
  readonly addedTests: boolean;
  /** "Added 5 tests"; absent where no number is said. */
  readonly testCount: number | undefined;
  /** Single names that are said to be new: `parseDuration`. */
  readonly names: readonly string[];
  /** "All tests pass" */
  readonly testsPass: boolean;
};

/** Words that make a sentence say something else than what was done now. */
const notDone =
  /\b(?:not|never|no|nor|none|without|cannot|unchanged|untouched|intact|already|previously|earlier|before|instead|should|could|would|can|may|might|must|will|going to|want|wish|if|unless|whether|when|once|after|next|later|future|follow[- ]?up|suggest|recommend|consider|optional(?:ly)?|please|try|attempt(?:ed)?|plan(?:ned)?|todo|revert(?:ed)?|restor(?:ed?)|undid|undo|temporar(?:y|ily)|then (?:removed|deleted)|previous|existing|exists?|was|were|rather|ignored|gitignored|generated|your)\b|n't\b|n’t\b|\?/i;

const pathText = String.raw`(?:[\w@.+-]+\/)*[\w@.+[\]-]*[A-Za-z_][\w@+[\]-]*\.[A-Za-z][A-Za-z0-9]{0,7}`;
const article = String.raw`(?:(?:the|a|an|new|following|file|files|module|modules|script|test|tests|class|component|page|doc|docs|document|both|of)\s+){0,4}`;

/** Only a verb right before the path counts: what stands further away may be about something else in the file. */
const verbs: Readonly<Record<Exclude<FileClaim["what"], "there">, RegExp>> = {
  made: claim("created|wrote|added|generated|introduced"),
  changed: claim("updated|modified|edited|changed|refactored|rewrote|extended|adjusted|patched|fixed"),
  deleted: claim("deleted|removed"),
};

function claim(words: string): RegExp {
  return new RegExp(
    String.raw`(?:^|[\s(*_:;,-])(?:${words})\s+${article}[\x60"'*]*(${pathText})[\x60"'*]*(?![\w/(])`,
    "gi",
  );
}

/** "Created the following files:", then a list of them. */
const listHead =
  /^\W*(?:(?:i|i['’]ve|have)\s+)?(?:(?:files?|what(?: i)?)\s+)?(created|added|wrote|new|updated|modified|edited|changed|deleted|removed)\b[^.\n]{0,30}?(?:files?|modules?|changes?)?\W*:\W*$/i;
/** "Added tests for:" */
const aboutOthers = /\b(?:for|of|about|by|that|describes|covers|documents|lists|explains)\W*:\W*$/i;
/** "Renamed it everywhere:", "What changed": a report, whose items are the files. One that ends with "for:" names something else. */
const reportHead =
  /^[\s#*_]*(?:(?:(?:i|i['’]ve|have)\s+)?(?:renamed|replaced|migrated|converted|moved|fixed|changed|updated|modified|edited|applied|switched|ported|refactored|rewrote|removed)\b[^\n]*\W*:\W*|(?:what (?:i )?changed|changes(?: made)?|files (?:changed|touched|modified)|changed files|summary of changes)\W*)$/i;
const listItem = new RegExp(String.raw`^\s*(?:[-*+•]|\d+[.)])\s+[\x60"'*]*(${pathText})[\x60"'*]*(.*)$`);

const proseOf = (text: string): string => text.replaceAll(/^[ \t]*(?:```|~~~)[\s\S]*?^[ \t]*(?:```|~~~).*$/gm, "");

/** Rules that look for words behind blanks need time that grows with the square of a run of them. */
export const withoutLongBlanks = (text: string): string => text.replaceAll(/\s{50,}/g, (blanks) => blanks.slice(0, 49));

/** The sentences that say what was done now, without those that may be meant otherwise. */
export const affirmed = (text: string): readonly string[] =>
  proseOf(text)
    .split(/(?<=[.!?;])\s+|\n+/u)
    .map((sentence) => sentence.replaceAll(passive, "has been"))
    // What is quoted is code, and says nothing about what was done.
    .filter((sentence) => !notDone.test(sentence.replaceAll(/`[^`]*`/g, "`…`")));

/** Reads what an agent's last words say that it did. Leaves out whatever might be meant otherwise. */
export function claimsOf(given: string): Claims {
  const text = withoutLongBlanks(given);
  const prose = proseOf(text);
  const said = affirmed(text);
  return {
    files: unique([
      ...said.flatMap(inSentence),
      ...said
        .flatMap(elsewhere)
        .filter(({ path }) => isFileName(path))
        .map((one) => ({ ...one, path: clean(one.path) })),
      ...inLists(prose),
    ]),
    addedTests: said.some(saysTestsAdded),
    testCount: said.map(countOfTests).find((count) => count !== undefined),
    names: [...new Set(said.flatMap(namesAdded))],
    testsPass: said.some(saysTestsPass),
  };
}

/** What was done to a file is told as often from its side. */
const passive =
  /\b(?:was|were|is|are)\b(?=(?: also| now)? (?:updated|changed|created|added|deleted|removed|rewritten|extended|adjusted)\b)/gi;

const inSentence = (sentence: string): readonly FileClaim[] =>
  whats.flatMap((what) =>
    [...sentence.matchAll(verbs[what])].flatMap(({ 1: path = "" }) =>
      isFileName(path) ? [{ what, path: clean(path) }] : [],
    ),
  );

const whatOfWord: Readonly<Record<string, FileClaim["what"]>> = {
  created: "made",
  added: "made",
  deleted: "deleted",
  removed: "deleted",
};

const fromItsSide = new RegExp(
  String.raw`[\x60"'*]*(${pathText})[\x60"'*]*\s+(?:(?:has|have) been (?:also |now )?(updated|changed|created|added|deleted|removed|rewritten|extended|adjusted)|now\s+(?:has|documents|describes|explains|mentions|lists|exports|includes|contains|reads|uses|covers|handles|supports|returns|shows|says))\b`,
  "gi",
);
const mentioned = new RegExp(
  String.raw`\b(?:registered|documented|mentioned|noted|described|listed|recorded|bumped|exported|mounted|wired(?: up)?|hooked up)\b[^.;\n]{0,50}?\s(?:in|into|from|to)\s+(?:the\s+)?[\x60"'*]*(${pathText})[\x60"'*]*(?![\w/(])`,
  "gi",
);
const knownDocument =
  /\b(?:updated|extended|adjusted|rewrote|changed)\s+(?:the\s+|our\s+)?[`"*]*(README|CHANGELOG)\b[`"*]*(?!\.|\s+(?:link|badge|template))/gi;

const elsewhere = (sentence: string): readonly FileClaim[] => [
  ...[...sentence.matchAll(fromItsSide)].map(({ 1: path = "", 2: word = "" }) => ({
    what: whatOfWord[word.toLowerCase()] ?? "changed",
    path,
  })),
  ...[...sentence.matchAll(mentioned)].map(({ 1: path = "" }) => ({ what: "changed" as const, path })),
  ...[...sentence.matchAll(knownDocument)].map(({ 1: path = "" }) => ({ what: "changed" as const, path })),
];

const whats = ["made", "changed", "deleted"] as const;

const whatOfHead: Readonly<Record<string, FileClaim["what"]>> = {
  created: "made",
  added: "made",
  wrote: "made",
  new: "made",
  deleted: "deleted",
  removed: "deleted",
};

function inLists(prose: string): readonly FileClaim[] {
  const claims: FileClaim[] = [];
  let what: FileClaim["what"] | undefined;
  for (const line of prose.split("\n")) {
    const head = aboutOthers.test(line) ? undefined : listHead.exec(line)?.[1];
    const [, path = "", rest = ""] = listItem.exec(line) ?? [];
    if (head !== undefined) what = notDone.test(line) ? undefined : (whatOfHead[head.toLowerCase()] ?? "changed");
    else if (reportHead.test(line)) what = notDone.test(line) || aboutOthers.test(line) ? undefined : "changed";
    else if (path === "" && line.trim() !== "") what = undefined;
    else if (what !== undefined && isFileName(path) && !notDone.test(rest)) claims.push({ what, path: clean(path) });
  }
  return claims;
}

const clean = (path: string): string => path.replace(/^\.\//, "");

/** Products, versions, hosts and properties look like files. */
const isFileName = (path: string): boolean => /^(?:README|CHANGELOG)$/.test(path) || isPlainFile(path);

const isPlainFile = (path: string): boolean =>
  !path.startsWith("/") &&
  !path.includes("..") &&
  (path.includes("/")
    ? !/^[\w-]+\.(?:com|org|net|io|dev)\//.test(path)
    : knownEnding.test(path) && !product.test(path));

const knownEnding =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|cpp|cc|c|h|hpp|php|swift|ex|exs|md|mdx|json|ya?ml|toml|css|scss|html?|sql|sh|txt|vue|svelte|proto|graphql|ini|cfg|lock)$/i;
const product =
  /^(?:node|vue|next|nuxt|express|react|three|d3|chart|moment|lodash|backbone|ember|angular|socket|discord|alpine|p5|deno|asp)\.(?:js|io|net|ts)$/i;

/** Tests of a language or a tool, and things that are only called after them, are meant otherwise. */
const saysTestsAdded = (sentence: string): boolean =>
  /\b(?:added|wrote|created|included|covered (?:it|this|them) (?:with|by))\s+(?:(?:\d+|a|an|the|some|new|more|several|two|three|four|five|six|comprehensive|corresponding|matching|thorough|unit|integration|regression|e2e|end-to-end|additional|few|full|extensive|appropriate|basic|and|\w+ing)\s+){0,5}(?:unit |regression |integration )?(?:tests?|test cases?|test suite|test coverage|specs)\b(?!\s*(?:id|ids|data|script|command|fixture|fixtures|helper|helpers|environment|runner|account|user|database|config|double|harness|page|file for manual))/i.test(
    sentence,
  );

const numbers: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

function countOfTests(sentence: string): number | undefined {
  const said =
    /\b(?:added|wrote|created)\s+(\d+|two|three|four|five|six|seven|eight|nine|ten)\s+(?:\w+\s+){0,2}(?:tests?|test cases|specs)\b(?!\s*(?:file|suite|data|id))/i.exec(
      sentence,
    )?.[1];
  return said === undefined ? undefined : (numbers[said.toLowerCase()] ?? Number(said));
}

const newName =
  /\b(?:added|implemented|created|introduced|wrote)\s+(?:(?:the|a|an|new|function|method|class|helper|command|flag|option|field|column|endpoint|component|hook|type|interface|constant|variable|export|public|private|static|async|small|generic)\s+){0,4}`([A-Za-z_$][\w$.]{3,60})(?:\(.*?\))?`/gi;

/** Of a dotted name the last part counts. Names of branches and packages stand elsewhere. */
const namesAdded = (sentence: string): readonly string[] =>
  /\b(?:branch|commit|tag|pull request|package|folder|directory|label|issue|alias|test id)\b/i.test(sentence)
    ? []
    : [...sentence.matchAll(newName)]
        .flatMap(({ 1: name = "" }) => (isPlainFile(name) ? [] : [name.split(".").at(-1) ?? name]))
        .filter((name) => name.length > 3);

const saysTestsPass = (sentence: string): boolean =>
  /\b(?:all|the|every|\d+)\s+(?:\w+\s+){0,2}(?:tests?|specs?|checks?|suite)\s+(?:now\s+|still\s+|are\s+|is\s+)?(?:pass(?:es|ed|ing)?|green|succeed(?:s|ed)?)\b|\btests?(?: suite)? (?:is|are) (?:all )?(?:green|passing)\b|\b(?:tests|suite) pass(?:es|ed)?\b/i.test(
    sentence,
  );

function unique(claims: readonly FileClaim[]): readonly FileClaim[] {
  const seen = new Map(claims.map((one) => [`${one.what} ${one.path}`, one]));
  return [...seen.values()];
}
