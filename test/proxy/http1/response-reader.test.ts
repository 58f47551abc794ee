import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ProtocolError, type ResponseHead } from "../../../src/proxy/http1/parse-head";
import { ResponseReader } from "../../../src/proxy/http1/response-reader";

interface Read {
  heads: ResponseHead[];
  body: string;
  done: boolean;
  keepAlive: boolean;
}

function read(pieces: Uint8Array[], method = "POST", closes = false): Read {
  const heads: ResponseHead[] = [];
  let body = "";
  const reader = new ResponseReader(method, {
    onHead: (head) => heads.push(head),
    onData: (chunk) => {
      body += Buffer.from(chunk).toString("latin1");
    },
  });
  for (const piece of pieces) reader.push(piece);
  if (closes) reader.close();
  return { heads, body, done: reader.done, keepAlive: reader.keepAlive };
}

function cut(text: string, at: number[]): Uint8Array[] {
  const bytes = Buffer.from(text, "latin1");
  const places = [
    0,
    ...[...new Set(at.map((place) => place % bytes.length))].sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((end, index) => Uint8Array.from(bytes.subarray(places[index], end)));
}

const chunkedAnswer =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "5\r\nhello\r\nB;name=value\r\n big\r\nworld\r\n00A \r\n0123456789\r\n0\r\nx-trailer: 1\r\n\r\n";
const lengthAnswer =
  "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 11\r\nset-cookie: a\r\nset-cookie: b\r\n\r\nhello world";

describe("the pieces of a response do not depend on how its bytes were cut", () => {
  for (const [name, answer] of Object.entries({ chunkedAnswer, lengthAnswer })) {
    const whole = read(cut(answer, []));
    test(`${name}, cut at every byte`, () => {
      for (let place = 1; place < answer.length; place++) expect(read(cut(answer, [place]))).toEqual(whole);
      expect(read([...Buffer.from(answer, "latin1")].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
    });
    test(`${name}, cut anywhere`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(answer.length)), (places) => {
          expect(read(cut(answer, places))).toEqual(whole);
        }),
      );
    });
  }

  test("the payload is what stood in the chunks", () => {
    const result = read(cut(chunkedAnswer, []));
    expect(result.body).toBe("hello big\r\nworld0123456789");
    expect(result).toMatchObject({ done: true, keepAlive: true });
  });

  test("duplicate headers survive", () => {
    expect(read(cut(lengthAnswer, [])).heads[0]?.headers.filter(([name]) => name === "set-cookie")).toEqual([
      ["set-cookie", "a"],
      ["set-cookie", "b"],
    ]);
  });
});

describe("framing", () => {
  test("informational answers are passed over", () => {
    const result = read(
      cut(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${lengthAnswer}`, []),
    );
    expect(result.heads.map((head) => head.status)).toEqual([429]);
    expect(result.body).toBe("hello world");
  });

  test("without a length the body ends with the connection, which does not serve again", () => {
    const open = cut("HTTP/1.1 200 OK\r\n\r\nabc", []);
    expect(read(open)).toMatchObject({ done: false, body: "abc" });
    expect(read(open, "POST", true)).toMatchObject({ done: true, keepAlive: false });
  });

  test("a close inside a body of known length is no end", () => {
    expect(read(cut("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", []), "POST", true).done).toBe(false);
    expect(
      read(cut("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", []), "POST", true).done,
    ).toBe(false);
  });

  test("an answer to HEAD, a 204 and a 304 have no body whatever their headers say", () => {
    expect(read(cut("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", []), "HEAD").done).toBe(true);
    expect(read(cut("HTTP/1.1 204 No Content\r\n\r\n", [])).done).toBe(true);
    expect(read(cut("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", [])).done).toBe(true);
  });

  test("connection: close and HTTP/1.0 end the connection", () => {
    expect(read(cut("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", [])).keepAlive).toBe(
      false,
    );
    expect(read(cut("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", [])).keepAlive).toBe(false);
  });

  test("bytes behind the end of an answer end the connection: the next answer could be forged", () => {
    expect(read(cut(`${lengthAnswer}HTTP/1.1 200 OK\r\n\r\n`, []))).toMatchObject({
      body: "hello world",
      keepAlive: false,
    });
    expect(read(cut(`${chunkedAnswer}junk`, []))).toMatchObject({ done: true, keepAlive: false });
  });
});

describe("what breaks the protocol is refused", () => {
  const broken = {
    "no HTTP": "SSH-2.0-OpenSSH_9\r\n\r\n",
    "HTTP/2": "HTTP/2 200\r\n\r\n",
    "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "a negative length": "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    "a header without a name": "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "a folded header": "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n",
    "an unknown transfer coding": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
    "a switch of protocols": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "a chunk size of nothing": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
    "a chunk size in words": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    "a chunk size beyond reason": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFF\r\n",
    "a chunk longer than it said": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n",
    "endless headers": `HTTP/1.1 200 OK\r\nx: ${"y".repeat(300_000)}`,
  };
  for (const [name, answer] of Object.entries(broken)) {
    test(name, () => expect(() => read(cut(answer, []))).toThrow(ProtocolError));
  }
});
