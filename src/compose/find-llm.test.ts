import { describe, expect, it } from "vitest";

import { fakeOpenAi } from "../../test/support/fake-openai.ts";
import { completeConfig, type Config } from "../config/config.ts";
import { configSchema } from "../config/schema/config-schema.ts";
import { fakeLlm } from "../llms/fake/fake-llm.ts";
import { definePlugin } from "../supervision/plugin/plugin.ts";
import { createRedactor } from "../telemetry/redact.ts";
import { findLlm, type WantedLlm } from "./find-llm.ts";
import { withSupervisorKey } from "./supervisor-key.ts";

const configOf = (supervisor: object): Config => completeConfig(configSchema.parse({ supervisor }));

const find = (supervisor: object, own: Partial<WantedLlm> = {}) =>
  findLlm({ settings: configOf(supervisor).supervisor, projectDir: "/p", env: {}, plugins: [], ...own });

describe("the model that the settings name", () => {
  it("is none by default", () => {
    expect(find({})).toBeUndefined();
  });

  it.each([
    ["ollama", {}],
    ["openai", { OPENAI_API_KEY: "sk-12345678" }],
    ["anthropic", { ANTHROPIC_API_KEY: "sk-ant-12345678" }],
    ["claude-code", {}],
    ["node-llama-cpp", {}],
  ])("is opened by its kind: %s", async (kind, env) => {
    const found = find({ kind, model: "judge" }, { env });
    expect(found?.name).toBe(`${kind}/judge`);
    expect((await found?.open())?.id).toBe(kind);
  });

  it("may be a plugin's, which gets the settings", async () => {
    let given: unknown;
    const ours = definePlugin({
      name: "ours",
      llms: {
        gateway: (settings) => {
          given = settings;
          return fakeLlm({ script: () => ({ says: "yes" }) });
        },
      },
    });
    const found = find({ kind: "gateway", model: "echo", maxOutputTokens: 7 }, { plugins: [ours] });
    expect((await found?.open())?.id).toBe("fake");
    expect(given).toMatchObject({ model: "echo", maxOutputTokens: 7 });
  });

  it.each([
    [{ kind: "olama", model: "m" }, 'supervisor.kind: there is no "olama"', "Did you mean ollama?"],
    [{ kind: "xyz", model: "m" }, 'supervisor.kind: there is no "xyz"', "Choose one of none, ollama, openai"],
    [{ kind: "ollama" }, 'kind "ollama" needs the name of a model', "qwen3:8b"],
    [{ kind: "ollama", model: "m", effort: "high" }, 'supervisor.effort: kind "ollama" has no effort', "Leave"],
    [{ effort: "low" }, 'supervisor.effort: kind "none" has no effort', "Leave supervisor.effort out"],
    [{ kind: "claude-code" }, 'kind "claude-code" needs the name of a model', "model: haiku"],
  ])("is refused with what to do: %j", (supervisor, message, hint) => {
    expect(() => find(supervisor)).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it.each([
    [{ kind: "anthropic", model: "m" }, "ANTHROPIC_API_KEY"],
    [{ kind: "openai", model: "m" }, "OPENAI_API_KEY"],
    [{ kind: "openai", model: "m", baseUrl: "http://127.0.0.1:1/v1", apiKeyEnv: "MINE" }, "MINE"],
    [{ kind: "ollama", model: "m", apiKeyEnv: "MINE" }, "MINE"],
  ])("is not opened without the key that it needs: %j", async (supervisor, variable) => {
    await expect(find(supervisor)?.open()).rejects.toMatchObject({
      code: "LLM_UNAVAILABLE",
      message: `the environment variable ${variable} has no key`,
    });
  });

  it("does not send Anthropic's key to a server that only the settings name", async () => {
    const supervisor = { kind: "anthropic", model: "m", baseUrl: "https://models.example" };
    await expect(find(supervisor, { env: { ANTHROPIC_API_KEY: "k" } })?.open()).rejects.toMatchObject({
      code: "LLM_UNAVAILABLE",
      hint: expect.stringContaining("supervisor.apiKeyEnv"),
    });
    expect(await find({ ...supervisor, apiKeyEnv: "MINE" }, { env: { MINE: "k" } })?.open()).toBeDefined();
    expect(
      await find({ ...supervisor, baseUrl: "http://127.0.0.1:1" }, { env: { ANTHROPIC_API_KEY: "k" } })?.open(),
    ).toBeDefined();
  });

  it("does not send OpenAI's key to another server", async () => {
    const server = await fakeOpenAi(["m"]);
    const env = { OPENAI_API_KEY: server.apiKey };
    const health = async (supervisor: object) =>
      (await find(supervisor, { env })?.open())?.doCheckHealth(new AbortController().signal);
    const other = { kind: "openai", model: "m", baseUrl: server.url };
    expect(await health(other)).toMatchObject({ isHealthy: false, detail: expect.stringContaining("401") });
    expect(await health({ ...other, apiKeyEnv: "OPENAI_API_KEY" })).toMatchObject({ isHealthy: true });
    await server.stop();
  });

  it("needs no key where a server of one's own asks for none", async () => {
    const found = find({ kind: "openai", model: "m", baseUrl: "http://127.0.0.1:1/v1" });
    expect((await found?.open())?.id).toBe("openai");
  });
});

it("the supervisor's key is a secret whatever its variable is called", () => {
  const env = withSupervisorKey({ HARMLESS: "not-to-be-seen" }, configOf({ apiKeyEnv: "HARMLESS" }));
  expect(createRedactor(env).redact("I saw not-to-be-seen")).toBe("I saw [redacted]");
});
