import { expect, it } from "vitest";

import { completeConfig } from "../config/config.ts";
import { configSchema } from "../config/schema/config-schema.ts";
import { openSupervisor, type OpenSupervisor } from "./open-supervisor.ts";

const open = (settings: object) => {
  const config = completeConfig(configSchema.parse(settings));
  const rest = { env: {}, plugins: [], redact: String, redactJson: (value: unknown) => value };
  return openSupervisor({ loaded: { config, projectDir: "/p" }, spender: {}, ...rest } as unknown as OpenSupervisor);
};

it("nobody supervises by default, and a review that is required without anybody is refused before anything runs", () => {
  expect(open({})).toBeUndefined();
  expect(open({ quality: { review: true } })).toBeUndefined();
  expect(() => open({ quality: { review: "required" } })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("supervisor.kind") }),
  );
  const supervisor = { kind: "ollama", model: "judge" };
  const others = { ...supervisor, purposes: ["rewrite"] as const };
  expect(() => open({ supervisor: others, quality: { review: "required" } })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("supervisor.purposes") }),
  );
  expect(() => open({ supervisor, quality: { review: "required", enabled: false } })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("quality.enabled") }),
  );
  expect(open({ supervisor, quality: { review: "required" } })?.name).toBe("ollama/judge");
});
