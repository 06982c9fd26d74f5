import { z } from "zod";

import { errorToJson, TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { AnyWorkflow, Branch, Outcome, WorkflowDefinition, WorkflowFlow } from "../flow.ts";
import { holds } from "./condition.ts";
import type { Path } from "./problem.ts";
import { render, textOf, wholeReference } from "./reference.ts";
import { needsOf, type DoingOf, type Step, type StepList } from "./step.ts";
import { durationMs } from "./step-schemas.ts";
import type { StepEnd, Values } from "./values.ts";

const json = z.json();

/** The same calls as a program would make, in the order that the file says. */
export class Interpreter {
  readonly #flow: WorkflowFlow;
  readonly #others: ReadonlyMap<string, AnyWorkflow>;

  /** @param others - the workflows that steps name */
  constructor(flow: WorkflowFlow, others: ReadonlyMap<string, AnyWorkflow>) {
    this.#flow = flow;
    this.#others = others;
  }

  /** @returns what the last step of the list came to */
  async list(list: StepList, values: Values): Promise<Json> {
    const { steps } = list;
    if (isChain(list)) {
      for (const step of steps) await this.#record(step, values);
    } else {
      await this.#flow.all(
        this.#waiting(list, values, () => ({ result: null })),
        { label: "steps", names: steps.map(({ id }) => id) },
      );
    }
    return values.find(["steps", steps.at(-1)?.id ?? "", "result"]) ?? null;
  }

  async #record(step: Step, values: Values): Promise<StepEnd> {
    const end = await this.#do(step, values);
    values.set(step.id, end);
    return end;
  }

  /**
   * One branch a step: each begins when those that it needs are done.
   * @param skip - gives the end of a step that isn't run, because what it needs has failed and says so itself
   */
  #waiting(list: StepList, values: Values, skip: (step: Step, need: string) => StepEnd): readonly Branch<StepEnd>[] {
    const ends = new Map(list.steps.map(({ id }) => [id, Promise.withResolvers<boolean>()]));
    return list.steps.map((step, index) => async () => {
      const own = ends.get(step.id);
      const met = await Promise.all(needsOf(list, index).map((id) => ends.get(id)?.promise ?? Promise.resolve(false)));
      const unmet = needsOf(list, index).find((_id, position) => met[position] !== true);
      try {
        if (unmet !== undefined) return skip(step, unmet);
        const end = await this.#record(step, values);
        own?.resolve(true);
        return end;
      } finally {
        own?.resolve(false);
      }
    });
  }

  #do(step: Step, values: Values): Promise<StepEnd> {
    const { doing } = step;
    switch (doing.kind) {
      case "agent":
        return this.#allowing(doing.onFailure, () => this.#agent(doing, step, values));
      case "run":
        return this.#run(doing, step, values);
      case "approve":
        return this.#approve(doing, step, values);
      case "parallel":
        return this.#parallel(doing, step, values);
      case "forEach":
        return this.#forEach(doing, step, values);
      case "when":
        return this.#when(doing, step, values);
      case "repeat":
        return this.#repeat(doing, step, values);
      case "workflow":
        return this.#allowing(doing.onFailure, () => this.#call(doing, step, values));
      case "receive":
        return this.#receive(doing);
      case "sleep":
        return this.#sleep(doing);
    }
  }

  async #allowing(onFailure: "stop" | "continue" | undefined, work: () => Promise<StepEnd>): Promise<StepEnd> {
    if (onFailure !== "continue") return work();
    try {
      return await work();
    } catch (thrown) {
      this.#flow.signal.throwIfAborted();
      return { result: null, failed: errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED")).message };
    }
  }

  async #agent(doing: DoingOf<"agent">, step: Step, values: Values): Promise<StepEnd> {
    const { kind: _kind, id, needs: _needs, form, result: _written, onFailure: _failure, agent, ...request } = doing;
    const templated = templatedSchema.parse(this.#rendered(request, step.path, values));
    const asked = { title: id, ...request, ...templated };
    if (form === undefined) return { result: await this.#flow.agent(agent, asked) };
    return { result: json.parse(await this.#flow.agent(agent, { ...asked, result: form })) };
  }

  async #run(
    { id, run, in: place, timeoutMs, onFailure }: DoingOf<"run">,
    step: Step,
    values: Values,
  ): Promise<StepEnd> {
    const path = [...step.path, "run"];
    const command = typeof run === "object" ? run.map((part) => textOf(this.#rendered(part, path, values))) : run;
    const end = await this.#flow.command(id, {
      run: command,
      ...(place === undefined ? {} : { in: place }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (end.isOk) return { result: { ...end } };
    const how = end.exitCode === null ? "was ended" : `ended with exit code ${end.exitCode}`;
    const message = `the command of ${id} ${how}: ${lastLine(end.output)}`;
    if (onFailure === "continue") return { result: { ...end }, failed: message };
    throw stepFailed(
      values.where(path),
      message,
      "Let it fail and look at steps.<id>.result.isOk: onFailure: continue",
    );
  }

  async #approve(doing: DoingOf<"approve">, step: Step, values: Values): Promise<StepEnd> {
    const { id, approve, context, timeoutMs, onTimeout, onReject } = doing;
    const question = textOf(this.#rendered(approve, [...step.path, "approve"], values));
    const answer = await this.#flow.approve(question, {
      ...(context === undefined ? {} : { context: this.#rendered(context, [...step.path, "context"], values) }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(onTimeout === undefined ? {} : { onTimeout }),
    });
    if (answer.approved || onReject === "continue") return { result: { ...answer } };
    const reason = answer.by === "timeout" ? "nobody answered in time" : (answer.note ?? "a person said no");
    const hint = "To go on after a no, and look at steps.<id>.result.approved: onReject: continue";
    throw stepFailed(values.where(step.path), `${id} was not approved: ${reason}`, hint);
  }

  async #parallel(doing: DoingOf<"parallel">, step: Step, values: Values): Promise<StepEnd> {
    const { id, body, concurrency, failures } = doing;
    const names = body.steps.map((inner) => inner.id);
    const options = { label: id, names, ...(concurrency === undefined ? {} : { concurrency }) };
    if (failures !== "some") {
      const ends = await this.#flow.all(
        this.#waiting(body, values, () => ({ result: null })),
        options,
      );
      return { result: Object.fromEntries(ends.map(({ result }, index) => [names[index] ?? "", result])) };
    }
    const branches = this.#waiting(body, values, (skipped, need) => {
      throw stepFailed(values.where(skipped.path), `${skipped.id} was not run, because ${need} failed`);
    });
    const outcomes = await this.#flow.settle(branches, options);
    refuseAllFailed(outcomes, values.where(step.path), id);
    return {
      result: Object.fromEntries(outcomes.map((outcome, index) => [names[index] ?? "", resultOf(outcome)])),
      failed: failuresOf(outcomes, (index) => ({ id: names[index] ?? "" })),
    };
  }

  async #forEach(doing: DoingOf<"forEach">, step: Step, values: Values): Promise<StepEnd> {
    const { id, as, body, concurrency, failures } = doing;
    const path = [...step.path, "forEach"];
    const given = values.lookup(wholeReference(doing.forEach) ?? [], path);
    const items = z.array(json).safeParse(given);
    if (!items.success) throw stepFailed(values.where(path), `${doing.forEach} is no list`, "Refer to a list");
    const options = { label: id, ...(concurrency === undefined ? {} : { concurrency }) };
    const branches = items.data.map((item, index) => async (): Promise<StepEnd> => {
      return { result: await this.list(body, values.within({ [as]: item, index })) };
    });
    if (failures !== "some") {
      const ends = await this.#flow.all(branches, options);
      return { result: ends.map(({ result }) => result) };
    }
    const outcomes = await this.#flow.settle(branches, options);
    refuseAllFailed(outcomes, values.where(step.path), id);
    return { result: outcomes.map(resultOf), failed: failuresOf(outcomes, (index) => ({ index })) };
  }

  async #when({ id, when, yes, no }: DoingOf<"when">, step: Step, values: Values): Promise<StepEnd> {
    const chosen = holds(when, [...step.path, "when"], values) ? yes : no;
    if (chosen === undefined) return { result: null };
    return { result: await this.#flow.group(id, () => this.list(chosen, values)) };
  }

  async #repeat({ id, repeat, body }: DoingOf<"repeat">, step: Step, values: Values): Promise<StepEnd> {
    let last: Json = null;
    let isMet = false;
    let times = 0;
    while (!isMet && times < repeat.maxTimes) {
      times += 1;
      const inner = values.within({ previous: last, times });
      last = await this.#flow.group(`${id} ${times}`, () => this.list(body, inner));
      isMet = holds(repeat.until, [...step.path, "repeat", "until"], inner);
      values.adopt(inner);
    }
    return { result: { isMet, times, last } };
  }

  async #call({ workflow: name, input = {} }: DoingOf<"workflow">, step: Step, values: Values): Promise<StepEnd> {
    const other = this.#others.get(name);
    if (other === undefined) throw new TuttiError("INTERNAL", `${name} was not loaded`, { failureClass: "bug" });
    const definition: WorkflowDefinition<Json, Json> = {
      ...other,
      run: (flow, given) => other.runChecked(flow, given),
    };
    const given = this.#rendered(input, [...step.path, "input"], values);
    return { result: await this.#flow.call(definition, given) };
  }

  async #receive({ receive: name, timeoutMs, form }: DoingOf<"receive">): Promise<StepEnd> {
    const payload = await this.#flow.receive(name, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(form === undefined ? {} : { schema: form }),
    });
    return { result: payload === undefined ? null : json.parse(payload) };
  }

  async #sleep({ sleep }: DoingOf<"sleep">): Promise<StepEnd> {
    await this.#flow.sleep(durationMs(sleep));
    return { result: null };
  }

  #rendered(value: unknown, path: Path, values: Values): Json {
    return render(value, path, (segments, at) => values.lookup(segments, at));
  }
}

