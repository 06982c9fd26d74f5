import { realpath } from "node:fs/promises";
import { dirname, basename, join, relative, resolve } from "node:path";

import type { PermissionAnswer, PermissionRequest } from "../../agents/port.ts";
import type { RuleVerdict } from "../../domain/breakpoint/apply-rules.ts";
import type { Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import { isSameCall } from "../../domain/breakpoint/same-call.ts";
import type { Facts } from "../../domain/breakpoint/facts.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";
import { askRules, rulesOn } from "./ask-rules.ts";
import { taskFacts } from "./attempt-facts.ts";

type Answerer = (request: PermissionRequest) => Promise<PermissionAnswer>;

/**
 * Who answers the permission questions of an attempt's agent: the rules, and what a person has said before. `undefined` without
 * rules on permissions: then the agent's own rules are all there is.
 * @param cwd - of the agent
 */
export function permissionsOf(desk: JobDesk, step: AttemptStep, cwd: string): Answerer | undefined {
  if (rulesOn(desk, "permission").length === 0) return undefined;
  return async (request) => {
    const verdict = await askRules(desk, "permission", async () => ({
      ...(await taskFacts(desk, step)),
      ...(await callFacts(request, cwd)),
    }));
    return verdict === undefined ? { action: "usual" } : answerOf({ desk, step, request, verdict });
  };
}

type Asked = {
  readonly desk: JobDesk;
  readonly step: AttemptStep;
  readonly request: PermissionRequest;
  readonly verdict: RuleVerdict;
};

async function answerOf(asked: Asked): Promise<PermissionAnswer> {
  const { desk, step, verdict } = asked;
  const { action, rule, message, timeoutMs } = verdict;
  if (action === "ask") {
    const context = {
      rule,
      ...(message === undefined ? {} : { message }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const known = await personsAnswer(asked);
    if (known === undefined) desk.services.fault("permission.asked");
    return known ?? { action: "ask", context };
  }
  const { events } = desk.services.state;
  const subject = { jobId: desk.job.id, taskId: step.lease.taskId, attemptId: step.begun.id };
  await events.append("breakpoint-passed", subject, { kind: "permission", rule, action });
  return action === "approve" ? { action: "allow" } : { action: "deny", ...(message === undefined ? {} : { message }) };
}

/** What a person has said about this very call in this attempt, or about all like it in this job. A no holds for the whole task. */
async function personsAnswer({ desk, step, request, verdict }: Asked): Promise<PermissionAnswer | undefined> {
  const { breakpoints } = desk.services.state;
  // What is compared is what is stored, and that is redacted.
  const call = { tool: request.tool, input: desk.services.redactJson(request.input) };
  const answered = (await breakpoints.answeredOfTask(step.lease.taskId)).filter(({ kind }) => kind === "permission");
  const own = answered.findLast(
    ({ context, attemptId, answer }) =>
      isSameCall(context, call) && (attemptId === step.begun.id || answer?.answer === "deny"),
  );
  if (own !== undefined) return fromPerson(own);
  const granted = await breakpoints.grants(desk.job.id);
  const isGranted = granted.some(({ context, rule }) => context.tool === request.tool && rule === verdict.rule);
  if (isGranted) return { action: "allow" };
  return answered.slice(-maxUnheard).filter(({ status }) => status === "expired").length === maxUnheard
    ? { action: "deny", message: nobodyThere }
    : undefined;
}

/** Then nobody is there: an agent that asks for one thing after another would be begun again for each for ever. */
const maxUnheard = 3;
const nobodyThere =
  "Nobody is there who could allow it. Go on without it, and say in your result what you could not do.";

function fromPerson({ answer, status }: Breakpoint): PermissionAnswer {
  if (answer?.answer !== "deny") return { action: "allow" };
  const why = status === "expired" ? "Nobody allowed it in time." : `A person said no. ${answer.note ?? ""}`.trim();
  return { action: "deny", message: `${why} Go on without it, and say in your result what you could not do.` };
}

const textAt = (input: JsonObject, ...names: readonly string[]): string => {
  const value = names.map((name) => input[name]).find((each) => typeof each === "string");
  return typeof value === "string" ? value : "";
};

async function callFacts({ tool, input }: PermissionRequest, cwd: string): Promise<Facts> {
  const path = textAt(input, "file_path", "notebook_path", "path");
  return {
    tool,
    command: tool === "Bash" ? textAt(input, "command") : "",
    path: path === "" ? "" : await insidePath(path, cwd),
    url: textAt(input, "url"),
  };
}

/** Where a path really leads: a link in the slot is not what it is called. */
async function insidePath(path: string, cwd: string): Promise<string> {
  const [top, target] = await Promise.all([realOf(cwd), realOf(resolve(cwd, path))]);
  const inner = relative(top, target);
  return inner.startsWith("..") ? target : inner;
}

async function realOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realOf(dirname(path)), basename(path));
}
