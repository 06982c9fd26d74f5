/** Shows how each labelled outcome of a folder is judged: `node test/outcomes/show-outcomes.ts test/outcomes/known`. */
import { judgeAll } from "./judge-all.ts";
import { readOutcomes } from "./read-outcomes.ts";

const [folder = "test/outcomes/known", mode] = process.argv.slice(2);
const judged = await judgeAll((await readOutcomes(folder)) ?? [], { proveOnBase: mode === "--prove-on-base" });
for (const { outcome, decision, proof } of judged) {
  const isRight = (decision.kind === "accept") === (outcome.label === "good");
  const notes = proof.quality?.stages.flatMap(({ findings }) =>
    findings.map(({ code, severity }) => `${severity}:${code}`),
  );
  console.log(
    `${isRight ? "ok   " : "WRONG"} ${outcome.label} ${outcome.name} [${proof.quality?.proof?.level ?? "-"}: ${proof.quality?.proof?.says ?? ""}]`,
  );
  if (decision.kind !== "accept") for (const reason of decision.reasons) console.log(`        ${reason}`);
  if (notes !== undefined && notes.length > 0) console.log(`        [${notes.join(" ")}]`);
}
