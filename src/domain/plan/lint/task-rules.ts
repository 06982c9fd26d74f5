import { didYouMean } from "../did-you-mean.ts";
import type { PlanTask } from "../plan-schema.ts";
import { writesOf } from "../../schedule/task-facts.ts";
import { eachTask, type PlanRule } from "./plan-remark.ts";
import { namesSomething, wordsOf } from "./prompt-words.ts";

/** Fewer words than this rarely say what is wanted. */
const fewestWords = 5;
/** About two thousand tokens. */
const mostPromptChars = 8_000;
const mostOutputs = 6;

/** Words that leave to the agent what is to be done, or when it is done. */
const vaguePhrase =
  /\b(improve|enhance|clean ?up|tidy|polish|optimi[sz]e|modernize|make (?:it|things|everything) (?:better|nicer|faster)|as (?:needed|necessary|appropriate)|if necessary|etc\b|and so on|various|stuff|somehow|properly|appropriately|everything|whatever)\b/i;

const joint =
  /\b(?:and also|and then also|additionally|in addition|furthermore|moreover|as well as|besides that|while you are at it|finally, also)\b/gi;

const listItem = /^\s*(?:[-*•]|\d+[.)])\s+\S/gm;
const mostSteps = 9;
const mostJoints = 2;

/** Whether anything says where the task's work is or when it is done. */
const isAnchored = (task: PlanTask): boolean =>
  namesSomething(task.prompt) || task.contextFiles.length > 0 || writesOf(task).length > 0;

/** Specific: an agent sees the repository and this text, and nobody to ask. */
const specificRules: readonly PlanRule[] = [
  {
    id: "names-nothing",
    severity: "warning",
    about: "a task names no file, symbol, number or output",
    check: eachTask((task) =>
      isAnchored(task)
        ? undefined
        : {
            field: ["prompt"],
            message: `${task.key} names no file, no symbol and no number: its agent has to guess where and how much`,
            fix: "Name the files or functions, and list contextFiles or expectedOutputs.",
          },
    ),
  },
  {
    id: "vague-words",
    severity: "warning",
    about: "a task is said in words without a measure, and has no acceptance",
    check: eachTask((task) => {
      const word = vaguePhrase.exec(task.prompt)?.[0];
      if (word === undefined || task.acceptance.length > 0) return undefined;
      return {
        field: ["prompt"],
        message: `${task.key} says "${word.toLowerCase()}" without saying when that is done`,
        fix: "Say what will be different afterwards, or list it under acceptance.",
      };
    }),
  },
  {
    id: "short-prompt",
    severity: "hint",
    about: `a prompt of fewer than ${fewestWords} words`,
    check: eachTask((task) => {
      const count = wordsOf(task.prompt).length;
      if (count >= fewestWords) return undefined;
      return {
        field: ["prompt"],
        message: `the prompt of ${task.key} has ${count} ${count === 1 ? "word" : "words"}, and it is all that its agent is told`,
        fix: "Say what to make, where, and how it will be judged.",
      };
    }),
  },
];

/** Reasonable in scope: small enough to be reviewed, retried and paid for on its own. */
const scopeRules: readonly PlanRule[] = [
  {
    id: "many-outputs",
    severity: "warning",
    about: `a task has more than ${mostOutputs} outputs`,
    check: eachTask((task) => {
      const { length } = task.expectedOutputs;
      if (length <= mostOutputs) return undefined;
      return {
        field: ["expectedOutputs"],
        message: `${task.key} has ${length} outputs: one failure loses all of them`,
        fix: "Split it into tasks that each make a few of them.",
      };
    }),
  },
  {
    id: "several-jobs",
    severity: "warning",
    about: "a prompt that strings several jobs together",
    check: eachTask((task) => {
      const joints = task.prompt.match(joint)?.length ?? 0;
      const steps = task.prompt.match(listItem)?.length ?? 0;
      if (joints < mostJoints && steps <= mostSteps) return undefined;
      return {
        field: ["prompt"],
        message: `${task.key} asks for several things at once (${joints >= mostJoints ? `"and also" and the like, ${joints} times` : `a list of ${steps}`})`,
        fix: "Make a task of each, so that they run side by side and fail alone.",
      };
    }),
  },
  {
    id: "large-prompt",
    severity: "warning",
    about: `a prompt of more than ${mostPromptChars} characters`,
    check: eachTask((task) =>
      task.prompt.length <= mostPromptChars
        ? undefined
        : {
            field: ["prompt"],
            message: `the prompt of ${task.key} has ${task.prompt.length} characters, and every attempt pays for them`,
            fix: "Put reference material into a file and name it under contextFiles, or split the task.",
          },
    ),
  },
];

/** Checkable: what proves a task done. */
const checkRules: readonly PlanRule[] = [
  {
    id: "no-outputs",
    severity: "hint",
    about: "a task declares neither expectedOutputs nor a footprint",
    check: eachTask((task) =>
      writesOf(task).length > 0
        ? undefined
        : {
            field: ["expectedOutputs"],
            message: `${task.key} declares no outputs: any change counts as done, and nobody can see whom it is in the way of`,
            fix: "List the files that must exist afterwards, or the globs it may change as its footprint.",
          },
    ),
  },
  {
    id: "no-acceptance",
    severity: "hint",
    about: "a task without acceptance and without gates of its own",
    check: eachTask((task) =>
      task.acceptance.length > 0 || (task.gates?.length ?? 0) > 0
        ? undefined
        : {
            field: ["acceptance"],
            message: `${task.key} does not say what a reviewer would check`,
            fix: "List under acceptance what must hold, a sentence each.",
          },
    ),
  },
];

/** What a name is looked up in; a name that nobody has makes the run fail. */
const nameRules: readonly PlanRule[] = [
  {
    id: "unknown-gate",
    severity: "error",
    about: "a gate that the project does not have",
    check: eachTask((task, { facts }) =>
      unknownName({ names: task.gates ?? [], known: facts.gates, task, field: "gates" }),
    ),
  },
  {
    id: "unknown-agent",
    severity: "error",
    about: "an agent profile that the project does not have",
    check: eachTask((task, { facts }) =>
      unknownName({ names: task.agent === undefined ? [] : [task.agent], known: facts.agents, task, field: "agent" }),
    ),
  },
];

type Names = {
  readonly names: readonly string[];
  readonly known: readonly string[] | undefined;
  readonly task: PlanTask;
  readonly field: "gates" | "agent";
};

function unknownName({ names, known, task, field }: Names) {
  const at = known === undefined ? -1 : names.findIndex((name) => !known.includes(name));
  const name = names[at];
  if (known === undefined || name === undefined) return undefined;
  const near = didYouMean(name, known);
  const what = field === "agent" ? "agent profile" : "gate";
  const list =
    known.length === 0 ? `The project has no ${what}s: leave it out.` : `Choose one of: ${known.join(", ")}.`;
  return {
    field: field === "gates" ? [field, at] : [field],
    message: `${task.key} names "${name}", which is no ${what} of the project`,
    fix: near === undefined ? list : `Did you mean "${near}"?`,
  };
}

export const taskRules: readonly PlanRule[] = [...nameRules, ...specificRules, ...scopeRules, ...checkRules];
