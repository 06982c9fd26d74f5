/** Gives each event to whom it concerns: one agent, one with a prompt of its own, or a pattern. */
import { eventRouter, sequentialPipeline } from "tutti";

export const react = eventRouter({
  name: "react",
  handlers: {
    test_failed: async (flow, { details }) => {
      const { last } = await sequentialPipeline(flow, {
        input: details,
        stages: [
          { name: "cause", agent: "analyzer", access: "read", prompt: "Why does this test fail?" },
          { name: "fix", agent: "bug-fixer", prompt: "Mend the cause." },
        ],
      });
      return last;
    },
    "github.pull_request.*": { agent: "code-reviewer", access: "read", prompt: "Review this pull request." },
    security_alert: "security-auditor",
  },
});
