/**
 * Draws captured terminal text with its colours as an SVG picture: `tmux capture-pane -e -p | node scripts/terminal-svg.ts`.
 * An argument is the picture's title for those who can't see it.
 */
import { text as readAll } from "node:stream/consumers";

type Look = { readonly colour: string | undefined; readonly isBold: boolean; readonly isDim: boolean };

/** A piece of one line that looks the same all along. */
export type Piece = Look & { readonly column: number; readonly text: string };

const plain: Look = { colour: undefined, isBold: false, isDim: false };
const colours = ["#6e7681", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#e6edf3"] as const;

const charWidth = 8.4;
const lineHeight = 19;
const padding = 16;

// eslint-disable-next-line no-control-regex -- colours begin with the escape character
const escape = /\u001b\[([0-9;]*)m/;

/** Takes one line apart by its colours. The look at the end of a line goes on in the next. */
export function piecesOf(
  line: string,
  before: Look = plain,
): { readonly pieces: readonly Piece[]; readonly after: Look } {
  const pieces: Piece[] = [];
  let look = before;
  let column = 0;
  for (const [index, part] of line.split(escape).entries()) {
    if (index % 2 === 1) look = lookAfter(look, part);
    else if (part !== "") {
      pieces.push({ ...look, column, text: part });
      column += columnsOf(part);
    }
  }
  return { pieces, after: look };
}

function lookAfter(look: Look, codes: string): Look {
  return (codes === "" ? "0" : codes).split(";").map(Number).reduce(applyCode, look);
}

function applyCode(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, isDim: true };
  if (code === 22) return { ...look, isBold: false, isDim: false };
  if (code === 39) return { ...look, colour: undefined };
  const isColour = (code >= 30 && code <= 37) || (code >= 90 && code <= 97);
  return isColour ? { ...look, colour: colours[code % 10] } : look;
}

export function terminalSvg(ansi: string, title: string): string {
  const lines = ansi.trimEnd().split("\n");
  const drawn: string[] = [];
  let look = plain;
  let widest = 0;
  for (const [row, line] of lines.entries()) {
    const { pieces, after } = piecesOf(line.trimEnd(), look);
    look = after;
    widest = Math.max(widest, ...pieces.map(({ column, text }) => column + columnsOf(text)));
    const spans = pieces.filter(({ text }) => text.trim() !== "").map(spanOf);
    if (spans.length > 0) drawn.push(`<text y="${padding + row * lineHeight + 14}">${spans.join("")}</text>`);
  }
  const width = Math.ceil(widest * charWidth + 2 * padding);
  const height = lines.length * lineHeight + 2 * padding;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3" xml:space="preserve">`,
    ...drawn,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function spanOf({ text, column, colour, isBold, isDim }: Piece): string {
  const length = columnsOf(text);
  const attributes = [
    `x="${(padding + column * charWidth).toFixed(1)}"`,
    `textLength="${(length * charWidth).toFixed(1)}"`,
    ...(colour === undefined ? [] : [`fill="${colour}"`]),
    ...(isBold ? ['font-weight="bold"'] : []),
    ...(isDim ? ['fill-opacity="0.6"'] : []),
  ];
  return `<tspan ${attributes.join(" ")}>${escaped(text)}</tspan>`;
}

/** Good enough for what we print: no character of it is two columns wide. */
const columnsOf = (text: string): number => Array.from(text).length;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

if (import.meta.main) {
  const [title = "A terminal"] = process.argv.slice(2);
  process.stdout.write(terminalSvg(await readAll(process.stdin), title));
}
