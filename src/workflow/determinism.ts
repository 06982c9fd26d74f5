import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import nodeTimers from "node:timers";
import timersPromises from "node:timers/promises";

import { TuttiError } from "../domain/errors.ts";
import { isInBody } from "./scope.ts";

/**
 * Makes what differs from run to run an error in the body of a workflow, where it would make a resumed run take another way: the
 * clock, chance and timers. Code elsewhere, effects of steps among it, sees no difference. Idempotent; holds for the rest of the process.
 */
export function guardDeterminism(): void {
  if (isGuarded) return;
  isGuarded = true;
  guardDate();
  guardClock();
  guardChance();
  guardTimers();
  guard(globalThis, "fetch", { what: "fetch()", instead: 'await flow.step("fetch it", () => fetch(…))' });
  syncBuiltinESMExports();
}

let isGuarded = false;

const clock = "await flow.now()";
const uuid = "await flow.uuid()";
const random = "await flow.random()";
const inStep = 'await flow.step("draw it", async () => …)';
const sleep = "await flow.sleep(durationMs)";
const loop = "await flow.sleep(durationMs) in a loop";

function guardClock(): void {
  guard(performance, "now", { what: "performance.now()", instead: clock });
  guard(process, "hrtime", { what: "process.hrtime()", instead: clock });
  guard(process.hrtime, "bigint", { what: "process.hrtime.bigint()", instead: clock });
}

/** What modules have imported of Node's own ones is guarded as well. */
function guardChance(): void {
  guard(Math, "random", { what: "Math.random()", instead: random });
  guard(crypto, "randomUUID", { what: "crypto.randomUUID()", instead: uuid });
  guard(crypto, "getRandomValues", { what: "crypto.getRandomValues()", instead: inStep });
  guard(nodeCrypto, "randomUUID", { what: "crypto.randomUUID()", instead: uuid });
  guard(nodeCrypto, "randomBytes", { what: "crypto.randomBytes()", instead: inStep });
  guard(nodeCrypto, "randomInt", { what: "crypto.randomInt()", instead: random });
}

function guardTimers(): void {
  for (const owner of [globalThis, nodeTimers, timersPromises]) {
    guard(owner, "setTimeout", { what: "setTimeout()", instead: sleep });
    guard(owner, "setInterval", { what: "setInterval()", instead: loop });
    guard(owner, "setImmediate", { what: "setImmediate()", instead: sleep });
  }
}

/** A proxy for what is made and called; `Date.now` is replaced itself, as it is called often and everywhere. */
function guardDate(): void {
  const Original = globalThis.Date;
  guard(Original, "now", { what: "Date.now()", instead: clock });
  const Guarded = new Proxy(Original, {
    construct(target, args: unknown[], newTarget) {
      if (args.length === 0) refuseInBody("new Date()", clock);
      const made: unknown = Reflect.construct(target, args, newTarget);
      return asObject(made);
    },
    apply(target, self, args: unknown[]) {
      refuseInBody("Date()", clock);
      const made: unknown = Reflect.apply(target, self, args);
      return made;
    },
  });
  Object.defineProperty(Original.prototype, "constructor", { value: Guarded, configurable: true, writable: true });
  globalThis.Date = Guarded;
}

type Advice = { readonly what: string; readonly instead: string };

function guard<Owner extends object>(owner: Owner, key: keyof Owner & string, { what, instead }: Advice): void {
  const original = owner[key];
  if (typeof original !== "function") return;
  const guarded = new Proxy(original, {
    apply(target, self: unknown, args: unknown[]) {
      refuseInBody(what, instead);
      const result: unknown = Reflect.apply(target, self === guarded ? owner : self, args);
      return result;
    },
  });
  Object.defineProperty(owner, key, { value: guarded, configurable: true, writable: true });
}

function asObject(made: unknown): object {
  if (typeof made === "object" && made !== null) return made;
  throw new TuttiError("INTERNAL", "A constructor made no object", { failureClass: "bug" });
}

function refuseInBody(what: string, instead: string): void {
  if (!isInBody()) return;
  throw new TuttiError(
    "WORKFLOW_NOT_DETERMINISTIC",
    `${what} in the body of a workflow gives something else when it is resumed`,
    {
      failureClass: "bug",
      hint: `Write: ${instead}`,
    },
  );
}
