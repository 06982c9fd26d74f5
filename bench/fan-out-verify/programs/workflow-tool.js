export const meta = { name: "check-files", description: "Reviews files and verifies what is found" };
const verdicts = await pipeline(
  args.files,
  (file) => agent(`Review bench file ${file} for defects.`, { label: file }),
  (finding) => agent(`Verify this: ${finding}`, { label: "verify" }),
);
return { verdicts };
