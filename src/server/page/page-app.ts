// Serves the dashboard's page: the index for every view's address, files that never change under their hashed names.
import { Hono } from "hono";
import type { BrowserSessions } from "../access/sessions";
import type { DashboardEnv } from "../api/dashboard-env";
import { type Asset, assetsPath, type Page } from "./load-page";

/** An asset with what is sent of it. */
interface Prepared extends Asset {
  etag: string;
  gzipped: Uint8Array<ArrayBuffer> | null;
}

interface PreparedPage {
  index: Prepared;
  assets: ReadonlyMap<string, Prepared>;
}

const immutable = "public, max-age=31536000, immutable";

/** Prepared when it is first asked for, and then kept: the whole page is some hundred kilobytes. */
export function createPageApp(load: () => Promise<Page>, sessions: BrowserSessions): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  let prepared: Promise<PreparedPage> | null = null;
  const page = () => {
    prepared ??= load()
      .then(prepare)
      .catch((error: unknown) => {
        // The next request tries again: run from source, the page may be mended by then.
        prepared = null;
        throw error;
      });
    return prepared;
  };
  app.get(`${assetsPath}:name`, async (context) => {
    const asset = (await page()).assets.get(context.req.param("name"));
    if (asset === undefined) return context.notFound();
    return send(asset, context.req.raw.headers, 200, immutable);
  });
  app.get("/dashboard", (context) => context.redirect("/dashboard/", 308));
  app.get("/dashboard/*", async (context) => {
    const { headers } = context.req.raw;
    if (/^\/dashboard\/(?:api|assets)(?:\/|$)/.test(context.req.path)) return context.notFound();
    // Without the token the page asks for it; its code is no secret.
    const known = sessions.isKnown(headers, context.env.policy);
    return send((await page()).index, headers, known ? 200 : 401, "no-cache");
  });
  return app;
}

function prepare(page: Page): PreparedPage {
  const assets = [...page.assets].map(([name, asset]) => [name, compress(asset)] as const);
  return { index: compress(page.index), assets: new Map(assets) };
}

function compress(asset: Asset): Prepared {
  const compressible = /^(?:text\/|image\/svg|application\/(?:json|javascript|manifest))/.test(
    asset.contentType,
  );
  const gzipped = compressible ? Bun.gzipSync(asset.bytes, { level: 9 }) : null;
  const etag = `"${Bun.hash(asset.bytes).toString(36)}"`;
  return {
    ...asset,
    etag,
    gzipped: gzipped !== null && gzipped.length < asset.bytes.length ? gzipped : null,
  };
}

function send(asset: Prepared, request: Headers, status: 200 | 401, caching: string): Response {
  const headers = new Headers({ "content-type": asset.contentType, "cache-control": caching });
  if (status === 200) headers.set("etag", asset.etag);
  if (asset.gzipped !== null) headers.set("vary", "Accept-Encoding");
  if (status === 200 && matches(request.get("if-none-match"), asset.etag)) {
    return new Response(null, { status: 304, headers });
  }
  if (asset.gzipped === null || !takesGzip(request.get("accept-encoding"))) {
    return new Response(asset.bytes, { status, headers });
  }
  headers.set("content-encoding", "gzip");
  return new Response(asset.gzipped, { status, headers });
}

function matches(condition: string | null, etag: string): boolean {
  if (condition === null) return false;
  return condition.split(",").some((one) => [etag, "*"].includes(one.trim().replace(/^W\//, "")));
}

function takesGzip(accepted: string | null): boolean {
  return /(?:^|[\s,])gzip(?:\s*;\s*q=(?:0\.\d*[1-9]\d*|1(?:\.0*)?))?\s*(?:,|$)/i.test(accepted ?? "");
}
