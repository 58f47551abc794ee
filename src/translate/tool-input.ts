// The input of one tool call on its way through: passed on as it comes, and set right where a fault can still be mended.
import { closeJson, isJson } from "./close-json";
import { isBlank, isObject } from "./json-value";
import { parseArguments } from "./parse-arguments";

/** Push pieces in any cut, take what may go out, and close it once. Pieces and `take` concatenate to the JSON of an object. */
export class ToolInput {
  /** All that came. Only ever appended to, and read as a whole rarely: a long input must not be copied at each piece. */
  #raw = "";
  #pending = "";
  #mode: "blank" | "stream" | "gather" = "blank";
  /** The last character that came, white space aside. */
  #last = "";
  #wholeChecked: { length: number; whole: boolean } = { length: 0, whole: false };

  get blank(): boolean {
    return this.#mode === "blank";
  }

  /** What came is a whole JSON object: nothing but white space can follow. */
  get whole(): boolean {
    if (this.#last !== "}") return false;
    const { length } = this.#raw;
    if (this.#wholeChecked.length !== length) {
      this.#wholeChecked = { length, whole: this.#mode === "stream" && isJson(this.#raw) };
    }
    return this.#wholeChecked.whole;
  }

  /** A piece of text; an object, as some servers send it, is the whole input at once. */
  push(piece: unknown): void {
    if (typeof piece !== "string") {
      if (isObject(piece)) this.push(JSON.stringify(piece));
      return;
    }
    // Some gateways send the whole input once more behind its pieces.
    if (piece.length === this.#raw.length && piece === this.#raw && this.whole) return;
    this.#raw += piece;
    this.#pending += piece;
    const last = piece.trimEnd().at(-1);
    if (last === undefined) return;
    this.#last = last;
    // Only an object can be passed on as it comes; a fence or a string around it has to be taken off first.
    if (this.#mode === "blank") this.#mode = this.#raw.trimStart().startsWith("{") ? "stream" : "gather";
  }

  /** `whole` is the whole input: takes in what the pieces did not carry, and says what that was. */
  fill(whole: unknown): string {
    const text = isObject(whole) && this.blank ? JSON.stringify(whole) : whole;
    if (typeof text !== "string" || !text.startsWith(this.#raw)) return "";
    const missing = text.slice(this.#raw.length);
    this.push(missing);
    return missing;
  }

  /** What may go out and has not yet. */
  take(): string {
    if (this.#mode !== "stream") return "";
    const piece = this.#pending;
    this.#pending = "";
    return piece;
  }

  /**
   * The rest that makes the input whole. Not where the answer itself was `cut` off: a tool must not run with half of what
   * the model wanted to say.
   */
  close(cut: boolean): string {
    if (this.#mode === "stream") return this.take() + (cut ? "" : (closeJson(this.#raw) ?? ""));
    if (cut) return isBlank(this.#raw) ? "" : this.#raw;
    return JSON.stringify(parseArguments(this.#raw));
  }
}
