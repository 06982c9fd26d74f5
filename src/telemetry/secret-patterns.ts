import { redactedMark } from "./port.ts";

export { redactedMark } from "./port.ts";

export type SecretPattern = {
  /** A text without which there can be no match: looked for first, because that is many times faster. */
  readonly needles: readonly string[];
  /** A regular expression with the flag `g`, or the very text. */
  readonly pattern: RegExp | string;
  /** What becomes of a match. Default: the mark alone. */
  readonly replacement?: string;
};

const notAfterWord = "(?<![A-Za-z0-9])";
const armor = "-----";

/** A whole private key block; also one that is cut off, and one whose line breaks are written as `\n`. */
const privateKey: SecretPattern = {
  needles: ["PRIVATE KEY-----"],
  pattern: new RegExp(
    `${armor}BEGIN [A-Z ]*PRIVATE KEY${armor}` +
      `(?:(?:[^-]|-(?!----)){0,16384}${armor}END [A-Z ]*PRIVATE KEY${armor}|(?:(?:\\s|\\\\[nr])*[A-Za-z0-9+/=]{16,})*)`,
    "g",
  ),
};

/** Tokens that say by their beginning whose they are. */
const prefixed: readonly SecretPattern[] = [
  { needles: ["sk-"], pattern: new RegExp(`${notAfterWord}sk-(?:ant-[A-Za-z0-9_-]{4,}|[A-Za-z0-9_-]{16,})`, "g") },
  { needles: ["k_live_", "k_test_"], pattern: new RegExp(`${notAfterWord}[sr]k_(?:live|test)_[A-Za-z0-9]{8,}`, "g") },
  { needles: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], pattern: /gh[pousr]_[A-Za-z0-9]{16,}/g },
  { needles: ["github_pat_"], pattern: /github_pat_[A-Za-z0-9_]{16,}/g },
  { needles: ["glpat-"], pattern: /glpat-[A-Za-z0-9_-]{16,}/g },
  { needles: ["npm_"], pattern: new RegExp(`${notAfterWord}npm_[A-Za-z0-9]{30,}`, "g") },
  { needles: ["hf_"], pattern: new RegExp(`${notAfterWord}hf_[A-Za-z0-9]{30,}`, "g") },
  { needles: ["xox", "xapp-"], pattern: new RegExp(`${notAfterWord}(?:xox[a-z]|xapp)-[A-Za-z0-9-]{8,}`, "g") },
  { needles: ["AKIA", "ASIA"], pattern: new RegExp(`${notAfterWord}A(?:KIA|SIA)[A-Z0-9]{16,}`, "g") },
  { needles: ["AIza"], pattern: new RegExp(`${notAfterWord}AIza[A-Za-z0-9_-]{30,}`, "g") },
  {
    needles: ["eyJ"],
    pattern: new RegExp(`${notAfterWord}eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)?`, "g"),
  },
];

/** Secrets that are known by what stands before them; that part stays readable. */
const announced: readonly SecretPattern[] = [
  {
    needles: ["earer"],
    pattern: /([Bb]earer[ \t]+)(?:[A-Za-z0-9._~+/=-]{16,}|(?=[A-Za-z._~+/=-]*[0-9])[A-Za-z0-9._~+/=-]{8,})/g,
    replacement: `$1${redactedMark}`,
  },
  {
    needles: ["uthorization"],
    pattern: /([Aa]uthorization["']?[ \t]*[:=][ \t]*["']?(?:[Bb]asic|[Tt]oken)[ \t]+)[A-Za-z0-9._~+/=-]{4,}/g,
    replacement: `$1${redactedMark}`,
  },
  {
    needles: ["://"],
    pattern: /(:\/\/[^\s/:@"'<>\\]{0,256}:)[^\s/"'<>\\]{1,512}@/g,
    replacement: `$1${redactedMark}@`,
  },
  { needles: ["://"], pattern: /(:\/\/)[A-Za-z0-9_-]{20,512}@/g, replacement: `$1${redactedMark}@` },
  {
    needles: ["KEY=", "TOKEN=", "SECRET=", "PASSWORD="],
    pattern: /((?:KEY|TOKEN|SECRET|PASSWORD)=["']?)[^\s"'\\]{8,}/g,
    replacement: `$1${redactedMark}`,
  },
];

export const secretPatterns: readonly SecretPattern[] = [privateKey, ...announced, ...prefixed];

/** A field of this name holds a secret, whatever its value looks like. */
export const secretFieldName =
  /^(?:.*[_-])?(?:password|passwd|passphrase|secret|api[_-]?key|authorization|(?:access|auth|refresh|bearer|session)[_-]?token|private[_-]?key|credentials?)$/i;

const secretVariableName = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(?:$|_)/i;
const placeVariableName = /_(?:PATH|FILE|DIR)$/i;

/** Whether an environment variable holds a secret. Counts (`MAX_OUTPUT_TOKENS`) and places (`KEY_FILE`) do not. */
export const isSecretVariable = (name: string): boolean =>
  secretVariableName.test(name) && !placeVariableName.test(name);
