/**
 * Has a model review the labelled outcomes and keeps its answers, so that tests and the bench can replay them:
 *
 *     node test/outcomes/record-reviews.ts '{"kind":"ollama","model":"qwen3:8b"}' [folder …]
 *
 * The first argument is the section `supervisor` of the settings. Questions that the same model has answered before are not asked again;
 * without folders, answers to what is no longer asked are let go.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { findLlm } from "../../src/compose/find-llm.ts";
import { completeConfig } from "../../src/config/config.ts";
import { configSchema } from "../../src/config/schema/config-schema.ts";
import type { LlmAdapter } from "../../src/llms/port.ts";
import { supervisorPrompt } from "../../src/supervision/prompts/supervisor-prompt.ts";
import type { SupervisorQuestion } from "../../src/supervision/supervisor.ts";
import { judgeAll } from "./judge-all.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { keyOf, readRecording, recordingPath, replayReviews, type Recording } from "./recorded-reviews.ts";
import { outcomeSets } from "./outcome-sets.ts";

const atOnce = 64;

const [section = "{}", ...chosen] = process.argv.slice(2);
const { supervisor: settings, agent } = completeConfig(configSchema.parse({ supervisor: JSON.parse(section) }));
const found = findLlm({ settings, agent, projectDir: process.cwd(), env: process.env, plugins: [] });
if (found === undefined) throw new Error("name a model: the section supervisor of the settings, as JSON");
const before = await readRecording().catch((): Recording => ({ model: "", answers: {} }));
const known = before.model === found.name ? Object.entries(before.answers) : [];
const questions = await questionsOf(chosen.length === 0 ? outcomeSets : chosen);
const wanted = known.filter(([key]) => chosen.length > 0 || questions.has(key));
const recording: Recording = { model: found.name, answers: Object.fromEntries(wanted) };
const open = [...questions].filter(([key]) => recording.answers[key] === undefined);
console.log(`${questions.size} questions, ${open.length} of them to ask ${found.name}`);
const llm = await found.open();
const waiting = open.values();
let kept = write();
await Promise.all(Array.from({ length: atOnce }, () => answerAll(llm)));
await kept;
await llm.doClose();

async function questionsOf(folders: readonly string[]): Promise<ReadonlyMap<string, SupervisorQuestion>> {
  const all = new Map<string, SupervisorQuestion>();
  for (const folder of folders) {
    const outcomes = (await readOutcomes(fileURLToPath(new URL(folder, import.meta.url)))) ?? [];
    for (const rules of ["on", "off"] as const) {
      const { supervisor, asked } = replayReviews({ model: "", answers: {} });
      await judgeAll(outcomes, { proveOnBase: false, supervisor, rules });
      for (const question of asked) all.set(keyOf(question), question);
    }
  }
  return all;
}

async function answerAll(model: LlmAdapter): Promise<void> {
  for (const [key, question] of waiting) {
    const answer = await model.doGenerate({
      model: found?.model ?? "",
      system: supervisorPrompt(question.purpose, question.system),
      prompt: question.prompt,
      ...(question.schema === undefined ? {} : { schema: question.schema }),
      maxOutputTokens: settings.maxOutputTokens,
      timeoutMs: settings.timeoutMs,
      signal: question.signal,
    });
    if (answer.status === "answered" && answer.value !== undefined) kept = keep(kept, key, answer.value);
    else console.log(`${key}: ${answer.status === "failed" ? answer.failure.message : "no structured answer"}`);
  }
}

/** One after another. */
async function keep(earlier: Promise<void>, key: string, value: Recording["answers"][string]): Promise<void> {
  await earlier;
  recording.answers[key] = value;
  await write();
}

/** In the order of the keys, so that another recording differs only where the answers do. */
async function write(): Promise<void> {
  const lines = Object.entries(recording.answers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer)}`);
  await writeFile(
    recordingPath,
    `{ "model": ${JSON.stringify(recording.model)}, "answers": {\n${lines.join(",\n")}\n} }\n`,
  );
}
