import type { Way } from "./ways.ts";

/** What in a goal's words speaks for a way. */
export type Feature = {
  readonly way: Way;
  /** Linear in the goal's length: no repetition of a repetition. */
  readonly form: RegExp;
  /** 3: says it outright; 2: usually means it; 1: a hint. */
  readonly weight: 1 | 2 | 3;
  /** What it shows, a clause. */
  readonly shows: string;
};

const manyItems =
  "(?:files?|modules?|packages?|components?|services?|tests?|pages?|documents?|repositories|tickets?|issues?|functions?|classes|endpoints?|locales?|languages?|entries|items?|records?|logs?|screens?|routes?|handlers?|migrations|templates?|strings?|scripts?)";

/** In the order of the catalogue; several of one way add up. */
const rows: readonly (readonly [Way, Feature["weight"], string, RegExp])[] = [
  [
    "sequential-pipeline",
    3,
    "steps follow one another",
    /\b(?:step[- ]by[- ]step|one after (?:the )?(?:other|another)|in (?:this|that) order|in stages|stage by stage|first\b[^.]{1,120}\bthen\b)/i,
  ],
  [
    "sequential-pipeline",
    2,
    "a later step needs an earlier one",
    /\b(?:and then|, then|after that|afterwards|followed by|finally|before (?:implementing|building|writing))\b/i,
  ],
  [
    "sequential-pipeline",
    3,
    "it names the stages of development",
    /\b(?:analy[sz]e|design|plan|research|specify)\b[^.]{0,60}(?:,|\band\b|->|→)\s*(?:then )?(?:design|implement|build|test|document)\b/i,
  ],
  [
    "sequential-pipeline",
    1,
    "it goes from one form to the next",
    /\bfrom (?:requirements?|spec|design|idea)\b[^.]{0,60}\bto\b/i,
  ],

  ["fan-out", 3, "several looks of the same kind", /\b(audit|review|analysis|check|opinion)\b[^.]{1,40}\b\1\b/i],
  ["fan-out", 2, "parts are to be done at once", /\bat once\b/i],
  [
    "fan-out",
    3,
    "parts may run at once",
    /\b(?:in parallel|side by side|simultaneously|concurrently|at the same time|independently)\b/i,
  ],
  [
    "fan-out",
    3,
    "several points of view on the same thing",
    /\b(?:different|several|multiple|various|three|four|five|two) (?:angles|perspectives|views|viewpoints|opinions|reviewers|experts|approaches|aspects)\b/i,
  ],
  [
    "fan-out",
    2,
    "one look at several named parts",
    /\b(?:analy[sz]e|review|explore|research|investigate|audit|compare|check|examine)\b[^.]{0,80}\w+, [^.,]{2,60},? (?:and|or) \w+/i,
  ],
  [
    "fan-out",
    2,
    "a review for several concerns",
    /\bfor (?:security|performance|style|correctness|bugs|quality)\b[^.]{0,30}(?:,|\band\b)/i,
  ],
  [
    "fan-out",
    1,
    "results are put together",
    /\b(?:combine|aggregate|merge|collect|put together) (?:the |their |all )?(?:findings|results|answers|opinions|views)\b/i,
  ],

  ["conditional-branching", 3, "there is another way", /\b(?:otherwise|or else|if not\b|else\b)/i],
  [
    "conditional-branching",
    3,
    "one of several is picked",
    /\b(?:pick|choose|select|find) (?:the|a) (?:right|suitable|matching|best|appropriate) (?:specialist|agent|path|way|handler|strategy|expert)\b/i,
  ],
  [
    "conditional-branching",
    3,
    "something is decided first",
    /\b(?:depending on|decide (?:whether|if|which|how)|based on (?:the|what|its|their|whether)|classify|triage|route (?:it|each|them|the)|choose (?:between|the right|which))\b/i,
  ],
  [
    "conditional-branching",
    2,
    "there is a condition",
    /(?:^|[.,;] |\band )(?:if|when|in case) (?:it|there|the|this|that|they|we|any|critical)\b/i,
  ],

  [
    "iterative-refinement",
    3,
    "one makes and another one judges, in turns",
    /\b(?:taking turns|in turns|a critic|back and forth|in rounds|after each round)\b/i,
  ],
  [
    "iterative-refinement",
    3,
    "it goes on until something holds",
    /\b(?:until|keep (?:improving|going|trying|fixing)|iterat(?:e|ively|ion)s?|again and again|over and over|as often as)\b/i,
  ],
  [
    "iterative-refinement",
    3,
    "there is a measure to reach",
    /\b(?:at least|above|over|below|under|less than|more than|to|reach(?:es)?|exceed(?:s)?)\s+(?:a score of )?\d+(?:\.\d+)?\s*(?:%|percent|ms|milliseconds|seconds|s\b|kb|mb|points)/i,
  ],
  [
    "iterative-refinement",
    2,
    "quality is to rise",
    /\b(?:coverage|quality score|score of|threshold|benchmark|lighthouse|p9[59]|latency)\b/i,
  ],
  ["iterative-refinement", 1, "it is about making something better", /\b(?:improve|refine|polish|tune|optimi[sz]e)\b/i],

  [
    "supervisor",
    2,
    "it speaks of a team",
    /\b(?:teams? of agents|several teams|a team that|project manage(?:r|ment))\b/i,
  ],
  [
    "supervisor",
    3,
    "somebody has to coordinate",
    /\b(?:coordinat(?:e|ing)|supervis(?:e|ing)|orchestrat(?:e|ing)|delegat(?:e|ing)|manage the|oversee)\b/i,
  ],
  [
    "supervisor",
    3,
    "it is a whole product",
    /\b(?:build|create|develop|write|make|ship|implement|rewrite|port) (?:me )?(?:a|an|the|our)(?: \w+){0,3} (?:whole|entire|complete|full|full-stack|production-ready)?\s?(?:application|app|platform|product|system|saas|compiler|game|website|web shop|marketplace)\b/i,
  ],
  [
    "supervisor",
    2,
    "it is large",
    /\b(?:complex|large-scale|whole project|entire (?:project|application|system)|end[- ]to[- ]end|from scratch|multi-stage|open-ended|(?:all|every) acceptance criteri(?:a|on))\b/i,
  ],

  ["event-driven", 3, "something else sets it off", /\bon (?:a )?(?:failed|failing|new|broken|red|opened|merged) \w+/i],
  [
    "event-driven",
    3,
    "it is to happen whenever something happens",
    /\b(?:whenever|each time|every time|on (?:every|each) (?:push|commit|pull request|pr|release|merge|deploy|deployment|build|change|event|alert|failure))\b/i,
  ],
  [
    "event-driven",
    3,
    "it names what events come from",
    /\b(?:webhooks?|cron|nightly|every (?:night|day|morning|hour|week|monday|\d+ (?:minutes|hours))|react to|listen (?:for|to)|subscribe|triggers?|triggered)\b/i,
  ],
  [
    "event-driven",
    3,
    "it waits for something to happen",
    /\bwhen (?:a|an|the|somebody|someone|any) [^.]{1,40}\b(?:opens?|opened|fails?|failed|arrives?|changes?|changed|comes in|is (?:opened|pushed|created|merged|found|reported)|breaks?|appears?)\b/i,
  ],
  [
    "event-driven",
    2,
    "it goes on by itself",
    /\b(?:automatically|monitor(?:s|ing)?|watch(?:es|ing)? (?:for|the)|alerts?|as soon as)\b/i,
  ],

  [
    "map-reduce",
    3,
    "the same is done to every item",
    new RegExp(`\\b(?:every|each|all(?: of)?(?: the| our)?|\\d{2,})(?: [\\w.-]+){0,3} ${manyItems}\\b`, "i"),
  ],
  [
    "map-reduce",
    3,
    "it is a batch",
    /\b(?:in batch(?:es)?|batch[- ]process|hundreds of|thousands of|dozens of|one by one|per (?:file|module|package|item|service)|for each|file by file)\b/i,
  ],
  [
    "map-reduce",
    2,
    "it goes through the whole code",
    /\b(?:across|throughout|over) (?:the|our|all(?: of)?)(?: the)?(?: \w+)? ?(?:codebase|repo(?:sitory)?|monorepo|code|project|packages|modules|services)\b/i,
  ],
  [
    "map-reduce",
    1,
    "it ends in one report",
    /\b(?:one|a|single|unified|final|overall) (?:\w+ )?(?:report|summary|overview|table|statistics?)\b/i,
  ],

  [
    "saga",
    3,
    "there has to be a way back",
    /\b(?:(?:with|have|has|keep|needs) a way back|if (?:something|anything) (?:breaks|goes wrong))\b/i,
  ],
  [
    "saga",
    3,
    "it is taken back when it fails",
    /\b(?:roll(?:ed|s|ing)? ?back|rollback|undo|undone|compensat\w*|reversible|reverted? (?:everything|all|it|them|on)|take back|all[- ]or[- ]nothing|transactional(?:ly)?)\b/i,
  ],
  [
    "saga",
    2,
    "its steps reach beyond the code",
    /\b(?:database migration|schema migration|migrate the (?:\w+ )?(?:database|schema|data)|deploy(?:s|ment)?|provision|release to production|multiple services|several services|payment|cut ?over)\b/i,
  ],
  [
    "saga",
    2,
    "a failing step is spoken of",
    /\bif (?:any|one|a|some)(?: of the)? (?:step|part|of them|service|thing)\w*[^.]{0,20}\bfails?\b/i,
  ],

  [
    "one-agent",
    3,
    "it is a small change",
    /\b(?:typo|rename (?:the |a )?(?:variable|function|method|constant|flag)|bump|small (?:fix|change|tweak)|one[- ]liner|tiny|quick fix|a single (?:line|function|file|method)|trivial)\b/i,
  ],
  [
    "one-agent",
    2,
    "it is in one file",
    /\b(?:in|of|to|from) `?[\w./-]+\.(?:ts|tsx|js|jsx|py|go|rs|java|rb|c|h|cpp|cs|md|json|ya?ml|sql|css|html|sh|toml)\b/i,
  ],
  [
    "one-agent",
    2,
    "its parts share the same code",
    /\b(?:tightly coupled|same (?:file|function|class|module)|refactor (?:the |this )?\w+ (?:class|function|method|module|parser)|race condition|deadlock|memory leak|stack trace|off-by-one|null pointer|crash(?:es)?\b)/i,
  ],
  [
    "one-agent",
    1,
    "it is one change",
    /^(?:please )?(?:fix|add|remove|rename|change|update|explain|correct|move|document|delete|replace)\b/i,
  ],
];

export const features: readonly Feature[] = rows.map(([way, weight, shows, form]) => ({ way, weight, shows, form }));
