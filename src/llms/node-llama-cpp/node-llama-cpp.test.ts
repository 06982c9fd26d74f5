import { existsSync, mkdtempSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { tinyGguf } from "../../../test/support/tiny-gguf.ts";
import { llmConformance, type LlmUnderTest } from "../../testing/llm-conformance.ts";
import type { LlmAdapter } from "../port.ts";
import type { LlamaModule } from "./llama-module.ts";
import { nodeLlamaCpp } from "./node-llama-cpp.ts";

const place = new URL("../../../test/llama/", import.meta.url);
const isInstalled = existsSync(new URL("node_modules/node-llama-cpp/package.json", place));

async function load(): Promise<LlamaModule> {
  const path = createRequire(new URL("package.json", place)).resolve("node-llama-cpp");
  const library: LlamaModule = await import(pathToFileURL(path).href);
  return library;
}

async function modelFile(content: Buffer | string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-gguf-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const modelPath = join(folder, "tiny.gguf");
  await writeFile(modelPath, content);
  return modelPath;
}

/** Threads that spin fight each other on a machine with few cores: one is enough. */
const tiny = (modelPath: string): LlmAdapter =>
  nodeLlamaCpp({ modelPath, contextTokens: 512, threads: 1, gpu: false, load });

const folder = mkdtempSync(join(tmpdir(), "tutti-gguf-"));
const sharedPath = join(folder, "tiny.gguf");
const shared = tiny(sharedPath);

/** Loading takes longer than answering: one model for all promises, closed in the end. */
const open = (): Promise<LlmUnderTest> =>
  Promise.resolve({
    adapter: { ...shared, doClose: () => Promise.resolve() },
    model: sharedPath,
    remove: () => Promise.resolve(),
  });

beforeAll(() => writeFile(sharedPath, tinyGguf()));
afterAll(async () => {
  await shared.doClose();
  await shared.doClose();
  await rm(folder, { recursive: true });
});

const question = {
  model: "tiny",
  prompt: "p",
  maxOutputTokens: 40,
  timeoutMs: 60_000,
  signal: new AbortController().signal,
};

// On a build server nothing is left out unseen.
const isLeftOut = !isInstalled && process.env["CI"] !== "true";

describe.skipIf(isLeftOut)("with what scripts/provision.sh installs into test/llama", () => {
  llmConformance("node-llama-cpp, random weights", open);

  it("follows the schema's grammar, and is checked all the same", async () => {
    const adapter = tiny(await modelFile(tinyGguf()));
    const schema = {
      type: "object",
      properties: { isGood: { type: "boolean" } },
      required: ["isGood"],
      additionalProperties: false,
    };
    const answer = await adapter.doGenerate({ ...question, schema, temperature: 0 });
    await adapter.doClose();
    expect(answer).toMatchObject({ status: "answered", value: { isGood: expect.any(Boolean) } });
  });
});

describe("without what it needs", () => {
  const absent = (): Promise<LlamaModule> => Promise.reject(new Error("no such package"));

  it("names the command that installs the package", async () => {
    const modelPath = await modelFile("GGUF and more");
    const adapter = nodeLlamaCpp({ modelPath, contextTokens: 512, load: absent });
    expect(await adapter.doGenerate(question)).toMatchObject({
      status: "failed",
      failure: {
        kind: "refused",
        message: "the package node-llama-cpp is not installed",
        hint: "Install it in the project: npm install --save-dev node-llama-cpp",
      },
    });
    expect(await adapter.doCheckHealth(question.signal)).toMatchObject({ isHealthy: false });
  });

  it("names the model files that are there", async () => {
    const modelPath = await modelFile("GGUF and more");
    const adapter = nodeLlamaCpp({ modelPath: `${modelPath}.other`, contextTokens: 512, load: absent });
    const { status, ...rest } = await adapter.doGenerate(question);
    expect(status).toBe("failed");
    expect(JSON.stringify(rest)).toContain("beside it there are tiny.gguf");
  });

  it("refuses a file that is no model before the library sees it", async () => {
    const adapter = nodeLlamaCpp({ modelPath: await modelFile("hello"), contextTokens: 512, load: absent });
    expect(await adapter.doGenerate(question)).toMatchObject({
      failure: { message: expect.stringContaining("is no GGUF file") },
    });
  });
});
