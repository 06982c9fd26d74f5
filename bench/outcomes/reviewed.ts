import type { JudgedOutcome } from "../../test/outcomes/judge-outcome.ts";
import { endsOf } from "../../test/outcomes/score-outcomes.ts";

export const reviewHead = [
  "| outcomes | judged by | bad | **completed** | asked about | refused | good | completed | asked about | refused | precision | recall |",
  `|---|---|${"---:|".repeat(10)}`,
].join("\n");

/** What a review makes of outcomes, with the rules before it or without. */
export function reviewRow(title: string, by: string, judged: readonly JudgedOutcome[]): string {
  const of = (label: "good" | "bad"): readonly JudgedOutcome[] =>
    judged.filter(({ outcome }) => outcome.label === label);
  const kindOf = ({ withReview }: JudgedOutcome): string => withReview.kind;
  const [bad, good] = [endsOf(of("bad"), kindOf), endsOf(of("good"), kindOf)];
  const [caught, alarms] = [bad.asked + bad.refused, good.asked + good.refused];
  const cells = [of("bad").length, bad.accepted, bad.asked, bad.refused];
  const others = [of("good").length, good.accepted, good.asked, good.refused];
  const shares = [caught / (caught + alarms), caught / of("bad").length].map((share) => share.toFixed(3));
  return `| ${[title, by, ...cells, ...others, ...shares].join(" | ")} |`;
}

/** By name: bad work that was completed in spite of the review. */
export const completedThoughBad = (judged: readonly JudgedOutcome[]): readonly string[] =>
  judged
    .filter(({ outcome, withReview }) => outcome.label === "bad" && withReview.kind === "accept")
    .map(({ outcome }) => outcome.name);
