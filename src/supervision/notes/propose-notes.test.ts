import { expect, it } from "vitest";

import { asJobId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { SupervisorQuestion } from "../supervisor.ts";
import { proposeNotes, type JobExperience } from "./propose-notes.ts";

const experience: JobExperience = {
  goal: "A goal",
  tasks: [{ key: "a", title: "A", status: "completed", refusals: ["The tests need a database."], report: "Done." }],
  gates: [{ name: "tests", run: "npm test", durationMs: 41_200 }],
  findings: ["No docs."],
};

const asked: SupervisorQuestion[] = [];

const propose = (value: Json, given: JobExperience = experience) =>
  proposeNotes({
    supervisor: {
      name: "test/model",
      promptTokens: 10_000,
      ask: (question) => {
        asked.push(question);
        return Promise.resolve({ status: "answered", text: "", value, from: "model" });
      },
    },
    jobId: asJobId("j"),
    notes: [{ id: "n1", text: "Use tabs.", author: "person", createdAt: 1, changedAt: 1 }],
    experience: given,
    signal: new AbortController().signal,
  });

const change = (action: string, note: string, text: string) => ({ action, note, text });

it("the supervisor sees the notes and what happened, and answers with changes", async () => {
  const changes = [change("add", "", "New."), change("edit", "n2", "Other."), change("remove", "n3", "")];
  expect(await propose({ changes })).toEqual({
    status: "proposed",
    edits: [
      { action: "add", text: "New." },
      { action: "edit", id: "n2", text: "Other." },
      { action: "remove", id: "n3" },
    ],
  });
  const seen = [
    "n1 (person): Use tabs.",
    "tests: `npm test`, took 42 s",
    "not accepted: The tests need a database.",
    "No docs.",
  ];
  for (const words of seen) expect(asked.at(-1)?.prompt).toContain(words);
});

it("no more than five changes come of a job, and none of an answer in another form", async () => {
  const many = Array.from({ length: 9 }, (_, index) => change("add", "", `Note ${index}.`));
  expect(await propose({ changes: many })).toMatchObject({ edits: { length: 5 } });
  expect(await propose({ changes: [change("burn", "", "")] })).toMatchObject({ status: "unavailable" });
  expect(await propose("nothing")).toMatchObject({ status: "unavailable" });
});

it("a long job is told in short", async () => {
  const task = { key: "a", title: "A", status: "failed", refusals: ["x".repeat(50_000)], report: "" };
  await propose({ changes: [] }, { ...experience, tasks: [task] });
  expect(asked.at(-1)?.prompt.length).toBeLessThan(25_000);
});
