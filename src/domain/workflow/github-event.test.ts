import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Json } from "../json.ts";
import { eventOfGithub } from "./github-event.ts";
import { workflowEventSchema } from "./workflow-event.ts";

const repository = { full_name: "acme/shop", private: true };
const of = (event: string, payload: Json) => eventOfGithub({ event, delivery: "d-1", payload });

const pull = {
  number: 12,
  title: "Add CSV",
  body: "As discussed",
  html_url: "https://example.com/acme/shop/pull/12",
  merged: false,
  head: { ref: "csv", sha: "a".repeat(40) },
  base: { ref: "main" },
  user: { login: "someone" },
};

const run = {
  name: "test",
  conclusion: "failure",
  head_sha: "b".repeat(40),
  head_branch: "main",
  html_url: "https://example.com/r/1",
};

describe("eventOfGithub", () => {
  it("keeps of a pull request what an agent needs, and the delivery as its id", () => {
    expect(of("pull_request", { action: "opened", repository, pull_request: pull })).toEqual({
      id: "github:d-1",
      type: "pr_opened",
      source: "github",
      details: {
        githubEvent: "pull_request",
        action: "opened",
        repository: "acme/shop",
        number: 12,
        title: "Add CSV",
        body: "As discussed",
        url: "https://example.com/acme/shop/pull/12",
        branch: "csv",
        base: "main",
        commit: "a".repeat(40),
      },
    });
  });

  it.each([
    ["pull_request", { action: "reopened", pull_request: pull }, "pr_opened"],
    ["pull_request", { action: "ready_for_review", pull_request: pull }, "pr_opened"],
    ["pull_request", { action: "synchronize", pull_request: pull }, "pr_updated"],
    ["pull_request", { action: "closed", pull_request: pull }, "pr_closed"],
    ["pull_request", { action: "closed", pull_request: { ...pull, merged: true } }, "pr_merged"],
    ["pull_request", { action: "labeled", pull_request: pull }, "github.pull_request.labeled"],
    ["check_run", { action: "completed", check_run: run }, "test_failed"],
    ["check_suite", { action: "completed", check_suite: { ...run, conclusion: "timed_out" } }, "test_failed"],
    ["workflow_run", { action: "completed", workflow_run: run }, "test_failed"],
    [
      "workflow_run",
      { action: "completed", workflow_run: { ...run, conclusion: "success" } },
      "github.workflow_run.completed",
    ],
    ["workflow_run", { action: "requested", workflow_run: run }, "github.workflow_run.requested"],
    ["dependabot_alert", { action: "created", alert: { number: 3 } }, "security_alert"],
    ["code_scanning_alert", { action: "appeared_in_branch", alert: { number: 3 } }, "security_alert"],
    ["secret_scanning_alert", { action: "created", alert: { number: 3, secret_type: "aws" } }, "security_alert"],
    ["dependabot_alert", { action: "fixed", alert: { number: 3 } }, "github.dependabot_alert.fixed"],
    ["issues", { action: "opened", issue: { number: 1, labels: [{ name: "performance" }] } }, "performance_issue"],
    ["issues", { action: "opened", issue: { number: 1, labels: [{ name: "question" }] } }, "github.issues.opened"],
    ["push", { ref: "refs/heads/main" }, "github.push"],
  ])("calls %s %j %s", (event, payload, type) => {
    expect(of(event, payload).type).toBe(type);
  });

  it("says of an alert how bad it is, and where", () => {
    const alert = {
      number: 5,
      security_advisory: { summary: "Prototype pollution", severity: "high" },
      dependency: { package: { name: "left-pad" }, manifest_path: "package.json" },
    };
    expect(of("dependabot_alert", { action: "created", alert }).details).toMatchObject({
      severity: "high",
      summary: "Prototype pollution",
      dependency: "left-pad",
      manifest: "package.json",
    });
  });

  it("names each path of a push once", () => {
    const commits = [
      { added: ["a.ts"], modified: ["b.ts"], removed: [] },
      { modified: ["a.ts"], removed: ["c.ts"] },
    ];
    expect(of("push", { ref: "refs/heads/main", after: "c".repeat(40), commits }).details).toMatchObject({
      branch: "refs/heads/main",
      paths: ["a.ts", "b.ts", "c.ts"],
    });
  });

  it("makes a valid and small event of whatever is sent", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.jsonValue(),
        fc.constantFrom("action", "pull_request", "check_run", "alert", "issue", "commits"),
        (event, drawn, field) => {
          const payload = JSON.parse(JSON.stringify({ action: "opened", [field]: drawn })) as Json;
          const made = of(event, payload);
          expect(workflowEventSchema.safeParse(made).error).toBeUndefined();
          expect(
            workflowEventSchema.safeParse(of(event, JSON.parse(JSON.stringify(drawn)) as Json)).error,
          ).toBeUndefined();
        },
      ),
    );
    expect(
      JSON.stringify(of("issues", { action: "opened", issue: { body: "x".repeat(1_000_000) } })).length,
    ).toBeLessThan(3_000);
  });
});
