import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { errorCodes, TuttiError } from "../../domain/errors.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { errorText, exitCodeOfError, printError } from "./error-text.ts";

const busy = new TuttiError("JOB_BUSY", "Another coordinator is\non it", {
  hint: "Wait for it to end",
  context: { job: "j" },
});

describe("what is said of an error", () => {
  it("is one line and a hint", () => {
    expect(errorText(busy)).toBe("error: Another coordinator is on it (JOB_BUSY)\nhint: Wait for it to end\n");
    expect(errorText(new TuttiError("ABORTED", "Stopped"))).toBe("error: Stopped (ABORTED)\n");
  });

  it("goes to stderr, or as JSON to where a program reads", () => {
    const [text, json] = [memoryOutput(), memoryOutput({ isJson: true })];
    expect([printError(text, busy), printError(json, busy)]).toEqual([2, 2]);
    expect([text.out(), text.err()]).toEqual(["", errorText(busy)]);
    expect(JSON.parse(json.out())).toEqual({
      type: "error",
      error: {
        code: "JOB_BUSY",
        message: "Another coordinator is\non it",
        failureClass: "permanent",
        hint: "Wait for it to end",
        context: { job: "j" },
      },
    });
    expect(json.err()).toBe("");
  });

  it("calls what nobody expected a bug", () => {
    const output = memoryOutput();
    expect(printError(output, new TypeError("x is not a function"))).toBe(1);
    expect(output.err()).toContain("error: x is not a function (INTERNAL)\nhint: This is a bug in Tutti.");
  });

  it("repeats nothing that commander has said", () => {
    const output = memoryOutput();
    expect(printError(output, new CommanderError(2, "commander.unknownOption", "error: unknown option"))).toBe(2);
    expect(printError(output, new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"))).toBe(0);
    expect(output.out() + output.err()).toBe("");
  });

  it("ends with 2 for a mistake in what was given, and with 1 for any other", () => {
    const usage = errorCodes.filter((code) => exitCodeOfError(new TuttiError(code, "")) === 2);
    expect(usage).toEqual([
      "AGENT_NOT_FOUND",
      "AGENT_UNAUTHENTICATED",
      "BREAKPOINT_INVALID",
      "BREAKPOINT_UNKNOWN",
      "CHECKPOINT_UNKNOWN",
      "CONFIG_INVALID",
      "GOAL_EMPTY",
      "INPUT_INVALID",
      "JOB_BUSY",
      "JOB_UNKNOWN",
      "MODEL_UNKNOWN",
      "MODEL_UNPRICED",
      "NOT_A_REPOSITORY",
      "NO_COMMIT",
      "PLAN_CYCLE",
      "PLAN_INVALID",
      "PLUGIN_INVALID",
      "SCENARIO_INVALID",
      "TASK_UNKNOWN",
      "TEMPLATE_INVALID",
      "WORKFLOW_CHANGED",
      "WORKFLOW_INPUT_INVALID",
      "WORKFLOW_INVALID",
      "WORKFLOW_UNKNOWN",
    ]);
    expect(exitCodeOfError(new TuttiError("GIT_FAILED", ""))).toBe(1);
  });
});
