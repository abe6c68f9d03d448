import sharp from "sharp";

/** A picture that any model with eyes describes, and the words by which one sees that it did. */
export interface CheckPicture {
  readonly name: string;
  /** Accepted words, in small letters: one of them is enough. The first ones are shown. */
  readonly words: readonly string[];
  readonly svg: string;
}

/** Side of the pictures (px): at least what towers take, so that they are shrunk as those of a camera are. */
const SIDE = 640;

/** Strokes on a coloured ground, 100 units wide and high. Letters are strokes, too: not every machine has fonts. */
const drawing = (ground: string, shapes: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${SIDE}" height="${SIDE}">` +
  `<rect width="100" height="100" fill="${ground}"/>${shapes}</svg>`;

const strokes = (colour: string, path: string): string =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>`;

/** What nobody with eyes takes for each other. */
export const CHECK_PICTURES: readonly CheckPicture[] = [
  {
    name: "a red circle",
    words: ["red", "circle", "round", "ball", "dot", "disc"],
    svg: drawing("white", `<circle cx="50" cy="50" r="30" fill="#e00000"/>`),
  },
  {
    name: "a blue square and a green triangle",
    words: ["triangle", "square", "blue", "green", "shapes", "geometric"],
    svg: drawing(
      "white",
      `<rect x="8" y="32" width="36" height="36" fill="#0030e0"/><path d="M74 30 94 68H54Z" fill="#00a020"/>`,
    ),
  },
  {
    name: "the word STOP",
    words: ["stop"],
    svg: drawing(
      "white",
      strokes("black", "M24 38C20 34 8 34 8 42S24 50 24 58 12 66 8 62") +
        strokes("black", "M29 36H47M38 36V64") +
        strokes("black", "M61 36C48 36 48 64 61 64S74 36 61 36") +
        strokes("black", "M79 64V36H86C96 36 96 51 86 51H79"),
    ),
  },
  {
    name: "a black cat",
    words: ["cat", "kitten", "feline", "animal", "pet"],
    svg: drawing(
      "#f4efe6",
      `<path d="M22 52 24 16 41 32Q50 29 59 32L76 16 78 52Q80 82 50 84 20 82 22 52Z" fill="black"/>` +
        `<ellipse cx="38" cy="52" rx="6" ry="7" fill="#ffd800"/><ellipse cx="62" cy="52" rx="6" ry="7" fill="#ffd800"/>` +
        `<ellipse cx="38" cy="52" rx="2" ry="6"/><ellipse cx="62" cy="52" rx="2" ry="6"/>` +
        `<path d="M46 63H54L50 68Z" fill="#e8829a"/>` +
        `<path d="M50 68V72M50 72Q45 77 41 73M50 72Q55 77 59 73M32 66 8 60M32 70 8 72M68 66 92 60M68 70 92 72" ` +
        `fill="none" stroke="#999" stroke-width="1.2"/>`,
    ),
  },
  {
    name: "the digits 7 and 3 on yellow",
    words: ["7", "3", "73", "seven", "three", "number", "digit", "yellow"],
    svg: drawing(
      "#ffe000",
      strokes("black", "M16 28H42L26 74") +
        strokes("black", "M58 30C72 22 84 30 80 42 78 48 72 50 66 50 84 50 88 64 80 71 74 77 62 76 57 70"),
    ),
  },
];

/** The pixels of a picture: `[side, side, 3]` bytes of RGB. */
export async function drawPicture({
  svg,
}: CheckPicture): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8Array }> {
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** The first accepted word that a text has as a whole word, or as one in the plural; null: none. */
export function acceptedWord({ words }: CheckPicture, text: string): string | null {
  const said = new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  return words.find((word) => said.has(word) || said.has(`${word}s`)) ?? null;
}
