// Reads width and height from the first bytes of a PNG, JPEG, GIF or WebP image.

export interface ImageSize {
  width: number;
  height: number;
}

/** JPEG files carry previews and colour profiles before the frame header. */
const headCharacters = 262_144;
/** Frame headers of JPEG: SOF0 to SOF15, but for the tables DHT, JPG and DAC between them. */
const notFrames = [0xc4, 0xc8, 0xcc];

/** `base64`: the whole image, of which only the beginning is decoded. Null if the size is not found there. */
export function readImageSize(base64: string): ImageSize | null {
  const bytes = Buffer.from(base64.slice(0, headCharacters), "base64");
  const size = readPng(bytes) ?? readGif(bytes) ?? readWebp(bytes) ?? readJpeg(bytes);
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

/** PNG specification, 11.2.2: the IHDR chunk comes first. */
function readPng(bytes: Buffer): ImageSize | null {
  if (bytes.length < 24 || bytes.toString("latin1", 1, 4) !== "PNG") return null;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** GIF89a specification, section 18. */
function readGif(bytes: Buffer): ImageSize | null {
  if (bytes.length < 10 || bytes.toString("latin1", 0, 4) !== "GIF8") return null;
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** https://developers.google.com/speed/webp/docs/riff_container: extended, lossless and lossy files. */
function readWebp(bytes: Buffer): ImageSize | null {
  if (bytes.length < 30 || bytes.toString("latin1", 8, 12) !== "WEBP") return null;
  switch (bytes.toString("latin1", 12, 16)) {
    case "VP8X":
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    default:
      return null;
  }
}

/** ITU-T T.81, B.2.2: steps from segment to segment up to the frame header. */
function readJpeg(bytes: Buffer): ImageSize | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !notFrames.includes(marker)) {
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}
