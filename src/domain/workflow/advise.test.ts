import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { advise } from "./advise.ts";
import { features } from "./pattern-features.ts";
import { patternNames, type Way } from "./ways.ts";

const labelled: readonly (readonly [Way, string])[] = [
  ["sequential-pipeline", "Analyze the requirements, design the API, implement it and test it"],
  ["sequential-pipeline", "First write a specification of the importer, then build it, then document it"],
  ["sequential-pipeline", "Go step by step: understand the scheduler, propose a design, build it"],
  ["sequential-pipeline", "Design and implement a CSV export, followed by documentation for users"],
  ["sequential-pipeline", "Take the billing feature from requirements to release notes, one after the other"],
  ["fan-out", "Analyze authentication, the database layer, and the API in parallel and combine the findings"],
  ["fan-out", "Review this change from different perspectives"],
  ["fan-out", "Have three reviewers look at the pull request for security, performance and style"],
  ["fan-out", "Explore how login, sessions, and permissions work, independently of one another"],
  ["fan-out", "Compare three approaches to caching side by side"],
  ["conditional-branching", "Look at the failure; if it is a security problem have it audited, otherwise fix it"],
  ["conditional-branching", "Triage the incoming bug reports and route each to the right agent"],
  ["conditional-branching", "Decide whether the module needs a rewrite or a patch and do that"],
  ["conditional-branching", "Depending on the severity of what the analysis finds, fix, report or ignore it"],
  ["conditional-branching", "Classify the request and answer questions, but turn feature wishes into a design"],
  ["iterative-refinement", "Improve test coverage until it reaches 90 %"],
  ["iterative-refinement", "Keep improving the landing page copy until a reviewer gives it 8 of 10"],
  ["iterative-refinement", "Optimize the query planner so that p95 latency is below 200 ms"],
  ["iterative-refinement", "Iterate on the parser's error messages with a reviewer"],
  ["iterative-refinement", "Raise the Lighthouse score of the home page to at least 95 points"],
  ["supervisor", "Build a complete task management application with accounts and billing"],
  ["supervisor", "Coordinate a team of agents that brings the project to release quality"],
  ["supervisor", "Develop a multiplayer game from scratch"],
  ["supervisor", "Rewrite the entire system in Rust; supervise the work until every acceptance criterion holds"],
  ["event-driven", "Whenever a pull request is opened, review it"],
  ["event-driven", "When a test fails on main, have a bug-fixer look at it"],
  ["event-driven", "Check the dependencies for known vulnerabilities every night"],
  ["event-driven", "React to GitHub webhooks for security alerts"],
  ["event-driven", "Review the code automatically on every push"],
  ["map-reduce", "Summarize all 240 modules and write one report"],
  ["map-reduce", "Translate every page of the documentation to German"],
  ["map-reduce", "Add a licence header to each file in src and list those that have another"],
  ["map-reduce", "Find uses of the deprecated client across the monorepo and report statistics per package"],
  ["map-reduce", "Process hundreds of support tickets in batches and find common patterns"],
  ["saga", "Migrate the database schema and deploy the services; roll back everything if a step fails"],
  ["saga", "Provision the account, the bucket and the DNS entry, all or nothing"],
  ["saga", "Release to production with compensation for each step that was done"],
  ["saga", "Split the orders table in a reversible way and undo it if any step fails"],
  ["one-agent", "Fix the typo in README.md"],
  ["one-agent", "Rename the variable cnt to count"],
  ["one-agent", "Fix the race condition in the session cache"],
  ["one-agent", "Add a --json flag to the list command"],
  ["one-agent", "Refactor the Tokenizer class in src/tokenizer.ts"],
  ["one-agent", "Explain how the retry policy works"],
  ["one-agent", "Bump the version and update the changelog"],
  ["one-agent", "Why is the build slow?"],
  ["sequential-pipeline", "Write a design doc for rate limiting and implement it, then write the tests"],
  ["sequential-pipeline", "Research OAuth libraries, then pick one and integrate it"],
  ["sequential-pipeline", "Clean the data, transform it to parquet and then load it"],
  ["fan-out", "Get a security audit, an accessibility audit and a performance audit of the checkout page"],
  ["fan-out", "Investigate the outage from the logs, the metrics and the recent commits at once"],
  ["conditional-branching", "If the tests are red fix them, else bump the version and tag"],
  ["conditional-branching", "Look at the stack trace and pick the right specialist for it"],
  ["iterative-refinement", "Reduce the bundle size below 150 kb"],
  ["iterative-refinement", "Fix the flaky tests until the suite passes ten times in a row"],
  ["iterative-refinement", "Polish the onboarding text with a critic and a writer taking turns"],
  ["supervisor", "Build a SaaS platform for gym bookings"],
  ["supervisor", "Modernize our legacy PHP shop, including infrastructure, with several teams of agents"],
  ["event-driven", "On failed CI runs open a fix"],
  ["event-driven", "Every Monday at 9 summarize the open issues"],
  ["event-driven", "Watch the performance dashboard and optimize when a regression appears"],
  ["map-reduce", "Convert all our class components to hooks"],
  ["map-reduce", "Check 500 config files for secrets and produce an overview"],
  ["map-reduce", "Document every exported function"],
  [
    "saga",
    "Rename the customer service everywhere, including DNS and the database, and revert it all if something breaks",
  ],
  ["saga", "Upgrade Postgres from 14 to 17 with a way back"],
  ["one-agent", "Correct the date format in the invoice"],
  ["one-agent", "The login button does nothing on Safari, fix it"],
  ["one-agent", "Write a function that validates IBANs"],
  [
    "plan",
    "Let people sign in with their company account, invite colleagues with different rights, and show an audit trail to administrators",
  ],
];

