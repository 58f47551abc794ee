// Reads the frames of an event stream as our own proxy writes them. A general parser would cost a thirtieth of the page.

export interface Frame {
  data: string;
  /** The last id that the stream named; null: none so far. */
  id: string | null;
}

/** Takes the text as it comes, cut wherever; a frame is told once the blank line behind it is there. */
export class FrameReader {
  #rest = "";
  #data: string[] = [];
  #id: string | null = null;

  push(text: string): Frame[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line.endsWith("\r") ? line.slice(0, -1) : line));
  }

  #take(line: string): Frame[] {
    if (line === "") {
      const data = this.#data.splice(0).join("\n");
      return data === "" ? [] : [{ data, id: this.#id }];
    }
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "data") this.#data.push(value);
    if (field === "id") this.#id = value;
    return [];
  }
}
