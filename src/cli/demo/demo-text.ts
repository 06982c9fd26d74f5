import type { RecordedRequest } from "../../simulator/index.ts";
import type { Style } from "../render/style.ts";
import type { DemoFolder } from "./demo-folder.ts";
import type { TestCount } from "./demo-shell.ts";
import type { DemoProof } from "./prove-demo.ts";

export type DemoOutcome = {
  readonly folder: DemoFolder;
  readonly before: TestCount;
  readonly proof: DemoProof;
  readonly requests: readonly RecordedRequest[];
};

export const introText = (style: Style, workers: number): string =>
  `${style("bold", "A whole job, at no cost.")} What the models say is scripted. All the rest is real:\n` +
  `Claude Code and its tool calls, ${workers} workers, git, the tests, the merges.\n` +
  "You will see estimates for a real model and the price of made-up tokens: nothing\nis paid.\n\n";

export const beforeText = ({ project }: DemoFolder, { passed, total }: TestCount): string =>
  `A throw-away project is in ${project}.\nBefore: ${passed} of ${total} tests pass.\n`;

/** What the job came to, from git, the tests and the model server's own record. */
export function outcomeText(style: Style, outcome: DemoOutcome): string {
  const { proof, before } = outcome;
  const { tests } = proof;
  const verdict = tests.isGreen ? style("green", "Proved") : style("red", "Not proved");
  const lines = [
    "",
    style("bold", "What happened"),
    ...eventLines(outcome.requests),
    `The user's branch and files are ${proof.isCheckoutUntouched ? "as they were." : style("red", "changed: they must not be.")}`,
    "",
    style("bold", `On the branch ${proof.branch}`),
    ...proof.commits,
    "",
    `${verdict}: in a fresh clone of it ${tests.passed} of ${tests.total} tests pass. Before it was ${before.passed}.`,
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** The same as the last line of `--json`. */
export function outcomeJson({ folder, before, proof }: DemoOutcome, isKept: boolean): string {
  const kept = isKept ? { folder: folder.root } : {};
  return `${JSON.stringify({ type: "demo", before, ...proof, ...kept })}\n`;
}

function eventLines(requests: readonly RecordedRequest[]): readonly string[] {
  const again = tasksOf(requests, ({ role, attempt = 1 }) => role === "worker" && attempt > 1);
  const settled = tasksOf(requests, ({ role }) => role === "resolver");
  return [
    ...again.map((task) => `The first try at ${task} was wrong: its gate refused it, and the agent tried again.`),
    ...settled.map((task) => `The work of ${task} did not merge by itself: another agent settled the conflict.`),
  ];
}

const tasksOf = (requests: readonly RecordedRequest[], claim: (request: RecordedRequest) => boolean) => [
  ...new Set(requests.filter(claim).flatMap(({ task }) => task ?? [])),
];

/** Commands to copy, for a folder that stays. */
export function lookAroundText(style: Style, { folder, proof, requests }: DemoOutcome): string {
  const [wrong] = tasksOf(requests, ({ role, attempt = 1 }) => role === "worker" && attempt > 1);
  const lines = [
    style("bold", "Look around"),
    `  cd ${folder.project}`,
    `  git diff main...${proof.branch}`,
    "  tutti job show",
    ...(wrong === undefined ? [] : [`  tutti task show ${wrong}`]),
    "  tutti merge",
    `  rm -r ${folder.root}`,
  ];
  return `${lines.join("\n")}\n`;
}

export const removedText =
  "The project is removed. To keep it and look around: tutti demo --keep\n" +
  "To start in a project of your own: tutti init, then tutti doctor\n";
