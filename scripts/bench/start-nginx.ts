// Starts nginx as a plain reverse proxy: the most that one processor can do.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../test/support/free-port";
import { endChild } from "./end-child";
import { reportEarlyEnd } from "./report-early-end";
import { waitForPort } from "./wait-for-port";

export interface RunningNginx extends AsyncDisposable {
  /** Of the one worker; null where /proc does not tell. */
  workerPid: number | null;
  /** Bodies up to 2 MB stay in memory. */
  port: number;
  /** nginx's default: bodies above 16 KB go through a file. */
  spoolingPort: number;
}

/** Path of the nginx on this machine; null without one. */
export function findNginx(): string | null {
  // Where Debian and others install it, which is not on everybody's path.
  return Bun.which("nginx", { PATH: `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin` });
}

export async function startNginx(nginx: string, upstreamPort: number, pin: string[]): Promise<RunningNginx> {
  const home = await mkdtemp(join(tmpdir(), "cf-bench-nginx-"));
  const port = await findFreePort();
  const spoolingPort = await findFreePort();
  const file = join(home, "nginx.conf");
  await writeFile(file, composeConfig({ home, port, spoolingPort, upstreamPort }));
  const child = Bun.spawn([...pin, nginx, "-e", join(home, "error.log"), "-p", home, "-c", file], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  const end = async () => {
    await endChild(child);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await waitForPort(port, child);
  } catch (error) {
    const words = await readFile(join(home, "error.log"), "utf8").catch(() => "");
    await end();
    throw new Error(`nginx did not start. ${words}`.trim(), { cause: error });
  }
  const workerPid = await findWorkerOf(child.pid);
  const expectEnd = reportEarlyEnd("nginx", child, join(home, "error.log"));
  const stop = () => {
    expectEnd();
    return end();
  };
  return { workerPid, port, spoolingPort, [Symbol.asyncDispose]: stop };
}

interface NginxPlan {
  home: string;
  port: number;
  spoolingPort: number;
  upstreamPort: number;
}

function composeConfig({ home, port, spoolingPort, upstreamPort }: NginxPlan): string {
  // Started by root, the worker would become a user who may not write into our folder.
  const user =
    process.getuid?.() === 0 ? `user root ${process.platform === "darwin" ? "wheel" : "root"};` : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(home, name)};`)
    .join("\n  ");
  const server = (listen: number, bodyBuffer: string) => `server {
    listen 127.0.0.1:${listen};
    client_body_buffer_size ${bodyBuffer};
    location / {
      proxy_pass http://upstream_under_test;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header x-api-key "sk-ant-api03-bench-bench-bench-bench";
      proxy_buffering off;
    }
  }`;
  return `${user}
daemon off;
worker_processes 1;
pid ${join(home, "nginx.pid")};
error_log ${join(home, "error.log")};
events { worker_connections 4096; }
http {
  access_log off;
  client_max_body_size 64m;
  keepalive_requests 1000000000;
  ${temporary}
  upstream upstream_under_test {
    server 127.0.0.1:${upstreamPort};
    keepalive 128;
    keepalive_requests 1000000000;
  }
  ${server(port, "2m")}
  ${server(spoolingPort, "16k")}
}
`;
}

/** The master listens a moment before its worker is there. */
async function findWorkerOf(master: number): Promise<number | null> {
  if (process.platform !== "linux") return null;
  for (let attempt = 0; attempt < 200; attempt++) {
    const worker = await findChildOf(master);
    if (worker !== null) return worker;
    await Bun.sleep(5);
  }
  return null;
}

async function findChildOf(parent: number): Promise<number | null> {
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may be gone by the time its file is read.
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parentOfIt = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    if (Number(parentOfIt) === parent) return Number(name);
  }
  return null;
}
