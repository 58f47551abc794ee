// Changes what a model refuses inside `messages`: system messages and what they carry, a prefilled answer.
import type { ClaudeModel } from "../engine/claude-models";
import type { RequestEdit } from "./request-edit";
import type { JsonReader, Span } from "./scan-values";
import {
  appendItems,
  changeMembers,
  cutItems,
  type Edit,
  listMembers,
  type PlacedMember,
} from "./splice-json";

/** An element of `messages`. */
export interface Message extends Span {
  role: string | null;
  members: Map<string, PlacedMember>;
}

/** As Claude Code 2.1.330 words it for models without system messages. */
const reminderOpens = "<system-reminder>\\n";
const reminderCloses = "\\n</system-reminder>";
const answerTypes = ["text", "thinking", "redacted_thinking"];
const toolChangeTypes = ["tool_addition", "tool_removal"];

/** The elements of `messages`; none if it is no array. */
export function readMessages({ reader, members }: RequestEdit): Message[] {
  const messages = members.get("messages");
  if (messages === undefined) return [];
  return [...reader.elements(messages.start)].map((span) => {
    const members = new Map(listMembers(reader, span.start).map((member) => [member.key, member]));
    const role = members.get("role");
    return { ...span, members, role: role === undefined ? null : reader.stringAt(role.start) };
  });
}

/**
 * `instruction`: a sentence for the end of the last message, null if none is
 * needed. Each message is changed by itself, so the history gives the same bytes in every turn. A system message becomes a
 * user message in its place; Anthropic joins neighbouring user messages to one turn.
 */
export function adjustMessages(
  { reader, edits, words }: RequestEdit,
  messages: readonly Message[],
  model: ClaudeModel,
  instruction: string | null,
): void {
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const cuts = new Set<Message>();
  const done = { folded: 0, configs: 0, toolChanges: 0 };
  messages.forEach((message, index) => {
    if (message.role !== "system") return;
    const changed = changeSystemMessage(reader, message, model, index < lastUser);
    done.configs += changed.config ? 1 : 0;
    done.toolChanges += changed.toolChanges;
    if (changed.edits === null) cuts.add(message);
    else {
      done.folded += model.accepts.systemMessages ? 0 : 1;
      edits.push(...changed.edits);
    }
  });
  const emptied = cuts.size;
  const left = messages.filter((message) => !cuts.has(message));
  for (const prefill of model.accepts.prefill ? [] : findPrefill(reader, left)) cuts.add(prefill);
  const last = messages.findLast((message) => !cuts.has(message));
  if (instruction !== null && last !== undefined) edits.push(...appendText(reader, last, instruction));
  edits.push(...cutItems(messages, cuts));
  if (done.folded > 0) words.push(`${done.folded} system message(s) -> user`);
  if (emptied > 0) words.push(`${emptied} system message(s) removed`);
  if (done.configs > 0) words.push(`output_config of ${done.configs} message(s) removed`);
  if (done.toolChanges > 0) words.push(`${done.toolChanges} tool change(s) removed`);
  if (cuts.size > emptied) words.push("assistant prefill removed");
}

/** `edits` null: nothing of the message is left to be said, it goes as a whole. */
function changeSystemMessage(
  reader: JsonReader,
  message: Message,
  { accepts }: ClaudeModel,
  userFollows: boolean,
): { edits: Edit[] | null; config: boolean; toolChanges: number } {
  const fold = !accepts.systemMessages;
  const config = !accepts.messageEffort && message.members.has("output_config");
  const content = adjustContent(reader, message, fold, !accepts.toolChanges);
  const { toolChanges } = content;
  const clearAt = message.members.get("clear_at");
  // Anthropic itself no longer shows such a message then.
  const cleared =
    fold && userFollows && clearAt !== undefined && reader.stringAt(clearAt.start) === "next_user_message";
  if (cleared || (content.empty && (fold || config || toolChanges > 0)))
    return { edits: null, config, toolChanges };
  const changes = new Map<string, string | null>();
  if (config || fold) changes.set("output_config", null);
  if (fold) changes.set("role", '"user"').set("clear_at", null);
  return { edits: [...changeMembers(reader, message.start, changes), ...content.edits], config, toolChanges };
}

/**
 * The last assistant message has its tool results behind it, but no thinking block in front, which models that think
 * with a budget insist on.
 */
export function isThinkingMissing(reader: JsonReader, messages: readonly Message[]): boolean {
  const answer = messages.findLast((message) => message.role === "assistant");
  const last = messages.findLast((message) => message.role !== "system");
  if (answer === undefined || last === undefined) return false;
  const loopIsOpen = blocksOf(reader, last).some((block) => typeOf(reader, block) === "tool_result");
  const [first] = blocksOf(reader, answer);
  if (!loopIsOpen || first === undefined) return false;
  return !["thinking", "redacted_thinking"].includes(typeOf(reader, first));
}

function adjustContent(
  reader: JsonReader,
  message: Message,
  fold: boolean,
  cutToolChanges: boolean,
): { edits: Edit[]; toolChanges: number; empty: boolean } {
  const content = message.members.get("content");
  if (content === undefined) return { edits: [], toolChanges: 0, empty: true };
  const text = reader.textAt(content.start);
  if (text !== null) return { edits: fold ? wrap(text) : [], toolChanges: 0, empty: text.start === text.end };
  const blocks = [...reader.elements(content.start)];
  const changes = blocks.filter((block) => toolChangeTypes.includes(typeOf(reader, block)));
  const doomed = new Set(fold || cutToolChanges ? changes : []);
  const edits: Edit[] = [];
  for (const block of fold ? blocks : []) {
    const member = typeOf(reader, block) === "text" ? reader.memberAt(block.start, "text") : null;
    const blockText = member === null ? null : reader.textAt(member.start);
    if (blockText === null) continue;
    if (blockText.start === blockText.end) doomed.add(block);
    else edits.push(...wrap(blockText));
  }
  return {
    edits: [...edits, ...cutItems(blocks, doomed)],
    toolChanges: changes.filter((block) => doomed.has(block)).length,
    empty: doomed.size === blocks.length,
  };
}

function wrap({ start, end }: Span): Edit[] {
  return [
    { start, end: start, text: reminderOpens },
    { start: end, end, text: reminderCloses },
  ];
}

/** Answers that end in a server's tool call are no prefill: they are paused turns, which every model continues. */
function findPrefill(reader: JsonReader, messages: readonly Message[]): Message[] {
  const first = messages.findLastIndex((message) => !isPlainAnswer(reader, message)) + 1;
  return first === 0 ? [] : messages.slice(first);
}

function isPlainAnswer(reader: JsonReader, message: Message): boolean {
  if (message.role !== "assistant") return false;
  return blocksOf(reader, message).every((block) => answerTypes.includes(typeOf(reader, block)));
}

function appendText(reader: JsonReader, message: Message, sentence: string): Edit[] {
  const content = message.members.get("content");
  if (content === undefined) return [];
  const text = reader.textAt(content.start);
  const escaped = JSON.stringify(sentence);
  if (text !== null) return [{ start: text.end, end: text.end, text: `\\n\\n${escaped.slice(1, -1)}` }];
  const blocks = [...reader.elements(content.start)];
  return appendItems(content.start, blocks, new Set(), [`{"type":"text","text":${escaped}}`]);
}

function blocksOf(reader: JsonReader, message: Message): Span[] {
  const content = message.members.get("content");
  return content === undefined ? [] : [...reader.elements(content.start)];
}

function typeOf(reader: JsonReader, block: Span): string {
  return reader.stringMemberAt(block.start, "type") ?? "";
}
