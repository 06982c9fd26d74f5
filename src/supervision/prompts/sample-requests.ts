import type { JsonObject } from "../../domain/json.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { managerRequest } from "./manager-prompt.ts";
import type { PromptKind } from "./prompt-kind.ts";
import type { PromptRequest } from "./prompt-request.ts";
import { resolverRequest } from "./resolver-prompt.ts";
import { reviewerRequest } from "./reviewer-prompt.ts";
import { synthesizerRequest } from "./synthesizer-prompt.ts";
import {
  clarificationRequest,
  forkRequest,
  retryRequest,
  workerRequest,
  type WorkerPromptFacts,
} from "./worker-prompt.ts";

export type SampleRequests = {
  readonly everything: PromptRequest;
  readonly least: PromptRequest;
  /** What an agent can hardly do without, by the variable's name: the words that stand for it in `everything`. */
  readonly expected: Readonly<Record<string, string>>;
};

const task: PlanTask = {
  key: "sample",
  title: "A sample",
  prompt: "sample-prompt",
  dependsOn: ["other"],
  contextFiles: ["sample/context.md"],
  expectedOutputs: ["sample/output.md"],
  priority: 5,
  acceptance: ["sample-acceptance"],
  footprint: ["sample/**"],
};
const { footprint: _anywhere, ...anywhere } = task;
const leastTask: PlanTask = { ...anywhere, dependsOn: [], contextFiles: [], expectedOutputs: [], acceptance: [] };

const gates = [{ name: "sample-gate", run: "sample-command" }];
const notes = ["sample-note"];

const work: WorkerPromptFacts = {
  goal: "sample-goal",
  planSummary: "sample-plan",
  spec: task,
  attempt: 3,
  dependencies: [{ key: "other", title: "Another", result: "sample-result" }],
  parent: { title: "A parent", prompt: "sample-parent", result: "sample-report" },
  feedback: "sample-feedback",
  namedFiles: ["sample/named.md"],
  earlierAttempts: [{ number: 1, why: "sample-reason" }],
  gates,
  notes,
};

const leastWork: WorkerPromptFacts = {
  goal: "sample-goal",
  planSummary: "",
  spec: leastTask,
  attempt: 1,
  dependencies: [],
  feedback: undefined,
  namedFiles: [],
  earlierAttempts: [],
  gates: [],
  notes: [],
};

const ofTask = {
  "task.prompt": "sample-prompt",
  "task.expectedOutputs": "sample/output.md",
  "task.acceptance": "sample-acceptance",
  "task.footprint": "sample/**",
  gates: "sample-command",
  feedback: "sample-feedback",
};

const agents = [{ name: "sample-agent", description: "sample-role" }];
const baseCommit = "c0ffee";
const reviewed = [{ key: "sample", title: "A sample", status: "completed", evidence: "sample-evidence" }];
const planning = { goal: "sample-goal", files: ["sample/a.md"], fileCount: 2, gates, workers: 2, notes, agents };

const samples: Readonly<Partial<Record<PromptKind, SampleRequests>>> = {
  worker: {
    everything: workerRequest(work),
    least: workerRequest(leastWork),
    expected: { goal: "sample-goal", ...ofTask },
  },
  fork: {
    everything: forkRequest({ ...work, baseCommit }),
    least: forkRequest({ ...leastWork, baseCommit }),
    expected: ofTask,
  },
  retry: { everything: retryRequest(work), least: retryRequest(leastWork), expected: { feedback: "sample-feedback" } },
  clarification: {
    everything: clarificationRequest({ ...work, answer: "sample-answer" }),
    least: clarificationRequest({ ...leastWork, answer: "sample-answer" }),
    expected: { answer: "sample-answer" },
  },
  manager: {
    everything: managerRequest({ ...planning, problem: "sample-problem" }),
    least: managerRequest({ ...planning, files: [], fileCount: 0, gates: [], notes: [], agents: [] }),
    expected: { goal: "sample-goal", gates: "sample-command", problem: "sample-problem" },
  },
  resolver: {
    everything: resolverRequest({ spec: task, files: ["sample/conflict.md"], gates, notes }),
    least: resolverRequest({ spec: leastTask, files: ["sample/conflict.md"], gates: [], notes: [] }),
    expected: { files: "sample/conflict.md", "task.prompt": "sample-prompt", gates: "sample-command" },
  },
  reviewer: {
    everything: reviewerRequest({ goal: "sample-goal", planSummary: "sample-plan", tasks: reviewed, baseCommit }),
    least: reviewerRequest({ goal: "sample-goal", planSummary: "", tasks: [], baseCommit }),
    expected: { goal: "sample-goal", tasks: "sample-evidence" },
  },
  synthesizer: {
    everything: synthesizerRequest({ goal: "sample-goal", question: "sample-question", results: "sample-results" }),
    least: synthesizerRequest({ goal: "sample-goal", question: "sample-question", results: "" }),
    expected: { question: "sample-question", results: "sample-results" },
  },
};

/** Prompts to try a template with; none for what is rendered without variables. */
export const sampleRequests = (kind: PromptKind): SampleRequests | undefined => samples[kind];

/** Names of what a template of this kind sees. */
export function variablesOf(kind: PromptKind): readonly string[] {
  return Object.keys(sampleContext(kind)).toSorted();
}

/** Everything that a template of this kind can have. */
export function sampleContext(kind: PromptKind): JsonObject {
  const request = samples[kind]?.everything;
  if (request === undefined) return {};
  const texts = new Map(request.parts.map(({ name, text }) => [name, text]));
  return request.variables({ text: (name) => texts.get(name) ?? "", has: (name) => texts.has(name) });
}
