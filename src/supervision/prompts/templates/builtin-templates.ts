import { clarificationTemplate, continuationTemplate, retryTemplate } from "./conversation.ts";
import { forkTemplate } from "./fork.ts";
import { managerTemplate } from "./manager.ts";
import { resolverTemplate } from "./resolver.ts";
import { reviewerTemplate, synthesizerTemplate } from "./reviewer.ts";
import { workerTemplate } from "./worker.ts";
import type { PromptKind } from "../prompt-kind.ts";

/** The templates that come with Tutti, in the program: they can't be missing. */
export const builtinTemplates: Readonly<Record<PromptKind, string>> = {
  manager: managerTemplate,
  worker: workerTemplate,
  fork: forkTemplate,
  retry: retryTemplate,
  clarification: clarificationTemplate,
  continuation: continuationTemplate,
  resolver: resolverTemplate,
  reviewer: reviewerTemplate,
  synthesizer: synthesizerTemplate,
};
