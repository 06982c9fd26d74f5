import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../domain/json.ts";
import { createRedactor } from "./redact.ts";

const { redact, redactJson } = createRedactor({});

const chars = (alphabet: string, min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...alphabet.split("")), minLength: min, maxLength: max });
const lower = "abcdefghijklmnopqrstuvwxyz";
const word = `${lower}${lower.toUpperCase()}0123456789`;

/** A secret and the part of it that must not be readable afterwards. */
type Sample = { readonly text: string; readonly hidden: string };
const whole = (text: string): Sample => ({ text, hidden: text });
const after = (prefix: string, hidden: string, suffix = ""): Sample => ({
  text: `${prefix}${hidden}${suffix}`,
  hidden,
});

const privateKeyBlock = (kind: string, body: string, lineBreak: string): Sample => ({
  text: [`-----BEGIN ${kind}PRIVATE KEY-----`, body, `-----END ${kind}PRIVATE KEY-----`].join(lineBreak),
  hidden: body,
});

const secret: fc.Arbitrary<Sample> = fc.oneof(
  chars(`${word}_-`, 20, 100).map((key) => whole(`sk-ant-api03-${key}`)),
  chars(word, 20, 60).map((key) => whole(`sk-${key}`)),
  chars(word, 36).map((key) => whole(`ghp_${key}`)),
  chars(`${word}_`, 40, 82).map((key) => whole(`github_pat_${key}`)),
  chars(`${word}-`, 20, 60).map((key) => whole(`xoxb-${key}`)),
  chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16).map((key) => whole(`AKIA${key}`)),
  chars(`${word}._~+/-`, 16, 60).map((token) => after("Bearer ", token)),
  chars(`${word}!$%*@`, 1, 30).map((password) => after("postgres://someone:", `${password}#1`, "@db:5432/app")),
  fc
    .tuple(
      fc.constantFrom("", "RSA ", "OPENSSH ", "EC "),
      chars(`${word}+/=`, 64, 300),
      fc.constantFrom("\n", "\\n", "\r\n"),
    )
    .map(([kind, body, lineBreak]) => privateKeyBlock(kind, body, lineBreak)),
);

describe("redact", () => {
  test("hides every kind of secret wherever it stands in a text", () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), ({ text, hidden }, before, behind) => {
        expect(redact(`${before} ${text} ${behind}`)).not.toContain(` ${hidden} `);
        expect(redact(`before "${text}" behind`)).not.toContain(hidden);
      }),
    );
  });

  test("keeps what stands around a secret", () => {
    expect(redact("push to https://jo:hunter2@host/r failed (key sk-ant-api03-abcdefgh12345678)")).toBe(
      "push to https://jo:[redacted]@host/r failed (key [redacted])",
    );
  });

  test("is idempotent", () => {
    const piece = fc.oneof(
      secret.map(({ text }) => text),
      fc.string(),
      fc.constantFrom("[redacted]", "[redact", "ed]", "Bearer ", "KEY=", "://a:", "@", "-----", '"', "\\n"),
    );
    const environment = { A_TOKEN: "[redacted", B_KEY: "redacted]]", C_SECRET: "tedAKIA0", D_PASSWORD: "redacted" };
    const redactors = [redact, createRedactor(environment).redact];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(...redactors), (pieces, redactOne) => {
        const once = redactOne(pieces.join(""));
        expect(redactOne(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    "the task-runner risk-assessment-of-everything desk-lamp",
    "see https://example.org/a:b@c and mail jo@example.org",
    "ssh://git@host/r",
    "Bearer authentication is used",
    "const apiKey: string = readKey();",
    "http://127.0.0.1:8080/path",
    "API_KEY: z.string().min(20)",
    'STORAGE_KEY: "app-settings-v1-of-2024"',
    "API_TOKEN: process.env.API_TOKEN2",
    "/list?sort_key=name&token=${token}&key=1",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
  ])("leaves harmless text alone: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("hides a key block that is cut off, and not the words after it", () => {
    const cut = `-----BEGIN RSA PRIVATE KEY-----\n${"A1b2".repeat(16)}\n${"C3d4".repeat(16)}\nand then it stopped`;
    expect(redact(cut)).toBe("[redacted]\nand then it stopped");
  });

  test("a text full of key block beginnings is redacted in linear time", () => {
    const hostile = "-----BEGIN PRIVATE KEY-----\n".repeat(20_000);
    expect(redact(hostile)).not.toContain("BEGIN");
  });

  const body = ["A1b2".repeat(16), "C3d4".repeat(16), "E5f6".repeat(9)];
  const block = ["-----BEGIN RSA PRIVATE KEY-----", ...body, "-----END RSA PRIVATE KEY-----"];

  test.each([
    ["of added lines", block.map((line) => `+${line}`).join("\n"), "+[redacted]"],
    ["of removed lines", block.map((line) => `-${line}`).join("\n"), "-[redacted]"],
    ["that is quoted", block.map((line) => `> ${line}`).join("\n"), "> [redacted]"],
    ["whose end is missing, in a patch", `-${block.slice(0, 3).join("\n-")}\n and more`, "-[redacted]\n and more"],
    ["in JSON within JSON", JSON.stringify(JSON.stringify(block.join("\n"))), String.raw`"\"[redacted]\""`],
    [
      "whose beginning is missing",
      `of it\n${block.slice(2).join("\n")}\nmore`,
      `of it\n${"[redacted]\n".repeat(3)}more`,
    ],
    [
      "whose beginning is missing, in a patch",
      `+${block.slice(2).join("\n+")}\n more`,
      "[redacted]\n[redacted]\n+[redacted]\n more",
    ],
  ])("hides a key block %s", (_, text, hidden) => {
    expect(redact(text)).toBe(hidden);
  });

  test("a text full of key block ends is redacted in linear time", () => {
    const hostile = `${"A".repeat(64)}\n-----END PRIVATE KEY-----\n`.repeat(5_000);
    expect(redact(hostile)).not.toContain("AAAA");
  });

  const token = `ghp_${"A1b2C3d4".repeat(4)}`;

  test.each([
    ["colours", `ghp_A1b2\u001B[31mC3d4A1b2C3d4\u001B[0mA1b2C3d4 \u001B[1mend`, /^\[redacted\] end$/],
    ["a link's target", `\u001B]8;;https://x/${token}\u0007here`, /^(?!.*A1b2)/],
  ])("a terminal's %s do not hide a secret", (_, text, shown) => {
    expect(redact(text)).toMatch(shown);
  });

  test("colours of harmless text stay", () => {
    expect(redact("\u001B[32mpassed\u001B[0m")).toBe("\u001B[32mpassed\u001B[0m");
  });

  test.each([
    String.raw`{"run":"export DB_PASSWORD=\"hunter2hunter2\""}`,
    String.raw`DB_PASSWORD\u003dhunter2hunter2`,
    "DB_PASSWORD: hunter2Hunter2Hunter2",
    `"CI_TOKEN": "hunter2Hunter2Hunter2"`,
    `aws_secret_access_key = hunter2/${"Ab1+".repeat(8)}`,
    "AccountKey=hunter2hunter2hunter2hunter2hunter2hunter2==;EndpointSuffix=x",
    "https://hooks.slack.com/services/T0001/B0001/hunter2hunter2",
    "https://api.example.org/v1?user=1&api_key=hunter2hunter2&page=2",
    "pypi-hunter2hunter2hunter2hunter2hunter2hunter2hunter2",
    "glrt-hunter2hunter2hunter2",
  ])("hides %s", (text) => {
    expect(redact(text)).not.toContain("hunter2");
    expect(redact(text)).toContain("[redacted]");
  });

  test("hides an assignment in a dotenv file", () => {
    expect(redact('export STRIPE_KEY="a-b-c-d-e"\nPORT=80800000')).toBe(
      'export STRIPE_KEY="[redacted]"\nPORT=80800000',
    );
  });
});