/** What may hold references, as it must be once they are filled in. */
const texts = z.array(z.json().transform((item) => textOf(item)));
const templatedSchema = z.object({
  prompt: z.json().transform((value) => textOf(value)),
  title: z
    .json()
    .transform((value) => textOf(value))
    .exactOptional(),
  contextFiles: texts.exactOptional(),
  expectedOutputs: texts.exactOptional(),
  acceptance: texts.exactOptional(),
  footprint: texts.exactOptional(),
});

const isChain = (list: StepList): boolean =>
  list.order === "sequence" && list.steps.every(({ needs }) => needs === undefined);

const lastLine = (output: string): string => output.trim().split("\n").at(-1) ?? "";

const resultOf = (outcome: Outcome<StepEnd>): Json => (outcome.status === "completed" ? outcome.value.result : null);

const failuresOf = (outcomes: readonly Outcome<StepEnd>[], nameOf: (index: number) => Record<string, Json>): Json =>
  outcomes.flatMap((outcome, index) =>
    outcome.status === "failed" ? [{ ...nameOf(index), message: outcome.error.message }] : [],
  );

function refuseAllFailed(outcomes: readonly Outcome<StepEnd>[], where: string, id: string): void {
  const [first] = outcomes;
  if (first?.status !== "failed" || outcomes.some(({ status }) => status === "completed")) return;
  throw stepFailed(where, `nothing of ${id} succeeded: ${first.error.message}`, first.error.hint);
}

const stepFailed = (where: string, message: string, hint?: string): TuttiError =>
  new TuttiError("WORKFLOW_STEP_FAILED", `${where}: ${message}`, hint === undefined ? {} : { hint });
