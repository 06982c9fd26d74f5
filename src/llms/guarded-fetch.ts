/** Far more than any answer; a server that never ends would fill the memory before the time is over. */
const defaultMaxBytes = 32 * 1024 * 1024;

/**
 * A fetch for servers that get a key: it follows no redirection, which would take the key to another host, and reads no answer
 * without end.
 */
export const guardedFetch =
  (maxBytes = defaultMaxBytes): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "error" });
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limitedTo(maxBytes)), { status, statusText, headers });
  };

function limitedTo(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new Error(`the answer is larger than ${maxBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
