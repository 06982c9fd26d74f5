/**
 * A model file in the format GGUF 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): a llama with one layer and random
 * weights. It is 150 kB, knows single characters only, and says nonsense: enough to load, stream and follow a grammar.
 */
const width = 32;
const heads = 2;
const innerWidth = 64;
const contextTokens = 512;
const alignment = 32;

const valueTypes = { uint32: 4, float32: 6, string: 8, array: 9, int32: 5 } as const;
const tokenTypes = { normal: 1, unknown: 2, control: 3, unused: 5, byte: 6 } as const;

type Token = { readonly text: string; readonly type: number };
type Tensor = { readonly name: string; readonly shape: readonly number[] };

/** Appends numbers and texts as the format wants them: little-endian, texts with their length before them. */
class Writer {
  readonly #parts: Buffer[] = [];
  size = 0;

  bytes(part: Buffer): void {
    this.#parts.push(part);
    this.size += part.length;
  }
  uint32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.bytes(part);
  }
  uint64(value: number): void {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    this.bytes(part);
  }
  float32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeFloatLE(value);
    this.bytes(part);
  }
  text(value: string): void {
    const part = Buffer.from(value);
    this.uint64(part.length);
    this.bytes(part);
  }
  align(): void {
    this.bytes(Buffer.alloc(paddedSize(this.size) - this.size));
  }
  all(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

const paddedSize = (size: number): number => Math.ceil(size / alignment) * alignment;

type Metadata = {
  readonly numbers: Readonly<Record<string, number>>;
  readonly texts: Readonly<Record<string, string>>;
};

export function tinyGguf(): Buffer {
  const tokens = vocabulary();
  const tensors = tensorsFor(tokens.length);
  const { numbers, texts } = metadataFor(tokens.length);
  const epsilon = "llama.attention.layer_norm_rms_epsilon";
  const writer = new Writer();
  writer.bytes(Buffer.from("GGUF"));
  writer.uint32(3);
  writer.uint64(tensors.length);
  writer.uint64(Object.keys(numbers).length + Object.keys(texts).length + 4);
  const entry = (key: string, type: keyof typeof valueTypes): void => {
    writer.text(key);
    writer.uint32(valueTypes[type]);
  };
  const list = <Item>(
    key: string,
    type: keyof typeof valueTypes,
    items: readonly Item[],
    write: (item: Item) => void,
  ) => {
    entry(key, "array");
    writer.uint32(valueTypes[type]);
    writer.uint64(items.length);
    for (const item of items) write(item);
  };
  for (const [key, value] of Object.entries(texts)) {
    entry(key, "string");
    writer.text(value);
  }
  for (const [key, value] of Object.entries(numbers)) {
    entry(key, "uint32");
    writer.uint32(value);
  }
  entry(epsilon, "float32");
  writer.float32(1e-5);
  list("tokenizer.ggml.tokens", "string", tokens, ({ text }) => writer.text(text));
  list("tokenizer.ggml.scores", "float32", tokens, () => writer.float32(0));
  list("tokenizer.ggml.token_type", "int32", tokens, ({ type }) => writer.uint32(type));
  writeTensors(writer, tensors);
  return writer.all();
}

function metadataFor(vocabularySize: number): Metadata {
  return {
    texts: {
      "general.architecture": "llama",
      "general.name": "tiny-random",
      "tokenizer.ggml.model": "llama",
      "tokenizer.chat_template":
        "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}[assistant] ",
    },
    numbers: {
      "general.alignment": alignment,
      "llama.context_length": contextTokens,
      "llama.embedding_length": width,
      "llama.block_count": 1,
      "llama.feed_forward_length": innerWidth,
      "llama.attention.head_count": heads,
      "llama.attention.head_count_kv": heads,
      "llama.rope.dimension_count": width / heads,
      "llama.vocab_size": vocabularySize,
      "tokenizer.ggml.unknown_token_id": 0,
      "tokenizer.ggml.bos_token_id": 1,
      "tokenizer.ggml.eos_token_id": 2,
    },
  };
}

/** The three that every llama has, one for each byte, and one for each printable character. */
function vocabulary(): readonly Token[] {
  const special = [
    { text: "<unk>", type: tokenTypes.unknown },
    { text: "<s>", type: tokenTypes.control },
    { text: "</s>", type: tokenTypes.control },
  ];
  const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
  const bytes = Array.from({ length: 256 }, (_, byte) => ({ text: `<0x${hex(byte)}>`, type: tokenTypes.byte }));
  const printable = Array.from({ length: 94 }, (_, at) => ({
    text: String.fromCharCode(33 + at),
    type: tokenTypes.normal,
  }));
  const blank = { text: "\u2581", type: tokenTypes.normal };
  return [...special, ...bytes, blank, ...printable];
}

function tensorsFor(vocabularySize: number): readonly Tensor[] {
  const square = [width, width];
  return [
    { name: "token_embd.weight", shape: [width, vocabularySize] },
    { name: "blk.0.attn_norm.weight", shape: [width] },
    ...["attn_q", "attn_k", "attn_v", "attn_output"].map((part) => ({ name: `blk.0.${part}.weight`, shape: square })),
    { name: "blk.0.ffn_norm.weight", shape: [width] },
    { name: "blk.0.ffn_gate.weight", shape: [width, innerWidth] },
    { name: "blk.0.ffn_up.weight", shape: [width, innerWidth] },
    { name: "blk.0.ffn_down.weight", shape: [innerWidth, width] },
    { name: "output_norm.weight", shape: [width] },
    { name: "output.weight", shape: [width, vocabularySize] },
  ];
}

const float32 = 0;

function writeTensors(writer: Writer, tensors: readonly Tensor[]): void {
  let offset = 0;
  for (const { name, shape } of tensors) {
    writer.text(name);
    writer.uint32(shape.length);
    for (const length of shape) writer.uint64(length);
    writer.uint32(float32);
    writer.uint64(offset);
    offset += paddedSize(countOf(shape) * 4);
  }
  const random = weights();
  for (const { shape } of tensors) {
    writer.align();
    // Norms scale: they are one.
    for (let at = 0; at < countOf(shape); at += 1) writer.float32(shape.length === 1 ? 1 : random());
  }
  writer.align();
}

const countOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Always the same ones: xorshift32 (Marsaglia 2003), around zero. */
function weights(): () => number {
  let state = 2_463_534_242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32 - 0.5) * 0.6;
  };
}
