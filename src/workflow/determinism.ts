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
  guard(Math, "random", { what: "Math.random()", instead: "await flow.random()" });
  guard(performance, "now", { what: "performance.now()", instead: "await flow.now()" });
  guard(crypto, "randomUUID", { what: "crypto.randomUUID()", instead: "await flow.uuid()" });
  guard(globalThis, "setTimeout", { what: "setTimeout()", instead: "await flow.sleep(durationMs)" });
  guard(globalThis, "setInterval", { what: "setInterval()", instead: "await flow.sleep(durationMs) in a loop" });
  guard(globalThis, "fetch", { what: "fetch()", instead: 'await flow.step("fetch it", () => fetch(…))' });
}

let isGuarded = false;

function guardDate(): void {
  const Original = globalThis.Date;
  const refuse = (what: string): void => refuseInBody(what, "await flow.now()");
  globalThis.Date = new Proxy(Original, {
    construct(target, args: unknown[], newTarget) {
      if (args.length === 0) refuse("new Date()");
      const made: unknown = Reflect.construct(target, args, newTarget);
      return asObject(made);
    },
    apply(target, self, args: unknown[]) {
      refuse("Date()");
      const made: unknown = Reflect.apply(target, self, args);
      return made;
    },
    get(target, key, receiver) {
      const own: unknown = Reflect.get(target, key, receiver);
      if (key !== "now") return own;
      return () => {
        refuse("Date.now()");
        return target.now();
      };
    },
  });
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
