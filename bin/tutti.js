#!/usr/bin/env node
// Plain JavaScript that any Node can read: it must be able to say that this Node is too old.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(
    `error: Tutti needs Node.js 24 or newer; this is ${process.version}\n` +
      "hint: install Node.js 24 (nodejs.org), or in a clone of Tutti use npx tutti, which brings its own\n",
  );
  process.exit(2);
}
const { enableCompileCache } = await import("node:module");
enableCompileCache();
const { main } = await import("../dist/cli/main.js");
await main(process.argv);
