import type { WorkflowFlow } from "../../workflow/flow.ts";
import type { CommandCriterion, Criterion, JudgedCriterion } from "./supervise-options.ts";

/** What the supervisor says about a criterion. */
export type Claim = { readonly id: string; readonly isMet: boolean; readonly evidence: string };

const shownOutput = 1_500;

/** The criteria before anybody has judged them. */
export const unjudged = (acceptance: readonly Criterion[]): readonly JudgedCriterion[] =>
  acceptance.map((criterion, index) => {
    const facts = { id: `c${index + 1}`, isMet: false, evidence: "not judged yet" };
    if (typeof criterion === "string") return { ...facts, statement: criterion, judgedBy: "supervisor" };
    return { ...facts, statement: criterion.statement ?? lineOf(criterion), judgedBy: "command" };
  });

const lineOf = ({ command }: CommandCriterion): string => (typeof command === "string" ? command : command.join(" "));

/** Runs what is judged by commands, one after the other. */
export async function runCommands(
  flow: WorkflowFlow,
  acceptance: readonly Criterion[],
  criteria: readonly JudgedCriterion[],
): Promise<readonly JudgedCriterion[]> {
  const judged: JudgedCriterion[] = [];
  for (const [index, criterion] of criteria.entries()) {
    const asked = acceptance[index];
    const isOurs = asked !== undefined && typeof asked !== "string";
    judged.push(isOurs ? await runOne(flow, asked, criterion) : criterion);
  }
  return judged;
}

async function runOne(
  flow: WorkflowFlow,
  { command, timeoutMs }: CommandCriterion,
  criterion: JudgedCriterion,
): Promise<JudgedCriterion> {
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const { isOk, exitCode, output } = await flow.command(`criterion ${criterion.id}`, { run: command, ...limit });
  const how = exitCode === null ? "stopped" : `exit code ${exitCode}`;
  const said = output.trim().slice(-shownOutput);
  return { ...criterion, isMet: isOk, evidence: said === "" ? how : `${how}: ${said}` };
}

/** A statement is met where the supervisor says so and says why; about commands it is not believed. */
export const withClaims = (
  criteria: readonly JudgedCriterion[],
  claims: readonly Claim[],
): readonly JudgedCriterion[] =>
  criteria.map((criterion) => {
    if (criterion.judgedBy === "command") return criterion;
    const claim = claims.find(({ id }) => id === criterion.id);
    if (claim === undefined) return { ...criterion, isMet: false, evidence: "the supervisor said nothing about it" };
    const evidence = claim.evidence.trim();
    if (claim.isMet && evidence === "") return { ...criterion, isMet: false, evidence: "claimed without evidence" };
    return { ...criterion, isMet: claim.isMet, evidence };
  });

export const unmetOf = (criteria: readonly JudgedCriterion[]): readonly JudgedCriterion[] =>
  criteria.filter(({ isMet }) => !isMet);
