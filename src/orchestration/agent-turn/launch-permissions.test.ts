import { expect, test } from "vitest";
import type { AgentSettings } from "../../domain/settings.ts";
import { launchPermissions } from "./launch-permissions.ts";

const stored: AgentSettings = { kind: "claude-code", allow: ["WebFetch"], sandbox: "auto", settingSources: [] };

test("a launch has the places that its job denies; one of before there was such a setting leaves them to the agent's default", () => {
  expect(launchPermissions({ ...stored, deniedReads: ["~/.ssh"] }, "read")).toEqual({
    mode: "read",
    allow: [],
    sandbox: "auto",
    deniedReads: ["~/.ssh"],
  });
  expect(launchPermissions(stored, "edit", stored.allow)).toEqual({
    mode: "edit",
    allow: ["WebFetch"],
    sandbox: "auto",
  });
});
