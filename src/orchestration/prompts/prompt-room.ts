import { TuttiError } from "../../domain/errors.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import type { PromptAccount } from "../../domain/prompt/prompt-part.ts";
import type { PromptRewriting, SentPrompt } from "../../domain/prompt/sent-prompt.ts";
import type { TemplateWarning } from "../../supervision/prompts/check-template-set.ts";
import { judgeTemplates } from "../../supervision/prompts/judge-templates.ts";
import { promptKinds, promptPurposes } from "../../supervision/prompts/prompt-kind.ts";
import type { PreparedPrompt } from "../../supervision/prompts/prompt-request.ts";
import { variablesOf } from "../../supervision/prompts/sample-requests.ts";
import type { ChosenTemplate } from "../../supervision/prompts/template-set.ts";
import { openMinijinja } from "../../supervision/prompts/template-engine/minijinja-engine.ts";
import { jobTip } from "../integration/job-branch.ts";
import type { Services } from "../services.ts";
import { numberedAttempt } from "../insight/task-details.ts";
import { readCheckoutTemplates, readTemplates } from "./read-templates.ts";
import { freshPrompt } from "./task-prompt.ts";

/** A prompt for people and programs to look at. */
export type ShownPrompt = {
  readonly kind: string;
  readonly text: string;
  readonly template: ChosenTemplate;
  readonly account: PromptAccount;
  /** How the supervisor model wrote it anew; absent where nobody asked it. */
  readonly rewriting?: PromptRewriting;
  /** When it was sent and in which conversation; absent for one that was not. */
  readonly sent?: { readonly at: number; readonly conversation: string; readonly turn: number; readonly role: string };
};

export type PromptsOfTask = {
  /** 1-based. */
  readonly attempt: number;
  /** What was sent in the attempt, oldest first; what would be sent now, where nothing was. */
  readonly prompts: readonly ShownPrompt[];
};

export type TemplateListing = ChosenTemplate & {
  readonly kind: string;
  /** When a prompt is made with it. */
  readonly purpose: string;
  /** What it sees. */
  readonly variables: readonly string[];
};

export type TemplateReport = {
  /** Names of the project's own in the checkout. */
  readonly templates: readonly string[];
  readonly warnings: readonly TemplateWarning[];
  /** Not as the checked-out commit has them: a job would use that commit's. Not looked at while any is broken. */
  readonly uncommitted: readonly string[];
  /** `TEMPLATE_INVALID`, one for each that is wrong. */
  readonly broken: readonly TuttiError[];
  /** Names of those that could not be tried, because they use a broken one. */
  readonly untried: readonly string[];
};

/** What faces may ask for about prompts and their templates. */
export class PromptRoom {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * What an attempt's agents were told, or what one would be told now.
   * @param number - of the attempt. Default: the last one
   * @throws {TuttiError} `INPUT_INVALID` when there is no such attempt, or it was before prompts were kept
   */
  async show(task: Task, number?: number): Promise<PromptsOfTask> {
    const { attempts, prompts } = this.#services.state;
    const known = await attempts.list(task.id);
    const attempt = number === undefined ? known.at(-1) : numberedAttempt(task, known, number);
    if (attempt === undefined) return this.#preview(task);
    const sent = (await prompts.ofTask(task.id)).filter(({ attemptId }) => attemptId === attempt.id);
    if (sent.length > 0) return { attempt: attempt.number, prompts: sent.map(shownPrompt) };
    throw nothingKept(task, attempt);
  }

  async #preview(task: Task): Promise<PromptsOfTask> {
    const { state, repo } = this.#services;
    const job = await state.jobs.get(task.jobId);
    const baseCommit = await jobTip(repo, job.id);
    const desk = { services: this.#services, job };
    const prompt = await freshPrompt(desk, { task, number: 1, baseCommit, feedback: undefined });
    return { attempt: 1, prompts: [this.#unsent(prompt)] };
  }

  #unsent({ kind, text, template, account }: PreparedPrompt): ShownPrompt {
    return { kind, text: this.#services.redact(text), template, account };
  }

  /** As they are in the checked-out commit. @throws {TuttiError} `TEMPLATE_INVALID` */
  async templates(): Promise<readonly TemplateListing[]> {
    const { prompts, repo } = this.#services;
    const templates = await prompts.templatesAt(repo.head);
    return promptKinds.flatMap((kind) =>
      [[], ...templates.variantsOf(kind).map((variant) => [variant])].map((variants) => ({
        ...templates.choose(kind, variants),
        kind,
        purpose: promptPurposes[kind],
        variables: variablesOf(kind),
      })),
    );
  }

  /** Tries the templates of the checkout. */
  check(): Promise<TemplateReport> {
    return checkCheckout(this.#services.repo);
  }
}

export async function checkCheckout(repo: Services["repo"]): Promise<TemplateReport> {
  const { templates: own, broken } = await readCheckoutTemplates(repo.root);
  const judged = await judgeTemplates(own, openMinijinja);
  const wrong = [...broken, ...judged.broken];
  // What is committed may be broken in the same way: that it differs is of no use to anybody before it can be read.
  const isWhole = wrong.length === 0;
  const committed = isWhole ? await committedTemplates(repo) : new Map<string, string>();
  const here = new Map(own.map(({ name, text }) => [name, text]));
  const names = [...new Set([...committed.keys(), ...here.keys()])].toSorted();
  return {
    templates: [...here.keys()],
    warnings: judged.warnings,
    uncommitted: isWhole ? names.filter((name) => committed.get(name) !== here.get(name)) : [],
    broken: wrong,
    untried: judged.untried,
  };
}

const committedTemplates = async (repo: Services["repo"]): Promise<ReadonlyMap<string, string>> =>
  new Map((await readTemplates(repo, repo.head)).map(({ name, text }) => [name, text]));

const shownPrompt = (prompt: SentPrompt): ShownPrompt => {
  const { kind, text, template, account, rewriting, at, conversation, turn, role } = prompt;
  return {
    kind,
    text,
    template,
    account,
    ...(rewriting === undefined ? {} : { rewriting }),
    sent: { at, conversation, turn, role },
  };
};

function nothingKept({ key }: Task, { number, outcome }: Attempt): TuttiError {
  const isReplay = outcome?.replayOf !== undefined;
  const why = isReplay
    ? "no agent was asked: the result of equal work was replayed"
    : outcome === undefined
      ? "its agent has not been told anything yet"
      : "it is older than the version that keeps prompts, or was removed by tutti state prune";
  return new TuttiError("INPUT_INVALID", `Attempt ${number} of task ${key} has no prompt: ${why}`, {
    hint: "See what it came to: tutti task show",
    context: { task: key, attempt: number },
  });
}
