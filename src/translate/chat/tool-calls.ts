// Tells which tool call a fragment of a Chat Completions stream belongs to, however a server keys, names or cuts its calls.
import type { Answer } from "../answer";
import { isObject, type JsonObject, readString } from "../json-value";
import type { ToolBlock } from "../queued-blocks";

interface Call {
  readonly block: ToolBlock;
  readonly index: number;
  id: string | null;
  /** As far as it has come. */
  name: string;
}

interface Fragment {
  /** Null where the server gives none. */
  index: number | null;
  id: string | null;
  name: string;
  arguments: unknown;
}

/**
 * OpenAI gives each call an index, and id and name once. Compatible servers leave out the index or always say 0, give the id late,
 * repeatedly or never, a new one with each fragment, or the same one to all calls; repeat the name, or send it in pieces.
 */
export class ToolCalls {
  readonly #answer: Answer;
  readonly #calls: Call[] = [];
  /** The newest call with that index. */
  readonly #byIndex = new Map<number, Call>();
  readonly #byId = new Map<string, Call>();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** One entry of `tool_calls`; `position` is its place in there, which stands for an index that is missing. */
  read(entry: JsonObject, position: number): void {
    const fragment = readFragment(entry);
    const call = this.#find(fragment, fragment.index ?? position) ?? this.#add(fragment, position);
    this.#bind(call, fragment.id);
    if (!call.block.named) call.name = joinName(call.name, fragment.name);
    this.#answer.pushInput(call.block, fragment.arguments);
    this.#nameCalls((other) => other !== call || !call.block.input.blank);
    this.#answer.advance();
  }

  /** The answer is over: names are complete now, also of calls without arguments. */
  end(): void {
    this.#nameCalls(() => true);
  }

  #nameCalls(isComplete: (call: Call) => boolean): void {
    for (const call of this.#calls) {
      if (call.name !== "" && isComplete(call)) this.#answer.nameTool(call.block, call.name, call.id);
    }
  }

  /** The call that the fragment continues; undefined if it begins one. */
  #find(fragment: Fragment, index: number): Call | undefined {
    const atIndex = this.#byIndex.get(index);
    if (fragment.id === null) {
      return atIndex !== undefined && beginsAnother(atIndex, fragment) ? undefined : atIndex;
    }
    const withId = this.#byId.get(fragment.id);
    if (withId === undefined)
      return atIndex !== undefined && takesId(atIndex, fragment) ? atIndex : undefined;
    if (atIndex === withId) return nameDiffers(withId, fragment) ? undefined : withId;
    if (atIndex !== undefined) return atIndex.id === fragment.id ? atIndex : withId;
    // The same id under another index: one server's calls all have one id, another's have no stable index.
    return fragment.index !== null && fragment.name !== "" ? undefined : withId;
  }

  #add(fragment: Fragment, position: number): Call {
    const index = fragment.index ?? position;
    const call: Call = { block: this.#answer.addTool(), index, id: fragment.id, name: "" };
    this.#calls.push(call);
    this.#byIndex.set(index, call);
    return call;
  }

  #bind(call: Call, id: string | null): void {
    if (id === null) return;
    call.id ??= id;
    if (!this.#byId.has(id)) this.#byId.set(id, call);
  }
}

function readFragment(entry: JsonObject): Fragment {
  const { index, id } = entry;
  const called = isObject(entry.function) ? entry.function : entry;
  return {
    index: typeof index === "number" && Number.isInteger(index) ? index : null,
    id: typeof id === "string" && id !== "" ? id : typeof id === "number" ? String(id) : null,
    name: readString(called.name) ?? "",
    arguments: called.arguments,
  };
}

/** A fragment with an id that is new: the id of this call, come late or made up anew, unless it names another call. */
function takesId(call: Call, fragment: Fragment): boolean {
  if (fragment.name === "" || call.name === "") return true;
  return call.id === null && !beginsAnother(call, fragment);
}

/** Without an id, only whole arguments tell that the next call begins under the same index. */
function beginsAnother(call: Call, fragment: Fragment): boolean {
  if (call.name === "" || fragment.name === "" || !call.block.input.whole) return false;
  const { arguments: input } = fragment;
  const begins = isObject(input) || (typeof input === "string" && input.trimStart().startsWith("{"));
  return begins || fragment.name !== call.name;
}

function nameDiffers(call: Call, fragment: Fragment): boolean {
  return fragment.name !== call.name && beginsAnother(call, fragment);
}

/** A name that comes again, or comes longer each time, replaces what was there; a piece is appended. */
function joinName(known: string, piece: string): string {
  if (piece === "" || piece === known) return known;
  return piece.startsWith(known) ? piece : known + piece;
}
