import { findExecutable, versionOf } from "../../src/agents/claude-code/executable.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { packageVersion } from "../harness/versions.ts";
import { accountOf, type Account } from "./measure.ts";
import { ladderWork, sharedWork, type Looking, type Sharing, type Way } from "./work.ts";

/** The same small tasks in other ways, with the real `claude`: what the model server is asked, and what that costs. */
export const tokensPart: Part = {
  title: "(tokens) Fewer tokens for the same work",
  run: async (options) => {
    const blocks: string[] = [];
    for (const { title, ways } of comparisons(options.isQuick ? 3 : 8))
      blocks.push(await tableOf(title, ways, options));
    return {
      groups: [],
      blocks,
      versions: {
        "Claude Code": (await versionOf(findExecutable(undefined).path)).replace(" (Claude Code)", ""),
        "@anthropic-ai/claude-agent-sdk": await packageVersion("@anthropic-ai/claude-agent-sdk", "project"),
      },
      notes,
    };
  },
};

type Comparison = { readonly title: string; readonly ways: readonly Way[] };

const names: Readonly<Record<Sharing, string>> = {
  alone: "each alone",
  batch: "one batch",
  forked: "all forked from the first",
};

function comparisons(count: number): readonly Comparison[] {
  const shared = (looking: Looking): readonly Way[] =>
    (["alone", "batch", "forked"] as const).map((sharing) => ({
      name: names[sharing],
      ...sharedWork(sharing, count, looking),
    }));
  const hard = Math.ceil(count / 4);
  return [
    { title: `${count} tasks that need the same 6,000 tokens of a file`, ways: shared("at-the-same") },
    { title: `${count} tasks that need nothing but their prompt`, ways: shared("at-nothing") },
    {
      title: `${count} tasks that need 6,000 tokens each of another file, in six requests`,
      ways: shared("each-elsewhere"),
    },
    {
      title: `${count} tasks for a cheap model, of which some are too hard for it`,
      ways: [
        { name: "opus only", ...ladderWork(["opus"], count, 0) },
        { name: "haiku, then opus: none too hard", ...ladderWork(["haiku", "opus"], count, 0) },
        { name: `haiku, then opus: ${hard} too hard`, ...ladderWork(["haiku", "opus"], count, hard) },
        { name: "haiku, then opus: all too hard", ...ladderWork(["haiku", "opus"], count, count) },
      ],
    },
  ];
}

const columns = ["requests", "input", "cache write", "cache read", "output", "cost, USD", "cost compared"];

async function tableOf(title: string, ways: readonly Way[], { say }: PartOptions): Promise<string> {
  const rows: string[] = [];
  let reference: Account | undefined;
  for (const way of ways) {
    const account = await accountOf(way);
    reference ??= account;
    const cells = [way.name, ...cellsOf(account, reference)];
    say(`  ${cells.join(" · ")}`);
    rows.push(`| ${cells.join(" | ")} |`);
  }
  const rule = `|---|${columns.map(() => "---:|").join("")}`;
  return [`**${title}**\n`, `| | ${columns.join(" | ")} |`, rule, ...rows].join("\n");
}

const tokens = (count: number): string => count.toLocaleString("en-US");

function cellsOf(account: Account, reference: Account): readonly string[] {
  const { requests, inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens, costUsd } = account;
  const share = costUsd / reference.costUsd;
  return [
    ...[requests, inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens].map(tokens),
    costUsd.toFixed(4),
    account === reference ? "" : `${share.toFixed(2)}×`,
  ];
}

const notes: readonly string[] = [
  "Counted by the scripted model server from the requests of the real `claude`: four characters a token, and a prompt cache as the " +
    "Messages API documents it (breakpoints where `claude` sets them, at least 1,024 tokens, five minutes). A real tokenizer counts " +
    "some tenths more or less; what is compared is not touched by that. Prices are the published ones. Only the tasks' own requests.",
  "What `tutti cost` says of the same tasks was compared with the server's count after each run, and was equal token by token.",
  "That a model does not read a file again which it has in front of it is scripted: whether a real one does so is up to it.",
  "The tools of `claude`, some 4,000 tokens here, are the same for every conversation and come from the cache in all rows. Its system " +
    "prompt and its description of the environment, some 4,000 more, do not: the system prompt begins with a line that depends on a " +
    "conversation's first prompt. A shared conversation reads these from the cache too, which is why it pays even for tasks that have " +
    "nothing in common.",
  "A shared conversation sends all that was said before with every request. What nobody needs any more is then only a cost, and it grows " +
    "with the number of tasks and of their requests: the third table.",
  "In *all forked from the first*, each task has the first one's conversation in front of it and not those of its siblings; in a batch, all before it.",
];
