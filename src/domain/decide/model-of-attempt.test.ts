import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { modelLadder, modelOfAttempt, type ModelVerdict } from "./model-of-attempt.ts";

const ladder = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 });
const verdict = fc.constantFrom<ModelVerdict>("not-good-enough", "says-nothing");
const verdicts = fc.array(verdict, { maxLength: 10 });

describe("modelOfAttempt", () => {
  it("begins with the first model", () => {
    fc.assert(fc.property(ladder, (models) => modelOfAttempt(models, []) === models[0]));
  });

  it("always names a model of the ladder", () => {
    fc.assert(fc.property(ladder, verdicts, (models, earlier) => models.includes(modelOfAttempt(models, earlier))));
  });

  it("goes one up after work that was not good enough, and stays on the last", () => {
    fc.assert(
      fc.property(ladder, verdicts, (models, earlier) => {
        const climbed = earlier.filter((one) => one === "not-good-enough").length;
        expect(modelOfAttempt(models, earlier)).toBe(models[climbed] ?? models.at(-1));
      }),
    );
  });

  it("is the same after whatever says nothing about the model, wherever that stands", () => {
    fc.assert(
      fc.property(ladder, verdicts, fc.nat(), (models, earlier, at) => {
        const more = earlier.toSpliced(at % (earlier.length + 1), 0, "says-nothing");
        return modelOfAttempt(models, more) === modelOfAttempt(models, earlier);
      }),
    );
  });
});

describe("modelLadder", () => {
  const models = { manager: "opus", worker: "sonnet", resolver: "opus", reviewer: "opus" };

  it("is the model of the agent's profile, and goes on from there where that is a rung", () => {
    const escalate = ["haiku", "sonnet", "opus"];
    expect(modelLadder({}, { models }, { model: "haiku" })).toEqual(["haiku"]);
    expect(modelLadder({}, { models, escalate }, { model: "sonnet" })).toEqual(["sonnet", "opus"]);
    expect(modelLadder({}, { models, escalate }, { model: "fable" })).toEqual(["fable"]);
    expect(modelLadder({ escalate: ["opus"] }, { models, escalate }, { model: "haiku" })).toEqual(["opus"]);
    expect(modelLadder({}, { models, escalate }, {})).toEqual(escalate);
  });

  it("is what the task says, else what the settings say, else the worker's model alone", () => {
    expect(modelLadder({ escalate: ["haiku", "opus"] }, { models, escalate: ["haiku"] })).toEqual(["haiku", "opus"]);
    expect(modelLadder({}, { models, escalate: ["haiku", "sonnet"] })).toEqual(["haiku", "sonnet"]);
    expect(modelLadder({}, { models })).toEqual(["sonnet"]);
  });
});
