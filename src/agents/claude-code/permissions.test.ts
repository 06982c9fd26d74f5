import { expect, test } from "vitest";
import { TuttiError } from "../../domain/errors.ts";
import { withDefaults } from "./options.ts";
import { mayGoAhead, permissionOptions } from "./permissions.ts";

const settings = withDefaults({});
const available = { isAvailable: true, detail: "works" } as const;
const missing = { isAvailable: false, detail: "not found: bwrap", fix: "Install them." } as const;

test("an editing agent runs its commands in the sandbox, and can't ask to leave it", () => {
  const { permissionMode, sandbox } = permissionOptions(
    { mode: "edit", allow: [], sandbox: "auto" },
    settings,
    available,
  );
  expect(permissionMode).toBe("acceptEdits");
  expect(sandbox).toMatchObject({ enabled: true, allowUnsandboxedCommands: false });
});

test("commands of every agent in the sandbox get no variable that Claude Code logs in by", () => {
  const own = withDefaults({ environment: { ANTHROPIC_API_KEY: "k" }, env: { AWS_SESSION_TOKEN: "t", A: "1" } });
  const envVars = ["ANTHROPIC_API_KEY", "AWS_SESSION_TOKEN"].map((name) => ({ name, mode: "deny" }));
  for (const mode of ["edit", "read"] as const) {
    const { sandbox } = permissionOptions({ mode, allow: [], sandbox: "auto" }, own, available);
    expect(sandbox?.credentials).toEqual({ envVars });
  }
});

test("without a sandbox an agent that wants one if possible goes without", () => {
  expect(permissionOptions({ mode: "edit", allow: [], sandbox: "auto" }, settings, missing)).not.toHaveProperty(
    "sandbox",
  );
});

test("a required sandbox that is missing refuses the start and says what to install", () => {
  const start = () => permissionOptions({ mode: "edit", allow: [], sandbox: "required" }, settings, missing);
  expect(start).toThrow(TuttiError);
  expect(start).toThrow(/not found: bwrap/);
});

test("a reading agent has reading tools only, and those that a rule names", () => {
  const { tools, permissionMode } = permissionOptions(
    { mode: "read", allow: ["Bash(git log:*)", "WebFetch"], sandbox: "off" },
    settings,
    available,
  );
  expect(permissionMode).toBe("default");
  expect(tools).toEqual(["Read", "Grep", "Glob", "Bash", "WebFetch"]);
});

test("only an editing agent's sandboxed commands go ahead without a rule, and not those that a rule asks for", () => {
  const optionsOf = (mode: "edit" | "read") =>
    permissionOptions({ mode, allow: [], sandbox: "auto" }, settings, available);
  const call = { tool: "Bash", isAskedByRule: false };
  expect(mayGoAhead(optionsOf("edit"), call)).toBe(true);
  expect(mayGoAhead(optionsOf("edit"), { ...call, isAskedByRule: true })).toBe(false);
  expect(mayGoAhead(optionsOf("edit"), { ...call, tool: "WebFetch" })).toBe(false);
  expect(mayGoAhead(optionsOf("read"), call)).toBe(false);
  expect(mayGoAhead({}, call)).toBe(false);
});
