import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { defaultPromptSettings } from "../../domain/prompt/prompt-settings.ts";
import type { PromptRequest } from "./prompt-request.ts";
import { PromptWriter } from "./prompt-writer.ts";
import type { WorkerPromptFacts } from "./worker-prompt.ts";

export const spec: PlanTask = {
  key: "csv-export",
  title: "Export as CSV",
  prompt: "Write src/csv.ts.\n\n\n\nThen test it.",
  dependsOn: ["model"],
  contextFiles: ["src/report.ts"],
  expectedOutputs: ["src/csv.ts"],
  priority: 5,
  acceptance: ["Quotes are escaped.", "So are line breaks."],
  footprint: ["src/**"],
};
const { footprint: _anywhere, ...anywhere } = spec;
const bareSpec: PlanTask = { ...anywhere, acceptance: [], contextFiles: [], expectedOutputs: [] };

export const facts: WorkerPromptFacts = {
  goal: "Add a CSV export",
  planSummary: "Model first.",
  spec,
  attempt: 3,
  dependencies: [{ key: "model", title: "The model", result: "Wrote it.\nAll of it." }],
  parent: { title: "The model", prompt: "Write it.", result: "Wrote it.\nAll of it." },
  feedback: "The tests failed in test/csv.test.ts.",
  namedFiles: ["test/csv.test.ts"],
  earlierAttempts: [{ number: 1, why: "It wrote nothing." }],
  gates: [{ name: "tests", run: "npm test" }],
  notes: ["Tests run with npm test.", "dist/ is generated."],
};

const nothing = { dependencies: [], parent: undefined, feedback: undefined, namedFiles: [], earlierAttempts: [] };
export const bare: WorkerPromptFacts = {
  ...facts,
  ...nothing,
  attempt: 1,
  spec: bareSpec,
  planSummary: "",
  gates: [],
  notes: [],
};

export const writer = new PromptWriter(() => Promise.resolve([]));
export const place = { commit: "c0ffee", settings: defaultPromptSettings };
export const textOf = async (request: PromptRequest): Promise<string> => (await writer.write(request, place)).text;
