import { isExample, isForTests, isProse } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** Replaces what it holds for a secret by `mark`. */
export type SecretFinder = { readonly redact: (text: string) => string; readonly mark: string };

/**
 * Secrets in added lines: what the redactor would hide, and literals under a name that says so. Values that are made for
 * examples, or that stood in the file before, are none. The messages hold places only.
 */
export function secretsAdded({ changes }: JudgedWork, finder: SecretFinder): readonly RuleFinding[] {
  return changes
    .filter(({ status }) => status !== "deleted")
    .flatMap((file) => [...inFile(file, finder), ...byName(file)]);
}

function inFile(file: ChangedFile, finder: SecretFinder): readonly RuleFinding[] {
  if (isLockFile(file.path)) return [];
  const before = removedOf(file).join("\n");
  const isNew = (one: Candidate): boolean => !before.includes(one.value) && !isPlaceholder(one, file.path);
  const found = [
    ...keyBlocks(file),
    ...addedOf(file).flatMap((line) => candidates(line, { path: file.path, finder })),
  ].filter(isNew);
  const sure = found.find((one) => one.isSure || !isHarmlessPlace(file.path));
  if (sure !== undefined) {
    const message = `${file.path}:${sure.number} holds a secret. Take it out and read it from the environment; it must not be committed.`;
    return [{ code: "secret-added", path: file.path, message }];
  }
  const [first] = found;
  if (first === undefined) return [];
  return [{ code: "secret-looking", path: file.path, message: `${file.path}:${first.number} might hold a secret.` }];
}

type Candidate = {
  readonly number: number;
  readonly value: string;
  /** Its form says whose it is: no example would look like that. */
  readonly isSure: boolean;
};

type Line = { readonly number: number; readonly text: string };

type Where = { readonly path: string; readonly finder: SecretFinder };

