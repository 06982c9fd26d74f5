import { createHmac, timingSafeEqual } from "node:crypto";

/** Where a signature may stand: GitHub's header, and one for everybody else. */
export const signatureHeaders = ["X-Hub-Signature-256", "X-Tutti-Signature-256"] as const;

const form = /^sha256=([0-9a-f]{64})$/i;

/** What a sender has to send: HMAC-SHA256 of the body's bytes. */
export const signatureOf = (body: Uint8Array, secret: string): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/** Whether a body was signed with the secret. Takes as long for a wrong signature as for a right one. */
export function isSigned(body: Uint8Array, secret: string, signature: string | undefined): boolean {
  const hex = form.exec(signature ?? "")?.[1];
  if (hex === undefined) return false;
  const expected = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(hex, "hex"));
}
