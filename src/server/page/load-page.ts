// Gathers the files of the dashboard's page, from the binary or, run from source, from a build made in memory.
import { basename, join } from "node:path";
import { embeddedPage } from "./embedded-page";

/** One file of the page. */
export interface Asset {
  bytes: Uint8Array<ArrayBuffer>;
  contentType: string;
}

export interface Page {
  index: Asset;
  /** By name; each carries a hash of its content in it, so what lies under a name never changes. */
  assets: ReadonlyMap<string, Asset>;
}

export const assetsPath = "/dashboard/assets/";

interface PageFile {
  name: string;
  isIndex: boolean;
  contentType: string;
  content: Blob;
}

/** Throws if the page is not there or, run from source, does not build. */
export async function loadPage(): Promise<Page> {
  const files = embeddedPage.files === undefined ? await buildFiles() : readEmbedded(embeddedPage.files);
  const names = files.filter((file) => !file.isIndex).map((file) => file.name);
  let index: Asset | null = null;
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const bytes = /\.(?:html|css|js)$/.test(file.name)
      ? new TextEncoder().encode(pointToAssets(await file.content.text(), names))
      : new Uint8Array(await file.content.arrayBuffer());
    const asset = { bytes, contentType: file.contentType };
    if (file.isIndex) index = asset;
    else assets.set(file.name, asset);
  }
  if (index === null) throw new Error("the page has no index");
  return { index, assets };
}

function readEmbedded(files: NonNullable<typeof embeddedPage.files>): PageFile[] {
  return files.map((file) => ({
    name: basename(file.path),
    isIndex: file.path.endsWith(".html"),
    contentType: file.headers["content-type"],
    content: Bun.file(file.path),
  }));
}

async function buildFiles(): Promise<PageFile[]> {
  const result = await Bun.build({
    entrypoints: [embeddedPage.index],
    root: join(embeddedPage.index, ".."),
    target: "browser",
    minify: true,
    publicPath: "/",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  if (!result.success) throw new AggregateError(result.logs, "the page does not build");
  return result.outputs.map((output) => ({
    name: basename(output.path),
    isIndex: output.path.endsWith(".html"),
    contentType: output.type,
    content: output,
  }));
}

/** The bundler names files as if they lay at the root of the server. */
function pointToAssets(text: string, names: readonly string[]): string {
  return names.reduce(
    (rest, name) => rest.replaceAll(`"./${name}`, `"/${name}`).replaceAll(`/${name}`, `${assetsPath}${name}`),
    text,
  );
}
