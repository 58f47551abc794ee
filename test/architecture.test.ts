// The house plan: who may import whom, what pure means, what the fast commands must not load.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { bundleOptions } from "../scripts/build";

const root = join(import.meta.dir, "..", "src");

/** From the ground up. A folder imports from lower rows and from itself, never from its neighbours in the row. */
const rows: string[][] = [
  ["errors", "redact", "version", "worker-url"],
  ["engine", "translate", "config"],
  ["state", "setup"],
  ["proxy"],
  ["server"],
  ["daemon", "demo"],
  ["cli"],
  ["main"],
];
const pureFolders = ["engine", "translate"];
/** The parts of `config` that never touch the world. */
const pureConfig = [
  "schema",
  "defaults",
  "resolve",
  "explain",
  "legacy",
  "edit-keys",
  "recognize-token",
  "document",
];

interface SourceFile {
  /** Relative to `src`, without `.ts`. */
  name: string;
  folder: string;
  text: string;
  imports: { path: string; kind: string }[];
}

const transpiler = new Bun.Transpiler({ loader: "ts" });
const files: SourceFile[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const name = path.replaceAll("\\", "/").replace(/\.ts$/, "");
    return { name, folder: name.split("/")[0] ?? "", text, imports: transpiler.scanImports(text) };
  });
const byName = new Map(files.map((file) => [file.name, file]));

/** The file of ours that an import names; null for packages. */
function resolveImport(from: SourceFile, path: string): SourceFile | null {
  if (!path.startsWith(".")) return null;
  const target = relative(root, resolve(dirname(join(root, from.name)), path)).replaceAll("\\", "/");
  return byName.get(target.replace(/\.ts$/, "")) ?? null;
}

function rowOf(folder: string): number {
  return rows.findIndex((row) => row.includes(folder));
}

