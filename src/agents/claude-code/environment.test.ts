import { expect, test } from "vitest";
import { asSlotId } from "../../domain/ids.ts";
import { agentEnvironment } from "./environment.ts";
import { launchKeyOf } from "./launch-key.ts";
import { withDefaults } from "./options.ts";

const launch = {
  slotId: asSlotId("s1"),
  cwd: "/slots/s1",
  model: "sonnet",
  permissions: { mode: "edit", allow: [], sandbox: "auto" },
} as const;

const made = (source: Record<string, string>, env: Record<string, string> = {}) =>
  agentEnvironment(source, withDefaults({}), { ...launch, env, mark: "m1" });

test("an agent gets what it needs to log in and to find programs, and no other secret", () => {
  const source = {
    PATH: "/bin",
    LC_ALL: "C",
    https_proxy: "http://127.0.0.1:1",
    ANTHROPIC_API_KEY: "k",
    GITHUB_TOKEN: "secret",
    AWS_SECRET_ACCESS_KEY: "secret",
    DATABASE_URL: "secret",
  };
  const environment = made(source);
  expect(environment).toMatchObject({
    PATH: "/bin",
    LC_ALL: "C",
    https_proxy: "http://127.0.0.1:1",
    ANTHROPIC_API_KEY: "k",
  });
  expect(Object.values(environment)).not.toContain("secret");
});

test("the credentials of a cloud travel only where that cloud is used", () => {
  const source = { AWS_REGION: "eu-central-1", GOOGLE_APPLICATION_CREDENTIALS: "/key", CLAUDE_CODE_USE_BEDROCK: "1" };
  expect(made(source)).toMatchObject({ AWS_REGION: "eu-central-1" });
  expect(made(source)).not.toHaveProperty("GOOGLE_APPLICATION_CREDENTIALS");
});

test("the marks can't be overwritten by a launch", () => {
  expect(made({}, { TUTTI_SLOT: "other", A: "1" })).toMatchObject({ TUTTI_SLOT: "s1", A: "1" });
});

test("a launch key does not depend on the order of keys, nor on what is resumed", () => {
  const { model, cwd, ...rest } = launch;
  expect(launchKeyOf({ cwd, ...rest, model }, {})).toBe(launchKeyOf(launch, {}));
  expect(launchKeyOf({ ...launch, systemPrompt: "Be brief." }, {})).not.toBe(launchKeyOf(launch, {}));
  expect(launchKeyOf(launch, { maxRetries: 1 })).not.toBe(launchKeyOf(launch, { maxRetries: 2 }));
});
