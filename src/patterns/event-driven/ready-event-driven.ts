import { eventRouter } from "./event-router.ts";
import type { EventHandler } from "./handle-event.ts";

const reviewer = (what: string): EventHandler => ({
  agent: "code-reviewer",
  access: "read",
  prompt: `${what} Review it: name what is wrong, where, how bad it is, and what to do about it.`,
});

/** `tutti workflow run event-driven`: the events that a project knows anyway, each with the agent whose work it is. */
export const readyEventDriven = eventRouter({
  name: "event-driven",
  description: "Gives an event to the agent whose work it is: changed files, failed tests, pull requests, alerts",
  handlers: {
    file_changed: reviewer("Files of the project were changed."),
    pr_opened: reviewer("A pull request was opened."),
    "github.pull_request.*": reviewer("Something happened to a pull request."),
    test_failed: {
      agent: "bug-fixer",
      prompt: "A test fails. Find the cause and repair it; change no test to make it pass.",
    },
    security_alert: {
      agent: "security-auditor",
      access: "read",
      prompt: "There is a security alert. Find out whether the project is affected, where, and what has to be done.",
    },
    performance_issue: {
      agent: "optimizer",
      prompt: "Something is too slow. Find what takes the time and make it faster, without changing what it does.",
    },
    cron: {
      agent: "analyzer",
      access: "read",
      prompt: "It is time for a regular look at the project. Say what needs attention, most urgent first.",
    },
  },
});