describe("advise", () => {
  it.each(labelled)("takes %s for: %s", (way, goal) => {
    const advice = advise(goal);
    expect(advice.way, JSON.stringify(advice, null, 1)).toBe(way);
  });

  it("has goals for every pattern", () => {
    expect(new Set(labelled.map(([way]) => way))).toEqual(new Set([...patternNames, "one-agent", "plan"]));
  });

  it("gives the goal's own words as reasons", () => {
    const { reasons, confidence } = advise("Improve test coverage until it reaches 90 %");
    expect(reasons.map(({ words }) => words)).toContain("until");
    expect(confidence).toBe("clear");
  });

  it("says when one agent is better than many, and why", () => {
    const advice = advise("Fix the typo in README.md");
    expect(advice.oneAgent.join("\n")).toContain('"typo": it is a small change');
    expect(advise("Analyze auth, billing, and search in parallel").oneAgent.join("\n")).toContain("30 %");
  });

  it("names the others that something speaks for, the strongest first", () => {
    const { way, runnersUp } = advise("Review all 30 services in parallel and roll back everything if any step fails");
    const scores = runnersUp.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect([way, ...runnersUp.map((other) => other.way)]).toEqual(
      expect.arrayContaining(["saga", "fan-out", "map-reduce"]),
    );
  });

  it("says that it is unsure where hardly anything speaks for a way", () => {
    expect(advise("Make it nice").confidence).toBe("unsure");
    expect(advise("").way).toBe("one-agent");
  });

  it("never throws and its reasons add up, whatever the goal", () => {
    const words = fc.constantFrom(
      "if",
      "all",
      "files",
      "then",
      "until",
      "90",
      "%",
      "review",
      ",",
      "and",
      "rollback",
      "x".repeat(50),
      "when a",
      "fails",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 400 }),
          fc.array(words, { maxLength: 200 }).map((list) => list.join(" ")),
        ),
        (goal) => {
          const advice = advise(goal);
          expect(advice.score).toBe(advice.reasons.reduce((sum, { weight }) => sum + weight, 0));
          expect(advise(goal)).toEqual(advice);
        },
      ),
    );
  });

  it("reads a goal of 200,000 characters", () => {
    for (const part of ["review a, ", "if ", "first then ", "all the ", "from spec "]) advise(part.repeat(20_000));
    expect(features.length).toBeGreaterThan(30);
  });
});