/** Without comments and texts, in which anything may be named. */
function codeOf(file: SourceFile): string {
  return file.text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/`(?:[^`\\$]|\\.|\$(?!\{))*`/g, "``");
}

describe("imports", () => {
  test("every folder has its row", () => {
    expect([...new Set(files.map((file) => file.folder))].filter((folder) => rowOf(folder) < 0)).toEqual([]);
  });

  test("go downwards only, and not to a neighbour", () => {
    const wrong = files.flatMap((file) =>
      file.imports.flatMap(({ path }) => {
        const target = resolveImport(file, path);
        if (target === null || target.folder === file.folder) return [];
        return rowOf(target.folder) < rowOf(file.folder) ? [] : [`${file.name} imports ${target.name}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("take zod in its small form: the other one costs commands 5 ms", () => {
    const large = files.filter((file) => file.imports.some(({ path }) => /^zod$/.test(path)));
    expect(large.map((file) => file.name)).toEqual([]);
  });

  test("name packages that package.json has", async () => {
    const { dependencies } = await Bun.file(join(root, "..", "package.json")).json();
    const page = readdirSync(join(root, "..", "web"), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => readFileSync(join(root, "..", "web", path), "utf8"))
      .flatMap((text) => new Bun.Transpiler({ loader: "tsx" }).scanImports(text))
      // The transpiler alone does not know that JSX is Preact's here.
      .filter(({ kind }) => kind !== "require-call");
    const packages = [...files.flatMap((file) => file.imports), ...page]
      .map(({ path }) => path)
      .filter((path) => !path.startsWith(".") && !path.startsWith("node:") && !path.startsWith("bun"))
      .map((path) =>
        path
          .split("/")
          .slice(0, path.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    expect([...new Set(packages)].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
    expect(Object.keys(dependencies).filter((name) => !packages.includes(name))).toEqual([]);
  });
});

describe("pure code", () => {
  const pure = files.filter(
    (file) => pureFolders.includes(file.folder) || pureConfig.some((name) => file.name === `config/${name}`),
  );
  const world =
    /\b(?:Bun|process|console|fetch|setTimeout|setInterval|crypto|performance)\b\s*[.(]|Date\.now|new Date\(\)|Math\.random/;

  test.each(pure.map((file) => [file.name, file] as const))("%s touches nothing", (_name, file) => {
    expect(codeOf(file).match(world)?.[0]).toBeUndefined();
    expect(file.imports.map(({ path }) => path).filter((path) => /^(?:node:|bun)/.test(path))).toEqual([]);
  });
});

describe("style", () => {
  test("no default exports, no barrels, no names that hide what is inside", () => {
    expect(files.filter((file) => /^export default/m.test(file.text)).map((file) => file.name)).toEqual([]);
    expect(files.filter((file) => /^export \* from/m.test(file.text)).map((file) => file.name)).toEqual([]);
    const hiding = /(?:^|\/)(?:utils?|helpers?|common|misc|shared|index)$/;
    expect(files.filter((file) => hiding.test(file.name)).map((file) => file.name)).toEqual([]);
  });

  test("every file says in its first line what it is for", () => {
    expect(files.filter((file) => !/^\/\/ \S.{15,}/.test(file.text)).map((file) => file.name)).toEqual([]);
  });

  test("no mutable state of a module", () => {
    expect(
      files.filter((file) => /^(?:export )?(?:let|var) /m.test(file.text)).map((file) => file.name),
    ).toEqual([]);
  });

  test("300 lines are a split", () => {
    expect(files.filter((file) => file.text.split("\n").length > 300).map((file) => file.name)).toEqual([]);
  });
});

describe("the page", () => {
  const folder = join(root, "..", "web");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      return { path: path.replaceAll("\\", "/"), text };
    });

  test("takes nothing from the server but types", () => {
    const loaded = sources.flatMap(({ path, text }) =>
      new Bun.Transpiler({ loader: "tsx" })
        .scanImports(text)
        .filter((one) => /(?:^|\/)src\//.test(one.path))
        .map((one) => `${path} loads ${one.path}`),
    );
    expect(loaded).toEqual([]);
    const types = sources.flatMap(({ text }) => [...text.matchAll(/from "((?:\.\.\/)+src\/[^"]+)"/g)]);
    const places = new Set(types.map((match) => match[1]?.replace(/^(?:\.\.\/)+/, "")));
    expect([...places].sort()).toEqual(["src/server/api/dashboard-api", "src/server/contract"]);
  });

  test("keeps to the style of the house", () => {
    const wrong = sources.flatMap(({ path, text }) => [
      ...(/^export default/m.test(text) ? [`${path} has a default export`] : []),
      ...(/^export \* from/m.test(text) ? [`${path} is a barrel`] : []),
      ...(/^\/\/ \S.{15,}/.test(text) ? [] : [`${path} does not say what it is for`]),
      ...(/^(?:export )?(?:let|var) /m.test(text) ? [`${path} has mutable state of a module`] : []),
      ...(text.split("\n").length > 300 ? [`${path} is too long`] : []),
      ...(/dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML/.test(text) ? [`${path} writes HTML`] : []),
    ]);
    expect(wrong).toEqual([]);
  });
});

describe("start-up", () => {
  /** Everything that is loaded when the module is, `import()` left out. */
  function loadedBy(name: string): Set<string> {
    const loaded = new Set<string>();
    const visit = (file: SourceFile) => {
      if (loaded.has(file.name)) return;
      loaded.add(file.name);
      for (const { path, kind } of file.imports) {
        if (kind === "dynamic-import") continue;
        const target = resolveImport(file, path);
        if (target === null) loaded.add(path);
        else visit(target);
      }
    };
    const start = byName.get(name);
    if (start === undefined) throw new Error(`there is no ${name}`);
    visit(start);
    return loaded;
  }

  test.each([
    "main",
    "cli/commands/status",
    "cli/commands/health",
    "cli/commands/logs",
    "cli/commands/run",
    "cli/commands/complete",
    "cli/run-child",
    "daemon/client",
    "daemon/start-daemon",
    "daemon/supervise",
    "cli/watch-status",
    "cli/print-log",
  ])("%s loads no server", (name) => {
    const heavy = [...loadedBy(name)].filter((one) =>
      /^(?:hono|zod|bun:sqlite|server\/|proxy\/|config\/schema)/.test(one),
    );
    expect(heavy).toEqual([]);
  });

  interface Chunk {
    entryPoint?: string;
    inputs: Record<string, unknown>;
    imports: { path: string; kind: string }[];
  }
  const built = Bun.build({ ...bundleOptions(), metafile: true });

  /** Sources in the chunks that the binary loads for `entry`, those included that it asks for when it runs. */
  async function shippedWith(entry: string): Promise<string[]> {
    const { metafile } = await built;
    const chunks = new Map(Object.entries((metafile?.outputs ?? {}) as Record<string, Chunk>));
    const [start] = [...chunks].find(([, chunk]) => chunk.entryPoint === `src/${entry}.ts`) ?? [];
    if (start === undefined) throw new Error(`${entry} has no chunk of its own`);
    const loaded = new Set<string>();
    const visit = (path: string) => {
      if (loaded.has(path)) return;
      loaded.add(path);
      // The entry of the program may ask for every command.
      for (const next of chunks.get(path)?.imports ?? [])
        if (next.kind !== "dynamic-import" || (path === start && entry !== "main")) visit(next.path);
    };
    visit(start);
    return [...loaded].flatMap((path) => Object.keys(chunks.get(path)?.inputs ?? {}));
  }

  const heavyInput =
    /node_modules\/(?:hono|zod)\/|src\/(?:server|proxy|config\/schema|state\/ledger\/store)\b/;

  test.each(["main", "cli/commands/status", "cli/commands/logs"])(
    "in the binary, what %s loads holds no server",
    async (entry) => {
      expect((await shippedWith(entry)).filter((input) => heavyInput.test(input))).toEqual([]);
    },
  );

  test("in the binary, who needs them loads the record and the config", async () => {
    expect(await shippedWith("cli/commands/stats")).toContain("src/state/ledger/store/read-store.ts");
    expect(await shippedWith("cli/commands/list-keys")).toContain("src/config/schema.ts");
  });

  test("in the binary, prom-client is what writes the text and nothing else", async () => {
    const { metafile } = await built;
    const inputs = Object.keys(metafile?.inputs ?? {}).filter((input) => input.includes("/prom-client/"));
    expect(inputs.map((input) => basename(input)).sort()).toEqual(["registry.js", "util.js"]);
  });
});