function candidates({ number, text }: Line, { path, finder }: Where): readonly Candidate[] {
  if (text.length > maxLineLength) return [];
  const hidden = hiddenParts(text, finder).flatMap((part) => {
    const value = part.replace(/^["'\s]+|["'\s]+$/g, "");
    const before = text.slice(0, text.indexOf(part));
    if (isReference(value) || isWeak(value, before)) return [];
    return [{ number, value, isSure: sureForm.test(value) || (!isForTests(path) && isLiveToken(value, before)) }];
  });
  return [...hidden, ...webhooks({ number, text }), ...literals({ number, text }, path)];
}

/** Whoever knows such an address may write there. */
const webhooks = ({ number, text }: Line): readonly Candidate[] =>
  [
    ...text.matchAll(
      /hooks\.slack\.com\/services\/(T\w+\/B\w+\/\w{16,})|discord(?:app)?\.com\/api\/webhooks\/(\d+\/[\w-]{30,})/g,
    ),
  ].map(({ 1: slack, 2: discord = "" }) => ({ number, value: slack ?? discord, isSure: true }));

/** Minified code is full of what looks like anything. */
const maxLineLength = 4_000;

const sureForm =
  /^(?:sk-ant-|sk-proj-|[sr]k_live_|gh[pousr]_|github_pat_|glpat-|npm_|hf_|xox[a-z]-|xapp-|A(?:KIA|SIA)|AIza)/;

const webToken = /^eyJ[\w-]{8,}\.(eyJ[\w-]{8,})\.[\w-]{20,}$/;

/**
 * A signed web token, or an opaque one after `Bearer`: it opens something for whoever reads it, in a guide as in a program.
 * Tests sign their own.
 */
function isLiveToken(value: string, before: string): boolean {
  const token = value.replace(/^Bearer\s+/i, "");
  const [, claims] = webToken.exec(token) ?? [];
  if (claims !== undefined)
    return !madeUp.test(decoded(claims)) && !/john doe|jane|alice|\bbob\b|user-?\d/i.test(decoded(claims));
  const isBearer = token !== value || /\bBearer\s+$/i.test(before);
  return (
    isBearer &&
    token.length >= 24 &&
    /[0-9]/.test(token) &&
    /[A-Za-z]/.test(token) &&
    variety(token) > 3.8 &&
    !madeUp.test(token)
  );
}

/** A sentence in base64 is no key. */
const isPlainText = (text: string): boolean => text !== "" && /^[\x20-\x7E\s]+$/.test(text);

/** Of base64url; what is none decodes to nothing that says anything. */
function decoded(text: string): string {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  try {
    return atob(plain);
  } catch (error) {
    if (error instanceof DOMException) return "";
    throw error;
  }
}

/** What stood where the redactor put its marks. */
function hiddenParts(text: string, { redact, mark }: SecretFinder): readonly string[] {
  const redacted = redact(text);
  if (redacted === text) return [];
  const parts: string[] = [];
  let at = 0;
  const kept = redacted.split(mark);
  for (const [index, piece] of kept.entries()) {
    const from = index === kept.length - 1 && piece === "" ? text.length : text.indexOf(piece, at);
    if (index > 0 && from > at) parts.push(text.slice(at, from));
    at = Math.max(at, from) + piece.length;
  }
  return parts;
}

/** A variable, a call or a gap to be filled in: no value. */
const isReference = (value: string): boolean =>
  /^(?:\$|%|<|\{|\[|\(|@|&|\*+$|process\.env|os\.(?:environ|getenv)|env[.[(]|import\.meta|ENV\[|config[.[(]|self\.|this\.|settings\.)|\$\{|\{\{|<[A-Za-z_-]+>|%[sdv]|getenv|\)$/.test(
    value,
  );

/** After `user:` in a URL, or after `KEY=`: short words are no secrets, and nor are those of a machine's own database. */
function isWeak(value: string, before: string): boolean {
  if (sureForm.test(value) || value.includes("PRIVATE KEY")) return false;
  if (/:\/\/[^\s]*:$/.test(before)) return value.replace(/@$/, "").length < 6 || /^[a-z]{1,12}@?$/i.test(value);
  return variety(value) < 2.8 || value.length < 10 || /^[a-z]+(?:[-_ .][a-z]+)*$/i.test(value);
}

/** In bits for each character (Shannon). */
function variety(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

const secretName =
  /(?:password|passwd|passphrase|secret|api[_-]?key|apikey|access[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|client[_-]?secret|secret[_-]?key|signing[_-]?key|encryption[_-]?key|credentials?|db[_-]?pass|bearer|token)["']?\s*(?::\s*\w+\s*)?(?:=>|[:=]{1,2}|\()\s*(?:new\s+\w+\()?["'`]([^"'`\s]{8,200})["'`]/i;

/** Settings files need no quotation marks. */
const settingName =
  /^\s*(?:export\s+)?["']?[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key(?:[_-]id)?|secret[_-]?key|private[_-]?key|credentials?)["']?\s*[:=]\s*([^\s"'#,]{8,200})\s*(?:#.*)?$/i;
const isSettings = (path: string): boolean =>
  /\.(?:ya?ml|ini|properties|toml|conf|cfg|tfvars|env)$|(?:^|\/)(?:\.env[\w.]*|\.npmrc|\.netrc|\.pypirc|credentials|config)$/i.test(
    path,
  );

/** `apiKey: "…"`: a name that says it, and a value that nobody would write for anything else. */
function literals({ number, text }: Line, path: string): readonly Candidate[] {
  const value = secretName.exec(text)?.[1] ?? (isSettings(path) ? settingName.exec(text)?.[1] : undefined);
  if (value === undefined || isReference(value)) return [];
  const isMixed = /[0-9]/.test(value) && /[A-Za-z]/.test(value);
  const isName =
    /^(?:[a-z]+[A-Z_.-]?)+$|^[A-Z_]+$|^\/|:\/\/|^[\w.-]+\.[a-z]{2,}$|^[a-z]+(?:[-_][a-z0-9]{1,8}){1,4}$/.test(value);
  if (!isMixed || isName || (variety(value) < 3 && !/[!@#$%^&*]/.test(value))) return [];
  return [{ number, value, isSure: false }];
}

const keyBlock = /-{5}BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-{5}((?:\s|\\n|[A-Za-z0-9+/=:,-]|"|'|\+)*)/g;

/** A private key over several lines. A head without a body is what a program looks for in such files. */
function keyBlocks(file: ChangedFile): readonly Candidate[] {
  const lines = addedOf(file);
  const text = lines.map((line) => line.text).join("\n");
  return [...text.matchAll(keyBlock)].flatMap(({ 1: body = "", index }) => {
    const value = ((body.split("-----END")[0] ?? "").match(/[A-Za-z0-9+/=]{16,}/g) ?? []).join("");
    const number = lines[text.slice(0, index).split("\n").length - 1]?.number ?? 1;
    return value.length < 24 || isPlainText(decoded(value)) ? [] : [{ number, value, isSure: true }];
  });
}

/** Somebody is told to put a value there. */
const gap =
  /your[-_ ]?|change[-_ ]?me|replace[-_ ]?me|xxxx|\*\*\*|\.\.\.|…|insert|redacted|placeholder|[-_](?:goes[-_]?)?here\b|todo|^(?:test|mock|stub)$/i;
/** Nobody would write that but to show what such a thing looks like. */
const madeUp =
  /example|sample|dummy|fake|abcdef|123456|987654|deadbeef|foobar|lorem|not[-_]?(?:a[-_]?)?real|test|mock|stub|invalid|p[a@]ssw[o0]rd|secret|qwerty|aaaa|0000|1111/i;

/** In the program itself, and in its settings, also a made-up token is one too many. */
function isPlaceholder({ value, isSure }: Candidate, path: string): boolean {
  if (gap.test(value) || /(.)\1{5,}/.test(value) || variety(value) < 2) return true;
  return isHarmlessPlace(path) ? madeUp.test(value) : !isSure && /example|sample|dummy|fake/i.test(value);
}

const isHarmlessPlace = (path: string): boolean => isForTests(path) || isProse(path) || isExample(path);

const isLockFile = (path: string): boolean =>
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock|Pipfile\.lock)$/.test(
    path,
  );

/** Files that hold nothing but keys, by their names. */
function byName({ path, status }: ChangedFile): readonly RuleFinding[] {
  if (status !== "added" || isForTests(path)) return [];
  if (/(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$|\.(?:p12|pfx|keystore|jks)$/.test(path)) {
    const message = `${path} is a file for private keys. Take it out; it must not be committed.`;
    return [{ code: "secret-added", path, message }];
  }
  const isEnvironment = /(?:^|\/)\.env(?:\.(?:local|production|prod))?$|(?:^|\/)(?:\.npmrc|\.netrc|\.pypirc)$/.test(
    path,
  );
  return isEnvironment ? [{ code: "secret-looking", path, message: `${path} usually holds secrets.` }] : [];
}
