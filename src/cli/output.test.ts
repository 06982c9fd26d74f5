import { execa } from "execa";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fakeTerminal } from "./render/display/fake-terminal.fixture.ts";

const program = fileURLToPath(new URL("print-forever.fixture.ts", import.meta.url));

describe("the output of a process", () => {
  it("ends without a crash when its reader goes away", async () => {
    const child = execa(process.execPath, [program], { reject: false, buffer: { stdout: false } });
    const { stdout } = child;
    await once(stdout, "readable");
    stdout.destroy();
    const { exitCode, stderr } = await child;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining("EPIPE") as unknown });
  });

  it("knows the terminal's size as it is now", () => {
    const { output, stream } = fakeTerminal({ columns: 100, rows: 30 });
    expect([output.columns, output.rows, output.isTty]).toEqual([100, 30, true]);
    Object.assign(stream, { columns: 0, rows: 0 });
    expect([output.columns, output.rows]).toEqual([80, 24]);
  });

  it("lends the terminal to one drawer at a time", () => {
    const { output, written } = fakeTerminal();
    const printed: string[] = [];
    const giveBackFirst = output.takeScreen((text) => void printed.push(`first ${text}`));
    const giveBackSecond = output.takeScreen((text) => void printed.push(`second ${text}`));
    giveBackFirst();
    output.stdout("a");
    giveBackSecond();
    output.stdout("b");
    expect([printed, written()]).toEqual([["second a"], "b"]);
  });
});
