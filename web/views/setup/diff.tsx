// A change of a file, line by line; the signs tell what the colours tell.
export function Diff({ path, diff }: { path: string; diff: string }) {
  return (
    <figure class="diff">
      <figcaption>
        <code>{path}</code>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre tabIndex={0}>
        {diff
          .replace(/\n$/, "")
          .split("\n")
          .map((line, index) => (
            <span key={index} class={kindOf(line)}>
              {line}
              {"\n"}
            </span>
          ))}
      </pre>
    </figure>
  );
}

function kindOf(line: string): string | undefined {
  if (/^(?:---|\+\+\+|@@)/.test(line)) return "place";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : undefined;
}
