import { isSecretVariable } from "./secret-patterns.ts";
import { redactedMark } from "./port.ts";

/** Shorter values of secret variables are not looked for: they would hit harmless text. */
const shortestSecret = 8;

/** The value of a secret variable in every form that it is known to appear in. None where the variable holds no secret. */
export function secretForms(name: string, value: string | undefined): readonly string[] {
  if (value === undefined || value.length < shortestSecret || !isSecretVariable(name)) return [];
  const json = JSON.stringify(value).slice(1, -1);
  const uri = encodeURIComponent(value.toWellFormed());
  const forms = [
    value,
    json,
    // A JSON text within another.
    JSON.stringify(json).slice(1, -1),
    // Go's and Gson's encoders.
    escaped(json, /[<>&]/g),
    escaped(json, /[<>&='+]/g),
    uri,
    // What a form sends.
    uri.replaceAll("%20", "+"),
    ...base64Forms(value),
  ];
  return [...new Set(forms)].filter((form) => !form.includes(redactedMark) && !redactedMark.includes(form));
}

const escaped = (json: string, special: RegExp): string =>
  json.replaceAll(special, (char) => String.raw`\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * What base64 makes of a text that holds the value, whatever stands before and behind it: three bytes become four characters, so
 * there are three ways to begin. Characters that depend on the neighbours are left out.
 */
function base64Forms(value: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString("base64").slice(from, to), bytes.toString("base64url").slice(from, to)];
  });
}
