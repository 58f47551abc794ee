// Turns an Anthropic image source into one that OpenAI takes.
import { isObject, readString } from "../json-value";
import type { Part } from "./parts";
import type { Warnings } from "./warnings";

const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** An image that cannot be sent becomes words that say so. */
export function readImage(source: unknown, warnings: Warnings): Part {
  if (!isObject(source)) return lostImage("without a source", warnings);
  const url = readString(source.url);
  if (source.type === "url" && url !== null && /^(?:https?:|data:image\/)/i.test(url)) {
    return { kind: "image", url };
  }
  const data = readString(source.data);
  if (source.type !== "base64" || data === null || data === "") {
    return lostImage(`of source ${readString(source.type) ?? "unknown"}`, warnings);
  }
  const mediaType = readString(source.media_type)?.toLowerCase() ?? "image/png";
  if (!imageTypes.includes(mediaType)) return lostImage(`of type ${mediaType}`, warnings);
  return { kind: "image", url: `data:${mediaType};base64,${data}` };
}

function lostImage(words: string, warnings: Warnings): Part {
  warnings.add(`image ${words}`);
  return { kind: "text", text: `[An image ${words} could not be passed on]` };
}
