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

const keyName = "[A-Z ]*PRIVATE KEY(?: BLOCK)?";
/** A line break, as it is or written as `\n`, and what stands before a line in a patch or a quotation. */
const betweenLines = "(?:[\\s>|-]|\\\\+[nr])*";

/** A whole private key block; also one that is cut off, and one in a patch. */
const privateKey: SecretPattern = {
  needles: ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"],
  pattern: new RegExp(
    `${armor}BEGIN ${keyName}${armor}` +
      `(?:(?:[^-]|-(?!----)|-(?=${armor}END)){0,16384}${armor}END ${keyName}${armor}|(?:${betweenLines}[A-Za-z0-9+/=]{16,})*)`,
    "g",
  ),
};

/** Tokens that say by their beginning whose they are. */
const prefixed: readonly SecretPattern[] = [
  { needles: ["sk-"], pattern: new RegExp(`${notAfterWord}sk-(?:ant-[A-Za-z0-9_-]{4,}|[A-Za-z0-9_-]{16,})`, "g") },
  { needles: ["k_live_", "k_test_"], pattern: new RegExp(`${notAfterWord}[sr]k_(?:live|test)_[A-Za-z0-9]{8,}`, "g") },
  { needles: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], pattern: /gh[pousr]_[A-Za-z0-9]{16,}/g },
  { needles: ["github_pat_"], pattern: /github_pat_[A-Za-z0-9_]{16,}/g },
  { needles: ["gl"], pattern: /gl(?:pat|ptt|rt|dt|soat|cbt)-[A-Za-z0-9_-]{16,}/g },
  { needles: ["pypi-"], pattern: /pypi-[A-Za-z0-9_-]{40,}/g },
  { needles: ["SG."], pattern: new RegExp(`${notAfterWord}SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}`, "g") },
  { needles: ["ya29."], pattern: new RegExp(`${notAfterWord}ya29\\.[A-Za-z0-9_-]{20,}`, "g") },
  { needles: ["GOCSPX-"], pattern: /GOCSPX-[A-Za-z0-9_-]{20,}/g },
  { needles: ["dop_v1_", "shpat_", "shpss_"], pattern: /(?:dop_v1|shpat|shpss)_[a-f0-9]{32,}/g },
  { needles: ["AGE-SECRET-KEY-"], pattern: /AGE-SECRET-KEY-1[A-Z0-9]{40,}/g },
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
    pattern: /((?:KEY|TOKEN|SECRET|PASSWORD)=\\*["']?)[^\s"'\\]{8,}/g,
    replacement: `$1${redactedMark}`,
  },
  {
    // `=` as some programs write it in JSON.
    needles: [String.raw`\u003d`, String.raw`\u003D`],
    pattern: /((?:KEY|TOKEN|SECRET|PASSWORD)\\+u003[dD](?:\\*["'])?)[^\s"'\\]{8,}/g,
    replacement: `$1${redactedMark}`,
  },
  {
    // In YAML and JSON: a long value of all kinds of characters, which no type, name or call is.
    needles: ["KEY", "TOKEN", "SECRET", "PASSWORD"],
    pattern:
      /((?:KEY|TOKEN|SECRET|PASSWORD)(?:\\*["'])?[ \t]*:[ \t]*(?:\\*["'])?)(?=[\w+/=-]*[0-9])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])[\w+/=-]{20,}(?![\w+/=.([{-])/g,
    replacement: `$1${redactedMark}`,
  },
  {
    needles: ["ccess_key", "ccessKey", "ACCESS_KEY"],
    pattern:
      /((?:secret_access_key|SecretAccessKey|secretAccessKey|SECRET_ACCESS_KEY)[\\"' \t]*[:=][\\"' \t]*)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/g,
    replacement: `$1${redactedMark}`,
  },
  {
    needles: ["AccountKey=", "SharedAccessKey="],
    pattern: /((?:Account|SharedAccess)Key=)[A-Za-z0-9+/=]{40,}/g,
    replacement: `$1${redactedMark}`,
  },
  {
    needles: ["hooks.slack.com/services/", "/api/webhooks/"],
    pattern: /(hooks\.slack\.com\/services\/|discord(?:app)?\.com\/api\/webhooks\/)[\w-]+(?:\/[\w-]+)+/g,
    replacement: `$1${redactedMark}`,
  },
  {
    needles: ["?", "&"],
    pattern:
      /([?&](?:access_token|auth_token|api_?key|client_secret|password|secret|token|sig|signature|X-Amz-Signature)=)(?=[A-Za-z._~%+/-]*[0-9])[A-Za-z0-9._~%+/-]{12,}/gi,
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
