import { workflow } from "tutti";
import { z } from "zod";

const names = z.array(z.string());

export default workflow("check-files", { input: names, output: names }, (flow, files) =>
  flow.pipeline(
    files,
    (file) => flow.agent("code-reviewer", { prompt: `Review bench file ${file} for defects.`, access: "read" }),
    (finding) => flow.agent("code-reviewer", { prompt: `Verify this: ${finding}`, access: "read" }),
  ),
);
