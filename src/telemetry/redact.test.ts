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
