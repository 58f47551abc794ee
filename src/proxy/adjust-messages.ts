// Changes what a model refuses inside `messages`: system messages and what they carry, a prefilled answer.
import type { ClaudeModel } from "../engine/claude-models";
import type { JsonReader, Span } from "./scan-values";
import { appendItems, changeMembers, cutItems, type Edit, listMembers, type PlacedMember } from "./splice-json";

export interface Adjustment {
  edits: Edit[];
  /** What was done, for the record. */
  words: string[];
}

interface Message extends Span {
  role: string | null;
  members: Map<string, PlacedMember>;
}

/** As Claude Code 2.1.330 words it for models without system messages. */
const reminderOpens = "<system-reminder>\\n";
const reminderCloses = "\\n</system-reminder>";
const answerTypes = ["text", "thinking", "redacted_thinking"];
const toolChangeTypes = ["tool_addition", "tool_removal"];

/**
 * `at`: where the array `messages` begins. `instruction`: a sentence for the end of the last message, null if none is
 * needed. Each message is changed by itself, so the history gives the same bytes in every turn. A system message becomes a
 * user message in its place; Anthropic joins neighbouring user messages to one turn.
 */
export function adjustMessages(
  reader: JsonReader,
  at: number,
  model: ClaudeModel,
  instruction: string | null,
): Adjustment {
  const messages = readMessages(reader, at);
  const cuts = new Set<Span>();
  const edits: Edit[] = [];
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const count = { folded: 0, toolChanges: 0, configs: 0, hidden: 0 };
  messages.forEach((message, index) => {
    if (message.role !== "system") return;
    const config = message.members.has("output_config") && !model.accepts.messageEffort;
    const fold = !model.accepts.systemMessages;
    const hidden = fold && index < lastUser && memberText(reader, message, "clear_at") === "next_user_message";
    const content = adjustContent(reader, message, fold, !model.accepts.toolChanges);
    count.toolChanges += content.toolChanges;
    if (config) count.configs++;
    if (hidden || (content.empty && (fold || config || content.toolChanges > 0))) {
      if (hidden) count.hidden++;
      cuts.add(message);
      return;
    }
    if (fold) count.folded++;
    const changes = new Map<string, string | null>();
    if (fold) changes.set("role", '"user"').set("clear_at", null).set("output_config", null);
    if (config) changes.set("output_config", null);
    edits.push(...changeMembers(reader, message.start, changes), ...content.edits);
  });
  const prefills = model.accepts.prefill ? [] : findPrefill(reader, messages);
  for (const prefill of prefills) cuts.add(prefill);
  const last = messages.findLast((message) => !cuts.has(message));
  if (instruction !== null && last !== undefined) edits.push(...appendText(reader, last, instruction));
  const words = [
    count.folded > 0 ? `${count.folded} system message(s) -> user` : null,
    count.hidden > 0 ? `${count.hidden} cleared system message(s) removed` : null,
    count.configs > 0 ? `output_config of ${count.configs} message(s) removed` : null,
    count.toolChanges > 0 ? `${count.toolChanges} tool change(s) removed` : null,
    prefills.length > 0 ? "assistant prefill removed" : null,
  ];
  return {
    edits: [...edits, ...cutItems<Span>(messages, cuts)],
    words: words.filter((word) => word !== null),
  };
}

/**
 * The last assistant message has its tool results behind it, but no thinking block in front, which models that think
 * with a budget insist on. `at`: where the array `messages` begins.
 */
export function isThinkingMissing(reader: JsonReader, at: number): boolean {
  const messages = readMessages(reader, at).filter((message) => message.role !== "system");
  const answer = messages.findLast((message) => message.role === "assistant");
  const last = messages.at(-1);
  if (answer === undefined || last === undefined) return false;
  const loopIsOpen = blocksOf(reader, last).some((block) => typeOf(reader, block) === "tool_result");
  const [first] = blocksOf(reader, answer);
  if (!loopIsOpen || first === undefined) return false;
  return !["thinking", "redacted_thinking"].includes(typeOf(reader, first));
}

function readMessages(reader: JsonReader, at: number): Message[] {
  return [...reader.elements(at)].map((span) => {
    const members = new Map(listMembers(reader, span.start).map((member) => [member.key, member]));
    const role = members.get("role");
    return { ...span, members, role: role === undefined ? null : reader.stringAt(role.start) };
  });
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

function memberText(reader: JsonReader, message: Message, key: string): string | null {
  const member = message.members.get(key);
  return member === undefined ? null : reader.stringAt(member.start);
}
