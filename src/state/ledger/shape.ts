// What rows of requests have in common with others, as one text that each of them refers to.
import type { RequestRow } from "./types";

/** What a shape says, in its order; an empty text stands for null. No name holds a line feed. */
const shapeFields = [
  "profile",
  "endpoint",
  "client",
  "stream",
  "estimated",
  "modelAsked",
  "modelServed",
  "provider",
  "key",
  "service",
  "status",
  "state",
  "stopReason",
] as const;

export type Shape = Record<(typeof shapeFields)[number], string>;

/** What a shape is made of. */
export type ShapeFields = Pick<RequestRow, Exclude<(typeof shapeFields)[number], "estimated">> & {
  tokens: { estimated: boolean };
};

const separator = "\n";

export function shapeOf(row: ShapeFields): string {
  return [
    row.profile,
    row.endpoint,
    row.client,
    row.stream ? "1" : "",
    row.tokens.estimated ? "1" : "",
    row.modelAsked,
    row.modelServed ?? "",
    row.provider ?? "",
    row.key ?? "",
    row.service,
    row.status,
    row.state,
    row.stopReason ?? "",
  ].join(separator);
}

export function readShape(text: string): Shape {
  const values = text.split(separator);
  return Object.fromEntries(shapeFields.map((field, index) => [field, values[index] ?? ""])) as Shape;
}
