import { errorFromJson } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { WorkflowRecording } from "../../domain/workflow/recording.ts";
import type { AgentCall } from "../../workflow/host.ts";
import { StubProblem, type Stubs } from "./stubs.ts";

/**
 * Stubs that say again what was said to a run: `tutti workflow record <job>` writes the recording. Agents are known by where they are
 * asked, commands and questions by their names and order. A call that the recorded run did not make is an error of the test.
 */
export function stubsFrom(recording: WorkflowRecording): Stubs {
  const agents = new Map(recording.agents.map((agent) => [agent.path, agent]));
  const commands = Map.groupBy(recording.commands, ({ name }) => name);
  const answers = Map.groupBy(recording.answers, ({ question }) => question);
  return {
    agents: { "*": (call) => answerTo(call, agents.get(call.path) ?? agents.get(call.node)) },
    commands: { "*": ({ name }) => commands.get(name)?.shift()?.result ?? unknown(`the command ${name} so often`) },
    answers: ({ question }) => answers.get(question)?.shift()?.answer,
    signals: recording.signals,
  };
}

function answerTo({ path }: AgentCall, recorded: WorkflowRecording["agents"][number] | undefined): Json {
  if (recorded === undefined) return unknown(`an agent at ${path}`);
  if ("error" in recorded) throw errorFromJson(recorded.error);
  return recorded.result ?? recorded.text;
}

function unknown(what: string): never {
  throw new StubProblem("INPUT_INVALID", `The recorded run did not ask for ${what}`, {
    hint: "Record a run of the workflow as it is now, or add a stub for it",
  });
}
