import { affirmed, withoutLongBlanks } from "./claims.ts";

/** A means that an agent says it used. */
export type ClaimedConstruct = {
  /** With its article, for a message. */
  readonly what: string;
  /** Whether code may be using it, by any name that is known for it. */
  readonly isIn: (code: string) => boolean;
};

type Known = readonly [what: string, said: RegExp, seen: RegExp];

/** Generous with what counts as seen: whoever builds one by hand shall not be called a liar. */
const constructs: readonly Known[] = [
  [
    "a set",
    /\bhash[- ]?sets?\b|\x60Set\x60|\b(?:a|the|JavaScript|native|plain)\s+Set\b|\bset of (?:seen|known|visited)\b/,
    /\bSet\b|\bset\b|HashSet|BTreeSet|frozenset|\bmap\[|Map\b|\{\s*\}|dict|Object\.create|Dictionary|unordered_|SELECT\s+DISTINCT/i,
  ],
  [
    "a hash map",
    /\b(?:hash[- ]?(?:map|table)s?|lookup (?:table|map|index|dict\w*)|dictionary lookup)\b|\x60Map\x60/i,
    /Map\b|\bmap\[|\bmap\b|dict|Dictionary|\{\s*\}|[=:(]\s*\{|Object\.|HashMap|Hash\b|groupby|reduce|index/i,
  ],
  [
    "a binary search",
    /\bbinary[- ]search\b/i,
    /bisect|binary_?search|SearchInts|sort\.Search|slices\.BinarySearch|>>|\bmid\w*|\/\/?\s*2\b/i,
  ],
  [
    "a cache",
    /\b(?:cache[sd]?|caching|memoi[sz]\w*|LRU)\b/i,
    /cach|memo|lru|\bMap\b|dict|\{\s*\}|\bmap\[|ttl|max-age|etag|once|lazy|stale|fresh|revalidat|remember|keep/i,
  ],
  [
    "a lock",
    /\b(?:lock(?:s|ed|ing)?|mutex(?:es)?|semaphores?)\b/i,
    /(?<![bcf])lock|mutex|semaphore|synchroni[sz]ed|atomic|acquire|for update|O_EXCL|flag:\s*["']wx|queue|chan\b/i,
  ],
  [
    "a transaction",
    /\btransactions?\b|\btransactional\w*\b/i,
    /transaction|\bbegin\b|\bcommit\b|atomic|savepoint|\btx\w*\b|with\s+\w*(?:conn|db|session)|batch|multi|unit_?of_?work/i,
  ],
  [
    "a retry",
    /\b(?:retr(?:y|ies|ied|ying)|back[- ]?off)\b/i,
    /retr|attempt|back_?off|tries|\bfor\b|while|loop|tenacity|again/i,
  ],
  [
    "an exponential backoff",
    /\bexponential(?:ly)?\b/i,
    /\*\*|<<|pow\(|\*=|\*\s*\d|\d\s*\*|exponential|factor|multipl|retry|tenacity/i,
  ],
  [
    "a parameterized query",
    /\b(?:parameteri[sz]ed|prepared statements?|bind(?:ing)? (?:parameters?|variables?)|placeholders?)\b/i,
    /["'\x60][^"'\x60]*(?:\?|\$\d|%s|%\(|:[a-z]\w*|@\w+)|prepare|param|bind|sql\x60/i,
  ],
  [
    "a comparison in constant time",
    /\b(?:constant[- ]time|timing[- ]safe)\b/i,
    /timing|compare_digest|constant|secure_?compare|\^|hmac\.Equal/i,
  ],
  [
    "a stream",
    /\b(?:stream(?:s|ed|ing)?|generators?|chunk by chunk|line by line)\b/i,
    /stream|yield|pipe|reader|iter|chunk|scanner|bufio|readline|lines\(|for await|\bfor\b.*\b(?:in|of)\b|copyfileobj|io\.Copy/i,
  ],
  [
    "a debounce",
    /\b(?:debounc\w*|throttl\w*)\b/i,
    /debounc|throttl|setTimeout|timer|sleep|delay|clearTimeout|last\w*(?:Call|Run|At)/i,
  ],
  [
    "a time limit",
    /\btime(?:s|d)?[- ]?outs?\b|\bdeadlines?\b|\x60?Abort(?:Signal|Controller)\x60?/,
    /time_?out|abort|deadline|setTimeout|time_?limit|expires|max-time|seconds|ms\b/i,
  ],
  [
    "a database index",
    /\b(?:added|created|adds|creates) (?:an? |the )?(?:\w+ ){0,3}index(?:es)?\b(?! (?:file|page|html|route|signature|\.))/i,
    /index|unique|primary key/i,
  ],
  ["a foreign key", /\bforeign[- ]keys?\b/i, /references|foreign|belongs_to|ForeignKey|relation/i],
  ["bcrypt", /\bbcrypt\b/i, /bcrypt/i],
  ["scrypt", /\bscrypt\b/i, /scrypt/i],
  ["argon2", /\bargon2(?:id)?\b/i, /argon2/i],
  [
    "a secure source of chance",
    /\bcryptographically (?:secure|strong)\b|\bCSPRNG\b/i,
    /crypto|secrets\b|randomBytes|randomUUID|OsRng|getRandomValues|SystemRandom|urandom|SecureRandom|uuid/i,
  ],
  [
    "work side by side",
    /\b(?:in parallel|concurrently|parallelised|parallelized)\b/i,
    /Promise\.|allSettled|gather|\bgo\s+\w|errgroup|WaitGroup|thread|pool|spawn|join|rayon|par_|concurren|parallel|limit|worker|xargs|&\s*$|needs:|matrix|-P\s*\d|-j/im,
  ],
  [
    "an escape",
    /\b(?:escap(?:e|es|ed|ing)|sani[ts]i[sz]\w*)\b/i,
    /escap|saniti[sz]|encode|replace|quote|purify|textContent|bleach|html\/template|autoescape/i,
  ],
  [
    "an atomic write",
    /\batomic(?:ally)?\b/i,
    /rename|replace\(|atomic|tmp|temp|transaction|begin|compare_?and|lock|mv\s|sync\/|increment|update\b.*\bset\b|on conflict|returning/i,
  ],
  ["a rate limit", /\brate[- ]limit\w*\b|\btoken bucket\b/i, /limit|bucket|throttl|window|quota/i],
  ["a queue", /\b(?:priority queue|min-heap|max-heap|heap)\b/i, /heap|queue|priority/i],
  [
    "a pattern",
    /\b(?:the|a) (?:regular expression|regexp?|pattern)\b(?! (?:of|used|for|in|from))/i,
    /pattern|regexp?|\bre\.|\/[^/\n]+\/[dgimsuvy]*|match|glob/i,
  ],
  [
    "another user than root",
    /\b(?:runs?|running|executes?)\b.{0,20}\bas\b.{0,20}\b(?:unprivileged|non-?root|dedicated) (?:user|account)?/i,
    /^\s*USER\s|runAs|User=|\buser:|setuid|su-exec|gosu|setpriv|--user|--chuid/im,
  ],
  [
    "a check of the signature",
    /\b(?:verif\w+|validat\w+|check(?:s|ed)?) (?:the |its |each )?(?:\w+ )?signatures?\b/i,
    /sign|hmac|verify|digest/i,
  ],
];

/** What follows from it, and what was there before, is no claim of what is there now. */
const besides = /\b(?:instead of|rather than|in place of)\b[^,;.\n]*|,?\s+so that\b[^.;\n]*/gi;

const verb =
  /\b(?:us(?:es|ed|ing)|switch(?:ed|es)|replac(?:ed|es)|wrap(?:s|ped)|back(?:s|ed) by|guard(?:s|ed)|protect(?:s|ed)|(?:runs?|running) as|(?:now|done|runs?|happens?|kept|held|stored|tracked|looked up) (?:in|with|by|behind|through|under|inside)|add(?:s|ed)|introduc(?:es|ed)|extend(?:s|ed)|implement(?:s|ed)|built|hash(?:es|ed)|tracks?|now|via|verif(?:y|ies|ied)|escap(?:es|ed)|cach(?:es|ed)|lock(?:s|ed)|retri(?:es|ed)|stream(?:s|ed)|debounc(?:es|ed)|memoi[sz](?:es|ed)|are (?:fetched|loaded|run)|is (?:written|read|run|wrapped|guarded|protected))\b/i;

/** What a task is about, or somebody else does, or is left out on purpose. */
const otherwise =
  /\b(?:no longer|removed|dropped|without|avoids?|prevents?|deadlocks?|lockfile|package-lock|block|for the|tests? (?:for|that|of)|documents?|describes?|explains?)\b/i;

const newMeans =
  /\b(?:now (?:uses?|calls?)|switched (?:it |this |over )?to(?: using)?|replaced (?:it|this|that|them|the [^\x60.]{1,40}) (?:with|by)|wrapped (?:it |this |that |them |everything |the [^\x60.]{1,30} )?in)\s+(?:(?:a|an|the|native|built-in)\s+)?\x60([A-Za-z_$][\w$.]{3,60})(?:\(.*?\))?\x60/gi;

/** Read from an agent's last words; leaves out what might be meant otherwise. */
export function claimsDone(text: string): readonly ClaimedConstruct[] {
  const said = affirmed(withoutLongBlanks(text).replaceAll(besides, ""));
  const told = said.filter((sentence) => verb.test(sentence) && !otherwise.test(sentence));
  const known = constructs
    .filter(([, name]) => told.some((sentence) => name.test(sentence)))
    .map(([what, , seen]) => ({ what, isIn: (code: string) => seen.test(code) }));
  const names = said.flatMap((sentence) => [...sentence.matchAll(newMeans)].map(({ 1: name = "" }) => name));
  const quoted = said.flatMap((sentence) => [...sentence.matchAll(newCode)].map(({ 1: code = "" }) => code));
  return [...known, ...names.map(named), ...quoted.flatMap(asQuoted)];
}

const newCode =
  /\b(?:adds?|added|inserted|wrote|now (?:has|reads|is|says))\s+(?:(?:a|an|the|new|line|column|clause|option|constraint)\s+){0,3}\x60([^\x60\n<>…*]{8,160})\x60/gi;
const fewestWords = 4;

/** A quotation of several words. Most of them stand in the code, unless it is not quoted from there. */
function asQuoted(quotation: string): readonly ClaimedConstruct[] {
  const words = quotation.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  if (words.length < fewestWords) return [];
  const isIn = (code: string): boolean => {
    const lower = code.toLowerCase();
    return words.filter((word) => lower.includes(word)).length > words.length / 2;
  };
  return [{ what: `\`${quotation}\``, isIn }];
}

/** Of a dotted name the last part counts. */
function named(name: string): ClaimedConstruct {
  const last = (name.split(".").at(-1) ?? name).toLowerCase();
  return { what: `\`${name}\``, isIn: (code) => code.toLowerCase().includes(last) };
}
