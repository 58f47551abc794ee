// A stand-in for a running proxy: answers /health on a free port and leaves a run file that names this process.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describeThisProcess, type RunFile, writeRunFile } from "../../src/daemon/run-file";
import { instanceHeader } from "../../src/state/instance-header";

export interface FakeProxy extends AsyncDisposable {
  readonly port: number;
  readonly run: RunFile;
  readonly requests: Request[];
}

export interface FakeProxyOptions {
  /** What /health answers; a function decides per request. */
  readonly health: object | ((request: Request) => Response | Promise<Response>);
  readonly status?: number;
  /** Changes what the run file says. */
  readonly run?: Partial<RunFile>;
  /** Changes the instance nonce that the answers carry. */
  readonly instance?: string;
}

/** `home` is where the run file goes. */
export async function startFakeProxy(home: string, options: FakeProxyOptions): Promise<FakeProxy> {
  const requests: Request[] = [];
  const answered: { instance: string } = { instance: "" };
  const { health } = options;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      requests.push(request);
      if (typeof health === "function") return health(request);
      return Response.json(health, {
        status: options.status ?? 200,
        headers: { [instanceHeader]: answered.instance },
      });
    },
  });
  const port = server.port ?? 0;
  const facts = { version: "2.0.0", host: "127.0.0.1", profiles: [{ name: "default", port }] };
  const run = { ...(await describeThisProcess(facts)), ...options.run };
  answered.instance = options.instance ?? run.instance;
  await mkdir(home, { recursive: true });
  await writeRunFile(join(home, "run.json"), run);
  return { port, run, requests, [Symbol.asyncDispose]: () => server.stop(true) };
}
