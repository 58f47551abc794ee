// Says how many tokens Claude takes for an image or a PDF.
import { readImageSize } from "./read-image-size";

/** What Claude sees of an image: it is scaled down to this first. */
export interface ImageLimits {
  /** Pixels of the longer edge. */
  edge: number;
  tokens: number;
}

/** https://platform.claude.com/docs/en/build-with-claude/vision: width times height divided by 750. */
const pixelsPerToken = 750;
/** An image of unknown size: by address, by file id, or in another format. */
const usualImageTokens = 1600;
/** Text and picture of a page. */
const tokensPerPage = 2500;
const bytesPerPage = 100_000;
/** Characters of base64 in which pages are looked for. */
const searchedCharacters = 4_194_304;
const pageObject = /\/Type\s*\/Page(?![A-Za-z])/g;

/** `base64` null: the image is not in the request. */
export function countImage(base64: string | null, limits: ImageLimits): number {
  const size = base64 === null ? null : readImageSize(base64);
  if (size === null) return Math.min(usualImageTokens, limits.tokens);
  const scale = Math.min(1, limits.edge / Math.max(size.width, size.height));
  const tokens = Math.ceil((size.width * scale * size.height * scale) / pixelsPerToken);
  return Math.min(tokens, limits.tokens);
}

/** By its pages, or by its size where they are compressed; `base64` null: one page. */
export function countPdf(base64: string | null): number {
  if (base64 === null) return tokensPerPage;
  const searched = base64.slice(0, searchedCharacters);
  const pages = Buffer.from(searched, "base64").toString("latin1").match(pageObject)?.length ?? 0;
  const bytes = (base64.length * 3) / 4;
  const estimated =
    pages === 0 ? Math.ceil(bytes / bytesPerPage) : Math.ceil((pages * base64.length) / searched.length);
  return Math.max(1, estimated) * tokensPerPage;
}
