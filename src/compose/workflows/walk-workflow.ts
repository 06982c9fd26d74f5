import { minimalValue } from "../../domain/workflow/minimal-value.ts";
import type { WalkedAgent, WorkflowWalk } from "../../domain/workflow/forecast.ts";
import type { Json } from "../../domain/json.ts";
import { TuttiError } from "../../domain/errors.ts";
import { StubProblem, type Stubs } from "../../testing/workflow/stubs.ts";
import { runOnce } from "../../testing/workflow/test-workflow.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { AgentCall } from "../../workflow/host.ts";

/** More than any sensible workflow asks for: a loop whose end a made-up answer never brings about. */
const mostCalls = 1_000;
const limitMs = 10_000;

/**
 * Runs a workflow's body without anything that it asks for: agents' answers are made up from the form that is asked for, commands
 * end well, persons say yes, steps are left out, and waits take no time. Nothing is started or stored.
 */
export async function walkWorkflow(definition: AnyWorkflow, input: Json): Promise<WorkflowWalk> {
  const made = new MadeUpAnswers();
  const { host, end } = await runOnce(definition, { input, ...made.stubs, limitMs });
  const agents = host.calls.map(({ node, profile, title, model }): WalkedAgent => ({
    ...{ node, profile, title },
    ...(model === undefined ? {} : { model }),
  }));
  const notes = host.notes.map(withoutCost);
  const walk = { notes, agents, assumptions: [...made.assumptions] };
  if (end.status === "fulfilled") return walk;
  return { ...walk, stoppedBy: reasonOf(end.reason, made.skippedSteps) };
}

/** A made-up answer costs nothing, and its call will: what it may cost is for the forecast to say. */
const withoutCost = <Note extends { readonly costUsd?: number }>({
  costUsd: _none,
  ...note
}: Note): Omit<Note, "costUsd"> => note;

class MadeUpAnswers {
  readonly assumptions = new Set<string>();
  readonly skippedSteps = new Set<string>();
  #calls = 0;

  get stubs(): Stubs {
    return {
      agents: { "*": (call) => this.#answer(call) },
      commands: { "*": ({ name }) => this.#end(name) },
      steps: { "*": ({ name }) => this.#skip(name) },
      answers: ({ question }) => {
        this.assumptions.add(`"${question}": yes`);
        return { approved: true };
      },
    };
  }

  #answer({ profile, resultSchema }: AgentCall): Json {
    this.#count();
    if (resultSchema === undefined) return "…";
    const { value, assumptions } = minimalValue(resultSchema);
    for (const { path, taken } of assumptions) {
      this.assumptions.add(`${profile}: ${path === "" ? "the answer" : path} = ${taken}`);
    }
    return value;
  }

  #end(name: string) {
    this.#count();
    this.assumptions.add(`the command ${name} ends well`);
    return { isOk: true, exitCode: 0, output: "" };
  }

  #skip(name: string): null {
    this.#count();
    this.skippedSteps.add(name);
    this.assumptions.add(`the step ${name} is left out and gives null`);
    return null;
  }

  #count(): void {
    this.#calls += 1;
    if (this.#calls > mostCalls) {
      throw new StubProblem("INPUT_INVALID", `more than ${mostCalls} calls: it may never end with made-up answers`);
    }
  }
}

function reasonOf(thrown: unknown, skippedSteps: ReadonlySet<string>): string {
  const { message } = TuttiError.from(thrown);
  if (thrown instanceof StubProblem || skippedSteps.size === 0) return message;
  return `${message} (it needs what a step gives: ${[...skippedSteps].join(", ")})`;
}
