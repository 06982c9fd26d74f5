import { z } from "zod";

import type { Json, JsonObject } from "../json.ts";
import { eventTypeSchema } from "./workflow-event.ts";

/** What GitHub, and those that speak like it, say about a delivery besides its body. */
export type GithubDelivery = {
  /** `X-GitHub-Event`. */
  readonly event: string;
  /** `X-GitHub-Delivery`: the same when a delivery is sent again. */
  readonly delivery: string;
  readonly payload: Json;
};

/** An event in the making: its form is still to be checked. */
export type GithubEvent = {
  readonly id: string;
  readonly type: string;
  readonly source: "github";
  readonly details: JsonObject;
};

/** Nobody reads more of a text that others wrote. */
const maxTextChars = 2_000;
const maxPaths = 200;

const text = z.string().transform((value) => value.slice(0, maxTextChars));
const optionalText = text.nullish().catch(undefined);
const number = z.number().nullish().catch(undefined);

const checked = z
  .looseObject({
    name: optionalText,
    conclusion: optionalText,
    head_sha: optionalText,
    head_branch: optionalText,
    html_url: optionalText,
    output: z.looseObject({ title: optionalText, summary: optionalText }).nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const pull = z
  .looseObject({
    number,
    title: optionalText,
    body: optionalText,
    html_url: optionalText,
    merged: z.boolean().nullish().catch(undefined),
    head: z.looseObject({ ref: optionalText, sha: optionalText }).nullish().catch(undefined),
    base: z.looseObject({ ref: optionalText }).nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const alert = z
  .looseObject({
    number,
    html_url: optionalText,
    rule: z
      .looseObject({ id: optionalText, description: optionalText, severity: optionalText })
      .nullish()
      .catch(undefined),
    security_advisory: z.looseObject({ summary: optionalText, severity: optionalText }).nullish().catch(undefined),
    dependency: z
      .looseObject({
        package: z.looseObject({ name: optionalText }).nullish().catch(undefined),
        manifest_path: optionalText,
      })
      .nullish()
      .catch(undefined),
    secret_type: optionalText,
  })
  .nullish()
  .catch(undefined);

const labels = z
  .array(z.looseObject({ name: optionalText }).catch({ name: undefined }))
  .nullish()
  .catch(undefined);

const issue = z
  .looseObject({ number, title: optionalText, body: optionalText, html_url: optionalText, labels })
  .nullish()
  .catch(undefined);

const commit = z.looseObject({
  added: z.array(z.string()).catch([]),
  modified: z.array(z.string()).catch([]),
  removed: z.array(z.string()).catch([]),
});

const payloadSchema = z.looseObject({
  action: z.string().nullish().catch(undefined),
  repository: z.looseObject({ full_name: optionalText }).nullish().catch(undefined),
  pull_request: pull,
  check_run: checked,
  check_suite: checked,
  workflow_run: checked,
  workflow_job: checked,
  alert,
  issue,
  ref: optionalText,
  after: optionalText,
  commits: z.array(commit).nullish().catch(undefined),
});

type Payload = z.output<typeof payloadSchema>;

/**
 * What a delivery of GitHub says, in few words: the type that handlers name, and the facts that an agent needs. What has no word of
 * its own is `github.<event>.<action>`.
 */
export function eventOfGithub({ event, delivery, payload }: GithubDelivery): GithubEvent {
  const parsed = payloadSchema.safeParse(payload);
  const said: Payload = parsed.success ? parsed.data : payloadSchema.parse({});
  const plain = ["github", event, ...(said.action ?? "").split(".", 1).filter((action) => action !== "")]
    .map(typePart)
    .join(".");
  const type = wordFor(event, said) ?? eventTypeSchema.safeParse(plain).data ?? "github";
  return { id: `github:${delivery}`, type, source: "github", details: detailsOf(event, said) };
}

const typePart = (part: string): string => part.replaceAll(/[^\w-]/g, "_").slice(0, 40) || "unknown";

type Word = (said: Payload) => string | undefined;

const failedConclusions = ["failure", "timed_out", "startup_failure", "action_required"];

const failedCheck =
  (of: "check_run" | "check_suite" | "workflow_run" | "workflow_job"): Word =>
  (said) =>
    said.action === "completed" && failedConclusions.includes(said[of]?.conclusion ?? "") ? "test_failed" : undefined;

const newAlert: Word = ({ action }) =>
  [
    "created",
    "create",
    "reopened",
    "reopened_by_user",
    "appeared_in_branch",
    "reintroduced",
    "auto_reopened",
    "published",
  ].includes(action ?? "")
    ? "security_alert"
    : undefined;

const pullWords: Readonly<Record<string, string>> = {
  opened: "pr_opened",
  reopened: "pr_opened",
  ready_for_review: "pr_opened",
  synchronize: "pr_updated",
};

const words: ReadonlyMap<string, Word> = new Map<string, Word>([
  [
    "pull_request",
    ({ action, pull_request: one }) => {
      if (action === "closed") return one?.merged === true ? "pr_merged" : "pr_closed";
      return Object.hasOwn(pullWords, action ?? "") ? pullWords[action ?? ""] : undefined;
    },
  ],
  ["check_run", failedCheck("check_run")],
  ["check_suite", failedCheck("check_suite")],
  ["workflow_run", failedCheck("workflow_run")],
  ["workflow_job", failedCheck("workflow_job")],
  ["dependabot_alert", newAlert],
  ["code_scanning_alert", newAlert],
  ["secret_scanning_alert", newAlert],
  ["repository_vulnerability_alert", newAlert],
  ["security_advisory", newAlert],
  [
    "issues",
    ({ action, issue: one }) =>
      (action === "opened" || action === "labeled") && isAboutSpeed(one?.labels) ? "performance_issue" : undefined,
  ],
]);

const wordFor = (event: string, said: Payload): string | undefined => words.get(event)?.(said);

const isAboutSpeed = (all: z.output<typeof labels>): boolean =>
  (all ?? []).some(({ name }) => /\bperf(?:ormance)?\b|slow|latency/i.test(name ?? ""));

function detailsOf(event: string, said: Payload): JsonObject {
  const run = said.check_run ?? said.workflow_run ?? said.check_suite ?? said.workflow_job;
  const { pull_request: request, alert: found, issue: reported } = said;
  return withoutNothing({
    githubEvent: event.slice(0, 100),
    action: said.action?.slice(0, 100),
    repository: said.repository?.full_name,
    number: request?.number ?? reported?.number ?? found?.number,
    title: request?.title ?? reported?.title,
    body: request?.body ?? reported?.body,
    url: request?.html_url ?? run?.html_url ?? found?.html_url ?? reported?.html_url,
    branch: request?.head?.ref ?? run?.head_branch ?? said.ref,
    base: request?.base?.ref,
    commit: request?.head?.sha ?? run?.head_sha ?? said.after,
    check: run?.name,
    conclusion: run?.conclusion,
    summary:
      run?.output?.summary ?? run?.output?.title ?? found?.security_advisory?.summary ?? found?.rule?.description,
    severity: found?.security_advisory?.severity ?? found?.rule?.severity,
    rule: found?.rule?.id ?? found?.secret_type,
    dependency: found?.dependency?.package?.name,
    manifest: found?.dependency?.manifest_path,
    paths: pathsOf(said.commits),
  });
}

function pathsOf(commits: Payload["commits"]): readonly string[] | undefined {
  const all = (commits ?? []).flatMap(({ added, modified, removed }) => [...added, ...modified, ...removed]);
  return all.length === 0 ? undefined : [...new Set(all)].slice(0, maxPaths).map((path) => path.slice(0, maxTextChars));
}

const withoutNothing = (facts: Readonly<Record<string, Json | null | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]])),
  );
