// The schemas of Anthropic's own client-side tools, which its API knows by their type alone.
import type { JsonObject } from "../json-value";

export interface KnownTool {
  /** Of the tool's type, which ends in a date. */
  pattern: RegExp;
  description: string;
  parameters: JsonObject;
}

const text = { type: "string" };
const line = { type: "integer" };
const lineRange = {
  type: "array",
  items: { type: "integer" },
  description: "First and last line to show, counted from 1; -1 as the last line means the end",
};

export const knownTools: readonly KnownTool[] = [
  {
    pattern: /^bash_\d/,
    description: "Runs a command in a bash shell that stays open between calls and returns what it printed.",
    parameters: {
      type: "object",
      properties: {
        command: { ...text, description: "The command to run; needed unless the shell is restarted" },
        restart: { type: "boolean", description: "true starts a fresh shell" },
      },
    },
  },
  { pattern: /^text_editor_(?:2024|202501|202504)/, ...textEditor("new_str") },
  { pattern: /^text_editor_\d/, ...textEditor("insert_text") },
  {
    pattern: /^memory_\d/,
    description: "Reads and writes files in a memory folder that outlasts the conversation.",
    parameters: {
      type: "object",
      properties: {
        command: { ...text, enum: ["view", "create", "str_replace", "insert", "delete", "rename"] },
        path: { ...text, description: "Path below /memories" },
        view_range: { ...lineRange, description: `For view: ${lineRange.description}` },
        file_text: { ...text, description: "For create: the whole content of the file" },
        old_str: { ...text, description: "For str_replace: the text to replace" },
        new_str: { ...text, description: "For str_replace: the text to put in its place" },
        insert_line: { ...line, description: "For insert: the line after which the text goes" },
        insert_text: { ...text, description: "For insert: the text to put in" },
        old_path: { ...text, description: "For rename: the path as it is" },
        new_path: { ...text, description: "For rename: the path as it shall be" },
      },
      required: ["command"],
    },
  },
];

/** Before July 2025 the text for `insert` was called `new_str` too. */
function textEditor(inserted: "insert_text" | "new_str"): Omit<KnownTool, "pattern"> {
  const replacement = "For str_replace: the text to put in its place";
  const insertion = "the text to put in";
  const inserts =
    inserted === "new_str"
      ? { new_str: { ...text, description: `${replacement}; for insert: ${insertion}` } }
      : {
          new_str: { ...text, description: replacement },
          insert_text: { ...text, description: `For insert: ${insertion}` },
        };
  return {
    description: "Views, creates and edits text files.",
    parameters: {
      type: "object",
      properties: {
        command: { ...text, enum: ["view", "create", "str_replace", "insert"] },
        path: { ...text, description: "Path of the file or folder" },
        file_text: { ...text, description: "For create: the whole content of the file" },
        old_str: { ...text, description: "For str_replace: the text to replace; must occur exactly once" },
        insert_line: {
          ...line,
          description: "For insert: the line after which the text goes, 0 for the top",
        },
        view_range: { ...lineRange, description: `For view: ${lineRange.description}` },
        ...inserts,
      },
      required: ["command", "path"],
    },
  };
}
