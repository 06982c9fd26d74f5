import { expect, it } from "vitest";

import { asJobId } from "../../domain/ids.ts";
import type { Supervisor, SupervisorAnswer, SupervisorQuestion } from "../supervisor.ts";
import { rewriteInstructions, type RewriteRequest } from "./rewrite-instructions.ts";

const request: Omit<RewriteRequest, "supervisor"> = {
  about: { jobId: asJobId("j") },
  goal: "A goal",
  spec: {
    key: "a",
    title: "A",
    prompt: "Write a.txt.",
    dependsOn: [],
    contextFiles: [],
    expectedOutputs: ["a.txt"],
    priority: 5,
    acceptance: ["It is there."],
  },
  notes: ["Use tabs."],
  feedback: undefined,
  signal: new AbortController().signal,
};

function saying(answer: SupervisorAnswer) {
  const asked: SupervisorQuestion[] = [];
  const supervisor: Supervisor = {
    name: "test/model",
    promptTokens: 10_000,
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
  };
  return { supervisor, asked };
}

const answered = (value: SupervisorAnswer & { status: "answered" }): SupervisorAnswer => value;
const structured = (value: { readonly instructions: string } | { readonly other: string }) =>
  answered({ status: "answered", text: JSON.stringify(value), value, from: "model" });

it("the supervisor sees the task and what is known, and is asked for its instructions alone", async () => {
  const { supervisor, asked } = saying(structured({ instructions: " In a.txt, write. " }));
  expect(await rewriteInstructions({ ...request, supervisor })).toEqual({
    isUsed: true,
    by: "test/model",
    text: "In a.txt, write.",
  });
  expect(asked[0]?.purpose).toBe("rewrite");
  for (const words of ["A goal", "Write a.txt.", "It is there.", "Use tabs."])
    expect(asked[0]?.prompt).toContain(words);
  expect(Object.keys(asked[0]?.schema?.["properties"] ?? {})).toEqual(["instructions"]);
});

it.each([
  [structured({ instructions: "Write it." }), "test/model: it left out a.txt"],
  [structured({ other: "x" }), "test/model gave no answer of the form that was asked for"],
  [{ status: "unavailable", reason: "Ollama does not answer" } as const, "Ollama does not answer"],
])("the original stays, with the reason: %j", async (answer, reason) => {
  const { supervisor } = saying(answer);
  expect(await rewriteInstructions({ ...request, supervisor })).toEqual({ isUsed: false, by: "test/model", reason });
});

it("without a supervisor nobody is asked", async () => {
  const rewrite = await rewriteInstructions({ ...request, supervisor: undefined });
  expect(rewrite).toEqual({ isUsed: false, by: "nobody", reason: "no model supervises" });
});
