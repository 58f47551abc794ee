// Turns an Anthropic document into a file, a link or text.

import { isObject, type JsonObject, readString } from "../json-value";
import { readImage } from "./images";
import { type ContentContext, type Part, readBlocks, textParts } from "./parts";

const defaultName = "document.pdf";

/** The document's title and context go before its content as text, except that a file carries its title as its name. */
export function readDocument(block: JsonObject, context: ContentContext): Part[] {
  const source = isObject(block.source) ? block.source : {};
  const title = readString(block.title);
  const remark = textParts(readString(block.context));
  const data = readString(source.data);
  if (source.type === "text" && data !== null) {
    return [...remark, ...textParts(title === null ? data : `${title}\n${data}`)];
  }
  if (source.type === "content") {
    const parts = readBlocks(source.content).flatMap((content) => readInnerBlock(content, context));
    return [...remark, ...textParts(title), ...parts];
  }
  if (source.type === "base64" && data !== null && data !== "" && isPdf(source.media_type)) {
    return [...remark, { kind: "file", name: fileName(title), data: `data:application/pdf;base64,${data}` }];
  }
  const url = readString(source.url);
  if (source.type === "url" && url !== null && context.api === "responses") {
    return [...remark, { kind: "linked-file", name: fileName(title), url }];
  }
  return [...remark, lostDocument(title, url, source, context)];
}

function readInnerBlock(block: JsonObject, { warnings }: ContentContext): Part[] {
  if (block.type === "image") return [readImage(block.source, warnings)];
  if (block.type !== "text") warnings.add(`document.${readString(block.type) ?? "content"}`);
  return textParts(readString(block.text));
}

function isPdf(mediaType: unknown): boolean {
  return mediaType === undefined || mediaType === null || mediaType === "application/pdf";
}

/** OpenAI tells the kind of a file by the ending of its name. */
function fileName(title: string | null): string {
  const name = title?.trim().slice(0, 200).toWellFormed() ?? "";
  if (name === "") return defaultName;
  return name.toLowerCase().endsWith(".pdf") ? name : `${name}.pdf`;
}

function lostDocument(
  title: string | null,
  url: string | null,
  source: JsonObject,
  context: ContentContext,
): Part {
  const kind = readString(source.type) ?? "unknown";
  context.warnings.add(`document of source ${kind}`);
  const name = [title, url].filter((word) => word !== null).join(", ");
  const words = name === "" ? "" : ` (${name.toWellFormed()})`;
  return { kind: "text", text: `[A document${words} could not be passed on]` };
}