describe("values of secret variables", () => {
  const environment = {
    OUR_API_KEY: "correct-horse",
    DB_PASSWORD: 'qu"ote\\d pass',
    SHORT_TOKEN: "abc",
    HOME: "/home/someone",
    MAX_OUTPUT_TOKENS: "32000000",
    SIGNING_KEY_FILE: "/etc/keys/signing",
    URL_SECRET: "a b/c?d=e&f",
  };
  const redactor = createRedactor(environment);

  test("are hidden as they are, inside JSON and inside URLs", () => {
    const texts = [
      environment.OUR_API_KEY,
      JSON.stringify(environment.DB_PASSWORD),
      encodeURIComponent(environment.URL_SECRET),
    ];
    expect(texts.map((text) => redactor.redact(text))).toEqual(["[redacted]", '"[redacted]"', "[redacted]"]);
  });

  test("are hidden in base64, whatever stands around them", () => {
    for (const around of ["", "x", "xy", "xyz", "user:"]) {
      const text = Buffer.from(`${around}${environment.OUR_API_KEY}${around}`);
      for (const encoded of [text.toString("base64"), text.toString("base64url")]) {
        expect(Buffer.from(redactor.redact(encoded), "base64").toString()).not.toContain("horse");
      }
    }
  });

  test.each([
    ["JSON within JSON", JSON.stringify(JSON.stringify(environment.DB_PASSWORD))],
    ["the JSON of Gson", String.raw`"a b/c?d\u003de\u0026f"`],
    ["the JSON of Go", String.raw`"a b/c?d=e\u0026f"`],
    ["a form", new URLSearchParams({ x: environment.URL_SECRET }).toString()],
  ])("are hidden in %s", (_, text) => {
    expect(redactor.redact(text)).toContain("[redacted]");
    expect(redactor.redact(text)).not.toMatch(/ote|c\?d|c%3Fd/);
  });

  test("short values, places and counts are not secrets", () => {
    const text = "abc /home/someone 32000000 /etc/keys/signing";
    expect(redactor.redact(text)).toBe(text);
  });

  test("any value of at least 8 characters is hidden whatever characters it has", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: "binary" }), (value) => {
        fc.pre(!"[redacted]".includes(value) && !value.includes("[redacted]"));
        expect(createRedactor({ MY_SECRET: value }).redact(`<${value}>`)).not.toContain(value);
      }),
    );
  });
});

describe("redactJson", () => {
  test("reaches every text, keys too, and keeps the shape", () => {
    const key = "sk-ant-api03-abcdefgh12345678";
    expect(redactJson({ list: [1, key, { [key]: null }], ok: true })).toEqual({
      list: [1, "[redacted]", { "[redacted]": null }],
      ok: true,
    });
  });

  test("hides fields by their name, texts only", () => {
    const value = {
      password: "x",
      api_key: "y",
      accessToken: "z",
      token: 7,
      key: "task-1",
      inputTokens: 5,
      secret: true,
    };
    expect(redactJson(value)).toEqual({
      ...value,
      password: "[redacted]",
      api_key: "[redacted]",
      accessToken: "[redacted]",
    });
  });

  test("is idempotent, and no secret is left in the serialized value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), secret, (value, { text, hidden }) => {
        const input: Json = JSON.parse(JSON.stringify({ value, deep: [{ text }] }));
        const once = redactJson(input);
        expect(redactJson(once)).toEqual(once);
        expect(JSON.stringify(once)).not.toContain(JSON.stringify(hidden).slice(1, -1));
      }),
    );
  });
});
