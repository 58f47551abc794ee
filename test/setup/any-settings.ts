// Random settings files: JSON with comments, trailing commas, odd white space and repeated names, and edits of them.
import fc from "fast-check";

type Piece = string;

const space = fc.constantFrom("", " ", "  ", "\n", "\n  ", "\r\n\t", " \n\n ");
const comment = fc.constantFrom(
  "",
  "",
  "",
  "",
  "// note, {x}\n",
  "/* a: 1, } */",
  "/* two\n lines */ ",
  '// "env"\r\n',
);
/** What may stand between two tokens. */
const gap = fc.tuple(space, comment, space).map((parts) => parts.join(""));
const text = fc.constantFrom('"opus"', '""', '"a\\"b"', '"// no comment"', '"ü✓"', '"{,}"');
const scalar = fc.oneof(text, fc.constantFrom("1", "-2.5e3", "true", "false", "null"));
const names = ["model", "hooks", "a", "b", "ANTHROPIC_MODEL", "__proto__", "constructor", "ü", ""];

function enclose(
  open: string,
  close: string,
  items: readonly Piece[],
  gaps: readonly string[],
  trailing: boolean,
): Piece {
  const at = (index: number) => gaps[index % Math.max(1, gaps.length)] ?? "";
  if (items.length === 0) return `${open}${at(0)}${close}`;
  const inner = items.map((item, index) => `${at(2 * index)}${item}${at(2 * index + 1)}`).join(",");
  return `${open}${inner}${trailing ? "," : ""}${at(items.length)}${close}`;
}

const gaps = fc.array(gap, { minLength: 1, maxLength: 5 });

const { value } = fc.letrec<{ value: Piece; list: Piece; object: Piece }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie("list"), tie("object")),
  list: fc
    .tuple(fc.array(tie("value"), { maxLength: 3 }), gaps, fc.boolean())
    .map(([items, between, trailing]) => enclose("[", "]", items, between, trailing)),
  object: fc
    .tuple(fc.array(fc.tuple(fc.constantFrom(...names), tie("value")), { maxLength: 3 }), gaps, fc.boolean())
    .map(([items, between, trailing]) =>
      enclose(
        "{",
        "}",
        items.map(([name, item]) => `${JSON.stringify(name)}: ${item}`),
        between,
        trailing,
      ),
    ),
}));

/** `"env": …` as it may stand in a file, or none. */
const env = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom("null", "{}") },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.array(
          fc.tuple(fc.constantFrom("FOO", "BAR", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"), scalar),
          {
            maxLength: 4,
          },
        ),
        gaps,
        fc.boolean(),
      )
      .map(([items, between, trailing]) =>
        enclose(
          "{",
          "}",
          items.map(([name, item]) => `${JSON.stringify(name)}:${item}`),
          between,
          trailing,
        ),
      ),
  },
);

/** The text of a whole settings file. */
export const anySettings: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 }),
    fc.array(env, { maxLength: 2 }),
    gaps,
    fc.boolean(),
    gap,
    gap,
    fc.constantFrom("", "\ufeff"),
    fc.nat(),
  )
  .map(([others, envs, between, trailing, head, tail, mark, place]) => {
    const items = others.map(([name, item]) => `${JSON.stringify(name)}: ${item}`);
    for (const item of envs) if (item !== null) items.splice(place % (items.length + 1), 0, `"env": ${item}`);
    return `${mark}${head}${enclose("{", "}", items, between, trailing)}${tail}`;
  });

/** What a person, or the client itself, may do to the file afterwards; never to our own settings. */
export const anyLaterEdit = fc.record({
  kind: fc.constantFrom("set", "set in env", "remove", "comment"),
  name: fc.constantFrom("later", "model", "hooks", "a"),
  value: scalar,
});
